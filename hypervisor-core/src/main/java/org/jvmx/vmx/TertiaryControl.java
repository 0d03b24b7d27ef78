package org.jvmx.vmx;

/** Still more of what instructions do in VMX non-root operation. SDM Vol. 3, "Processor-Based VM-Execution Controls". */
public enum TertiaryControl implements Control {
    LOADIWKEY_EXITING(0),
    ENABLE_HLAT(1),
    EPT_PAGING_WRITE_CONTROL(2),
    GUEST_PAGING_VERIFICATION(3),
    IPI_VIRTUALIZATION(4),
    VIRTUALIZE_IA32_SPEC_CTRL(7);

    private final int bit;

    TertiaryControl(int bit) {
        this.bit = bit;
    }

    @Override
    public ControlWord word() {
        return ControlWord.TERTIARY;
    }

    @Override
    public int bit() {
        return bit;
    }
}
