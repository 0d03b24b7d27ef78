package org.jvmx.arch;

/** The bits of debug register DR7. SDM Vol. 3, "Debug Control Register (DR7)". */
public final class Dr7 {
    /** All of L0, G0 to L3, G3. */
    public static final long ENABLES = 0xff;
    public static final long LE = 1L << 8;
    public static final long GE = 1L << 9;
    /** Bit 10, always 1; the value after reset. */
    public static final long FIXED = 1L << 10;
    public static final long GD = 1L << 13;
    /** The first of the four R/W and LEN fields, four bits each. */
    public static final int RW_SHIFT = 16;

    private Dr7() {
    }
}
