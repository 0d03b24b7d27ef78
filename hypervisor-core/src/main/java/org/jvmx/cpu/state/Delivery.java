package org.jvmx.cpu.state;

/** Events on their way through the processor: what a VM entry injects, what is being delivered, and what the next instruction boundary owes. */
public final class Delivery {
    /** The event that the VM entry injects, in the format of the VM-entry interruption-information field; 0 if none. */
    public int entryInformation;
    public int entryErrorCode;
    public int entryLength;

    /** The event whose delivery is under way, in the format of the IDT-vectoring information field; 0 if none. */
    public int information;
    public int errorCode;
    public int length;
    /** The EXT bit of error codes that faults during this delivery have. */
    public int ext;

    /** The last VM exit interrupted a delivery; finishing means delivering that event again. */
    public boolean interrupted;
    /** IRET ended the blocking of NMIs, and has not completed yet. */
    public boolean nmiUnblocked;

    /** The instruction that runs ends with a single-step trap. */
    public boolean trapArmed;
    /** RFLAGS.RF was set before the instruction that runs, which clears it if it completes. */
    public boolean resumeArmed;
    /** The next instruction boundary is a monitor-trap-flag VM exit. */
    public boolean monitorTrap;

    /** The count of retired instructions when the last exception was delivered. */
    public long faultedAt = -1;

    /** Time-stamp counter at the first and the last PAUSE of a loop. */
    public long firstPause;
    public long lastPause;
    /** Whether there was a PAUSE since the VM entry; the first one begins a loop. */
    public boolean paused;

    Delivery() {
    }
}
