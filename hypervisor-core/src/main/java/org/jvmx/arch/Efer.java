package org.jvmx.arch;

/** The bits of IA32_EFER. SDM Vol. 3, "Extended Feature Enable Register". */
public final class Efer {
    public static final long SCE = 1L;
    public static final long LME = 1L << 8;
    public static final long LMA = 1L << 10;
    public static final long NXE = 1L << 11;
    /** All bits that are defined. */
    public static final long DEFINED = SCE | LME | LMA | NXE;

    private Efer() {
    }
}
