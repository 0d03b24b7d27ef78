package org.jvmx.vmx;

/** SDM Vol. 3, "Exit Qualification for Task Switches". */
public record TaskSwitch(long bits) {
    public static final int CALL = 0;
    public static final int IRET = 1;
    public static final int JMP = 2;
    /** A task gate in the IDT. */
    public static final int GATE = 3;

    /** A switch to the task of {@code selector}. */
    public static long of(int selector, int source) {
        return selector & 0xffffL | (long) source << 30;
    }

    /** The selector of the TSS of the new task. */
    public int selector() {
        return (int) bits & 0xffff;
    }

    /** {@link #CALL}, {@link #IRET}, {@link #JMP} or {@link #GATE}. */
    public int source() {
        return (int) (bits >>> 30) & 3;
    }
}
