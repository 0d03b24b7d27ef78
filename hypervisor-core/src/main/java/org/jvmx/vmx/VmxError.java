package org.jvmx.vmx;

/** The numbers in the VM-instruction error field. SDM Vol. 3, "VM-Instruction Error Numbers". */
public enum VmxError {
    VMCALL_IN_ROOT(1, "VMCALL executed in VMX root operation"),
    VMCLEAR_INVALID_ADDRESS(2, "VMCLEAR with invalid physical address"),
    VMCLEAR_VMXON_POINTER(3, "VMCLEAR with VMXON pointer"),
    VMLAUNCH_NOT_CLEAR(4, "VMLAUNCH with non-clear VMCS"),
    VMRESUME_NOT_LAUNCHED(5, "VMRESUME with non-launched VMCS"),
    VMRESUME_AFTER_VMXOFF(6, "VMRESUME after VMXOFF"),
    INVALID_CONTROL_FIELD(7, "VM entry with invalid control field(s)"),
    INVALID_HOST_STATE(8, "VM entry with invalid host-state field(s)"),
    VMPTRLD_INVALID_ADDRESS(9, "VMPTRLD with invalid physical address"),
    VMPTRLD_VMXON_POINTER(10, "VMPTRLD with VMXON pointer"),
    VMPTRLD_WRONG_REVISION(11, "VMPTRLD with incorrect VMCS revision identifier"),
    UNSUPPORTED_COMPONENT(12, "VMREAD/VMWRITE from/to unsupported VMCS component"),
    READ_ONLY_COMPONENT(13, "VMWRITE to read-only VMCS component"),
    VMXON_IN_ROOT(15, "VMXON executed in VMX root operation"),
    INVALID_EXECUTIVE_POINTER(16, "VM entry with invalid executive-VMCS pointer"),
    EXECUTIVE_NOT_LAUNCHED(17, "VM entry with non-launched executive VMCS"),
    EXECUTIVE_NOT_VMXON_POINTER(18, "VM entry with executive-VMCS pointer not VMXON pointer"),
    VMCALL_NOT_CLEAR(19, "VMCALL with non-clear VMCS"),
    VMCALL_INVALID_EXIT_CONTROLS(20, "VMCALL with invalid VM-exit control fields"),
    VMCALL_WRONG_MSEG_REVISION(22, "VMCALL with incorrect MSEG revision identifier"),
    VMXOFF_UNDER_DUAL_MONITOR(23, "VMXOFF under dual-monitor treatment of SMIs and SMM"),
    VMCALL_INVALID_SMM_FEATURES(24, "VMCALL with invalid SMM-monitor features"),
    INVALID_EXECUTIVE_CONTROLS(25, "VM entry with invalid VM-execution control fields in executive VMCS"),
    BLOCKED_BY_MOV_SS(26, "VM entry with events blocked by MOV SS"),
    INVALID_INVALIDATION_OPERAND(28, "Invalid operand to INVEPT/INVVPID");

    private static final VmxError[] BY_NUMBER = index();

    private final int number;
    private final String title;

    VmxError(int number, String title) {
        this.number = number;
        this.title = title;
    }

    /** The error number. */
    public int number() {
        return number;
    }

    /** The SDM's description. */
    public String title() {
        return title;
    }

    /** The error with the number, or null. */
    public static VmxError of(long number) {
        return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[(int) number] : null;
    }

    private static VmxError[] index() {
        VmxError[] table = new VmxError[INVALID_INVALIDATION_OPERAND.number + 1];
        for (VmxError error : values()) {
            table[error.number] = error;
        }
        return table;
    }
}
