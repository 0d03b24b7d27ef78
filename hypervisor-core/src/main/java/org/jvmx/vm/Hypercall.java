package org.jvmx.vm;

/** What a guest can ask its monitor by VMCALL: the number in RAX, the answer in RAX. Any privilege level may ask; nothing is changed. */
public final class Hypercall {
    /** The number of VM exits so far, this one included. */
    public static final long VM_EXITS = 0x4a56_4d58_0001L;

    /** The answer to a number that is no call: what Linux' KVM says then. */
    public static final long NO_SUCH_CALL = -1000;

    private Hypercall() {
    }

    static long answer(long number, VcpuCounters counters) {
        return number == VM_EXITS ? counters.exits() : NO_SUCH_CALL;
    }
}
