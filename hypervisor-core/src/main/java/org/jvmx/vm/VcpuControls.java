package org.jvmx.vm;

import org.jvmx.vmx.VmcsField;

/** What a policy may change on a virtual processor; nothing else is within its reach. */
public interface VcpuControls {
    /** The path on which the exit at hand is handled, which is what its handling costs; without a word it is {@link ExitPath#usual}. */
    void path(ExitPath path);

    /**
     * PAUSE-loop exiting: PAUSEs at privilege level 0 that are at most {@code gap} TSC ticks apart are one loop, and a loop of more than
     * {@code window} ticks leaves the guest. SDM Vol. 3, "Changes to Instruction Behavior in VMX Non-Root Operation". While it is on, PAUSE by itself does not leave
     * the guest, as it does by default where there are several processors; a window of 0 turns it off.
     */
    void pauseLoop(int gap, int window);

    /** Whether RDMSR and WRMSR of a model-specific register reach the register of the processor without an exit. */
    void passMsr(int msr, boolean reads, boolean writes);

    /** Leaves the guest at every multiple of a period, as the tick of a host does; timers expire at no other time. 0 for none. */
    void tick(long periodNanos);

    /** After the exit at hand the processor with that number has its turn, if it could run. */
    void yieldTo(int processor);

    /**
     * Writes a control field of the VMCS.
     *
     * @throws IllegalArgumentException if it is no control field, the processor lacks it, or the machine itself lives on it
     */
    void field(VmcsField field, long value);

    /** Counts a decision of the policy's own; one of a small, fixed set of names. */
    void count(String decision);
}
