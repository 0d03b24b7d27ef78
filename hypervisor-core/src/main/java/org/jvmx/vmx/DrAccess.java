package org.jvmx.vmx;

/** SDM Vol. 3, "Exit Qualification for MOV DR". */
public record DrAccess(long bits) {
    /** MOV to or from a debug register. */
    public static long mov(int dr, boolean fromDr, int gpr) {
        return dr | (fromDr ? 1 << 4 : 0) | gpr << 8;
    }

    /** The number of the debug register. */
    public int register() {
        return (int) bits & 7;
    }

    /** Whether the instruction reads the debug register. */
    public boolean fromDr() {
        return (bits & 1 << 4) != 0;
    }

    /** The general-purpose register. */
    public int gpr() {
        return (int) bits >> 8 & 15;
    }
}
