package org.jvmx.vm;

import org.jvmx.vmx.CapabilityMsrs;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.VmcsField;

/** A virtual processor that is stopped between two instructions, as a policy sees it: all can be read. Nothing here allocates. */
public interface VcpuView {
    /** Its number, from 0. */
    int number();

    /** How many virtual processors the machine has. */
    int processors();

    /** The machine's time. */
    long nanos();

    /** The guest's time-stamp counter. */
    long tsc();

    /** Instructions that it has retired. */
    long retired();

    /** VM exits of a reason so far, the one at hand included. */
    long exits(ExitReason reason);

    /** A general-purpose register by its number, RSP included. */
    long gpr(int number);

    /** RIP, an offset in CS. */
    long rip();

    /** The linear address of the next instruction. */
    long codeAddress();

    /** Bytes of an operand of the code segment by default: 2, 4 or 8. */
    int codeSize();

    /** A field of the VMCS; the guest-state area holds the guest's state of this moment. */
    long field(VmcsField field);

    /** What the processor offers. */
    CapabilityMsrs capabilities();

    /** Whether a guest-physical range is RAM. */
    boolean isRam(long gpa, long size);

    /** A byte of RAM by guest-physical address, 0 to 255; all ones where no RAM is. */
    int readByte(long gpa);

    /** Eight bytes of RAM by guest-physical address; all ones where no RAM is. */
    long readLong(long gpa);

    /** The guest-physical address behind a linear one, or -1 if the guest's paging structures map none. */
    long translate(long linear);

    /** Reads RAM by linear address; how many bytes could be read. */
    int read(long linear, byte[] target);

    /** Whether {@link VcpuControls#passMsr} may pass the register: the bitmaps cover it, and no device of the machine answers for it. */
    boolean passable(int msr);

    /** What can be changed. */
    VcpuControls controls();
}
