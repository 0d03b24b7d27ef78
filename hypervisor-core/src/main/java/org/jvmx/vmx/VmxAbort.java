package org.jvmx.vmx;

/** A VMX abort: a VM exit that could not be finished. The monitor's MSR lists are wrong. SDM Vol. 3, "VMX Aborts". */
public final class VmxAbort extends RuntimeException {
    /** A guest MSR could not be saved. */
    public static final int SAVING_GUEST_MSRS = 1;
    /** A host MSR could not be loaded. */
    public static final int LOADING_HOST_MSRS = 4;

    private static final long serialVersionUID = 1L;

    private final int indicator;

    VmxAbort(int indicator, int msr) {
        super("VMX abort %d: the VM-exit MSR-%s list names MSR 0x%x, which the processor refuses".formatted(indicator,
                indicator == SAVING_GUEST_MSRS ? "store" : "load", msr));
        this.indicator = indicator;
    }

    /** The number that was written to the VMX-abort indicator of the VMCS region. */
    public int indicator() {
        return indicator;
    }
}
