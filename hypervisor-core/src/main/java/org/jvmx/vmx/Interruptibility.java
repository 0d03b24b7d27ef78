package org.jvmx.vmx;

/** The bits of the interruptibility-state field. SDM Vol. 3, "Guest Non-Register State". */
public final class Interruptibility {
    public static final int BLOCKING_BY_STI = 1;
    public static final int BLOCKING_BY_MOV_SS = 1 << 1;
    public static final int BLOCKING_BY_SMI = 1 << 2;
    /** Blocking by NMI or, with virtual NMIs, virtual-NMI blocking. */
    public static final int BLOCKING_BY_NMI = 1 << 3;
    public static final int ENCLAVE_INTERRUPTION = 1 << 4;

    private Interruptibility() {
    }
}
