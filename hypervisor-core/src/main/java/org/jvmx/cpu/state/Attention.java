package org.jvmx.cpu.state;

/** Bits of {@link CpuState#attention}: what the processor must look at before the next instruction. */
public final class Attention {
    /** A VM exit was recorded by an instruction that returned normally; leave the guest. */
    public static final int EXIT = 1;
    /** Single step, instruction breakpoints or a monitor trap: run one instruction at a time. */
    public static final int STEP = 1 << 1;
    /** An interrupt or NMI window, a pending debug exception, or blocking by STI or MOV SS: look at the boundary. */
    public static final int BOUNDARY = 1 << 2;
    /** A debugger outside the guest watches ({@link Watches}): look at each block before it runs. Stays set. */
    public static final int WATCH = 1 << 3;

    private Attention() {
    }
}
