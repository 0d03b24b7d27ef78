package org.jvmx.arch;

/** The bits of control register CR3. SDM Vol. 3, "Control Registers". */
public final class Cr3 {
    public static final long PWT = 1L << 3;
    public static final long PCD = 1L << 4;
    /** The process-context identifier, where CR4.PCIDE = 1. */
    public static final long PCID = 0xfff;
    /** The source bit of MOV to CR3 that keeps the mappings of the new PCID. */
    public static final long NO_FLUSH = 1L << 63;

    private Cr3() {
    }
}
