package org.jvmx.vmx;

/** SDM Vol. 3, "Exit Qualification for Control-Register Accesses". */
public record CrAccess(long bits) {
    public static final int MOV_TO_CR = 0;
    public static final int MOV_FROM_CR = 1;
    public static final int CLTS = 2;
    public static final int LMSW = 3;

    /** MOV to or from a control register. */
    public static long mov(int cr, boolean toCr, int gpr) {
        return cr | (toCr ? MOV_TO_CR : MOV_FROM_CR) << 4 | gpr << 8;
    }

    /** CLTS. */
    public static long clts() {
        return CLTS << 4;
    }

    /** LMSW with its source operand. */
    public static long lmsw(int source, boolean memory) {
        return LMSW << 4 | (memory ? 1 << 6 : 0) | (source & 0xffffL) << 16;
    }

    /** The number of the control register (0 for CLTS and LMSW). */
    public int register() {
        return (int) bits & 15;
    }

    /** {@link #MOV_TO_CR}, {@link #MOV_FROM_CR}, {@link #CLTS} or {@link #LMSW}. */
    public int type() {
        return (int) bits >> 4 & 3;
    }

    /** Whether the operand of LMSW is in memory. */
    public boolean lmswMemory() {
        return (bits & 1 << 6) != 0;
    }

    /** The general-purpose register of MOV. */
    public int gpr() {
        return (int) bits >> 8 & 15;
    }

    /** The source of LMSW. */
    public int lmswSource() {
        return (int) (bits >>> 16) & 0xffff;
    }
}
