package org.jvmx.vmx;

/** The state of a guest's processor that a VMCS does not hold. */
public interface Registers {
    /** The general-purpose register with the number that instructions use ({@link org.jvmx.arch.Gpr}); RSP is the VMCS's. */
    long gpr(int index);

    /** Changes a general-purpose register. */
    void gpr(int index, long value);

    /** CR2. */
    long cr2();

    /** Changes CR2. */
    void cr2(long value);

    /** DR0 to DR3 and DR6; DR7 is the VMCS's. */
    long dr(int index);

    /** Changes DR0 to DR3 or DR6. */
    void dr(int index, long value);

    /** The extended control register XCR0. */
    long xcr0();

    /** Instructions retired in all. */
    long retired();

    /** Ticks a second of {@link #tsc()} if it runs by wall time; 0 if it counts what the processor does. */
    default long tscHz() {
        return 0;
    }

    /** The processor's time-stamp counter, without the TSC offset. */
    long tsc();
}
