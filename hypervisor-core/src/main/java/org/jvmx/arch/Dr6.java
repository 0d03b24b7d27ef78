package org.jvmx.arch;

/** The bits of debug register DR6. SDM Vol. 3, "Debug Status Register (DR6)". */
public final class Dr6 {
    public static final long B0 = 1L;
    public static final long B1 = 1L << 1;
    public static final long B2 = 1L << 2;
    public static final long B3 = 1L << 3;
    /** All of B0 to B3. */
    public static final long B = 0xf;
    public static final long BD = 1L << 13;
    public static final long BS = 1L << 14;
    public static final long BT = 1L << 15;
    /** The bits that read 1 where nothing clears them; the value after reset. */
    public static final long FIXED = 0xffff_0ff0L;

    private Dr6() {
    }
}
