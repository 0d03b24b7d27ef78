package org.jvmx.vmx;

import java.util.List;

/**
 * The fields of a VMCS. SDM Vol. 3, appendix "Field Encoding in VMCS", whose tables are given by width and type. A row is width, type,
 * index, and the controls of which a processor must support one for the field to exist. The encoding follows from them.
 */
public enum VmcsField {
    // 16-bit control fields
    VPID(Width.W16, Type.CONTROL, 0, SecondaryControl.ENABLE_VPID),
    POSTED_INTERRUPT_NOTIFICATION_VECTOR(Width.W16, Type.CONTROL, 1, PinBasedControl.PROCESS_POSTED_INTERRUPTS),
    EPTP_INDEX(Width.W16, Type.CONTROL, 2, SecondaryControl.EPT_VIOLATION_VE),
    HLAT_PREFIX_SIZE(Width.W16, Type.CONTROL, 3, TertiaryControl.ENABLE_HLAT),
    LAST_PID_POINTER_INDEX(Width.W16, Type.CONTROL, 4, TertiaryControl.IPI_VIRTUALIZATION),

    // 16-bit guest-state fields
    GUEST_ES_SELECTOR(Width.W16, Type.GUEST, 0),
    GUEST_CS_SELECTOR(Width.W16, Type.GUEST, 1),
    GUEST_SS_SELECTOR(Width.W16, Type.GUEST, 2),
    GUEST_DS_SELECTOR(Width.W16, Type.GUEST, 3),
    GUEST_FS_SELECTOR(Width.W16, Type.GUEST, 4),
    GUEST_GS_SELECTOR(Width.W16, Type.GUEST, 5),
    GUEST_LDTR_SELECTOR(Width.W16, Type.GUEST, 6),
    GUEST_TR_SELECTOR(Width.W16, Type.GUEST, 7),
    GUEST_INTERRUPT_STATUS(Width.W16, Type.GUEST, 8, SecondaryControl.VIRTUAL_INTERRUPT_DELIVERY),
    PML_INDEX(Width.W16, Type.GUEST, 9, SecondaryControl.ENABLE_PML),
    GUEST_UINV(Width.W16, Type.GUEST, 10, EntryControl.LOAD_UINV, ExitControl.CLEAR_UINV),

    // 16-bit host-state fields
    HOST_ES_SELECTOR(Width.W16, Type.HOST, 0),
    HOST_CS_SELECTOR(Width.W16, Type.HOST, 1),
    HOST_SS_SELECTOR(Width.W16, Type.HOST, 2),
    HOST_DS_SELECTOR(Width.W16, Type.HOST, 3),
    HOST_FS_SELECTOR(Width.W16, Type.HOST, 4),
    HOST_GS_SELECTOR(Width.W16, Type.HOST, 5),
    HOST_TR_SELECTOR(Width.W16, Type.HOST, 6),

    // 64-bit control fields
    IO_BITMAP_A(Width.W64, Type.CONTROL, 0),
    IO_BITMAP_B(Width.W64, Type.CONTROL, 1),
    MSR_BITMAPS(Width.W64, Type.CONTROL, 2, PrimaryControl.USE_MSR_BITMAPS),
    EXIT_MSR_STORE_ADDRESS(Width.W64, Type.CONTROL, 3),
    EXIT_MSR_LOAD_ADDRESS(Width.W64, Type.CONTROL, 4),
    ENTRY_MSR_LOAD_ADDRESS(Width.W64, Type.CONTROL, 5),
    EXECUTIVE_VMCS_POINTER(Width.W64, Type.CONTROL, 6),
    PML_ADDRESS(Width.W64, Type.CONTROL, 7, SecondaryControl.ENABLE_PML),
    TSC_OFFSET(Width.W64, Type.CONTROL, 8),
    VIRTUAL_APIC_ADDRESS(Width.W64, Type.CONTROL, 9, PrimaryControl.USE_TPR_SHADOW),
    APIC_ACCESS_ADDRESS(Width.W64, Type.CONTROL, 10, SecondaryControl.VIRTUALIZE_APIC_ACCESSES),
    POSTED_INTERRUPT_DESCRIPTOR_ADDRESS(Width.W64, Type.CONTROL, 11, PinBasedControl.PROCESS_POSTED_INTERRUPTS),
    VM_FUNCTION_CONTROLS(Width.W64, Type.CONTROL, 12, SecondaryControl.ENABLE_VM_FUNCTIONS),
    EPT_POINTER(Width.W64, Type.CONTROL, 13, SecondaryControl.ENABLE_EPT),
    EOI_EXIT_BITMAP_0(Width.W64, Type.CONTROL, 14, SecondaryControl.VIRTUAL_INTERRUPT_DELIVERY),
    EOI_EXIT_BITMAP_1(Width.W64, Type.CONTROL, 15, SecondaryControl.VIRTUAL_INTERRUPT_DELIVERY),
    EOI_EXIT_BITMAP_2(Width.W64, Type.CONTROL, 16, SecondaryControl.VIRTUAL_INTERRUPT_DELIVERY),
    EOI_EXIT_BITMAP_3(Width.W64, Type.CONTROL, 17, SecondaryControl.VIRTUAL_INTERRUPT_DELIVERY),
    EPTP_LIST_ADDRESS(Width.W64, Type.CONTROL, 18, SecondaryControl.ENABLE_VM_FUNCTIONS),
    VMREAD_BITMAP_ADDRESS(Width.W64, Type.CONTROL, 19, SecondaryControl.VMCS_SHADOWING),
    VMWRITE_BITMAP_ADDRESS(Width.W64, Type.CONTROL, 20, SecondaryControl.VMCS_SHADOWING),
    VIRTUALIZATION_EXCEPTION_INFORMATION_ADDRESS(Width.W64, Type.CONTROL, 21, SecondaryControl.EPT_VIOLATION_VE),
    XSS_EXITING_BITMAP(Width.W64, Type.CONTROL, 22, SecondaryControl.ENABLE_XSAVES),
    ENCLS_EXITING_BITMAP(Width.W64, Type.CONTROL, 23, SecondaryControl.ENABLE_ENCLS_EXITING),
    SUB_PAGE_PERMISSION_TABLE_POINTER(Width.W64, Type.CONTROL, 24, SecondaryControl.SUB_PAGE_WRITE_PERMISSIONS_FOR_EPT),
    TSC_MULTIPLIER(Width.W64, Type.CONTROL, 25, SecondaryControl.USE_TSC_SCALING),
    TERTIARY_CONTROLS(Width.W64, Type.CONTROL, 26, PrimaryControl.ACTIVATE_TERTIARY_CONTROLS),
    ENCLV_EXITING_BITMAP(Width.W64, Type.CONTROL, 27, SecondaryControl.ENABLE_ENCLV_EXITING),
    LOW_PASID_DIRECTORY_ADDRESS(Width.W64, Type.CONTROL, 28, SecondaryControl.PASID_TRANSLATION),
    HIGH_PASID_DIRECTORY_ADDRESS(Width.W64, Type.CONTROL, 29, SecondaryControl.PASID_TRANSLATION),
    PCONFIG_EXITING_BITMAP(Width.W64, Type.CONTROL, 31, SecondaryControl.ENABLE_PCONFIG),
    HLAT_POINTER(Width.W64, Type.CONTROL, 32, TertiaryControl.ENABLE_HLAT),
    PID_POINTER_TABLE_ADDRESS(Width.W64, Type.CONTROL, 33, TertiaryControl.IPI_VIRTUALIZATION),
    SECONDARY_EXIT_CONTROLS(Width.W64, Type.CONTROL, 34, ExitControl.ACTIVATE_SECONDARY_CONTROLS),
    IA32_SPEC_CTRL_MASK(Width.W64, Type.CONTROL, 37, TertiaryControl.VIRTUALIZE_IA32_SPEC_CTRL),
    IA32_SPEC_CTRL_SHADOW(Width.W64, Type.CONTROL, 38, TertiaryControl.VIRTUALIZE_IA32_SPEC_CTRL),
    INJECTED_EVENT_DATA(Width.W64, Type.CONTROL, 41, EntryControl.LOAD_FRED),

    // 64-bit read-only data fields
    GUEST_PHYSICAL_ADDRESS(Width.W64, Type.READ_ONLY, 0, SecondaryControl.ENABLE_EPT),
    ORIGINAL_EVENT_DATA(Width.W64, Type.READ_ONLY, 2, EntryControl.LOAD_FRED),

    // 64-bit guest-state fields
    VMCS_LINK_POINTER(Width.W64, Type.GUEST, 0),
    GUEST_IA32_DEBUGCTL(Width.W64, Type.GUEST, 1),
    GUEST_IA32_PAT(Width.W64, Type.GUEST, 2, EntryControl.LOAD_IA32_PAT, ExitControl.SAVE_IA32_PAT),
    GUEST_IA32_EFER(Width.W64, Type.GUEST, 3, EntryControl.LOAD_IA32_EFER, ExitControl.SAVE_IA32_EFER),
    GUEST_IA32_PERF_GLOBAL_CTRL(Width.W64, Type.GUEST, 4, EntryControl.LOAD_IA32_PERF_GLOBAL_CTRL, ExitControl.SAVE_IA32_PERF_GLOBAL_CTRL),
    GUEST_PDPTE0(Width.W64, Type.GUEST, 5, SecondaryControl.ENABLE_EPT),
    GUEST_PDPTE1(Width.W64, Type.GUEST, 6, SecondaryControl.ENABLE_EPT),
    GUEST_PDPTE2(Width.W64, Type.GUEST, 7, SecondaryControl.ENABLE_EPT),
    GUEST_PDPTE3(Width.W64, Type.GUEST, 8, SecondaryControl.ENABLE_EPT),
    GUEST_IA32_BNDCFGS(Width.W64, Type.GUEST, 9, EntryControl.LOAD_IA32_BNDCFGS, ExitControl.CLEAR_IA32_BNDCFGS),
    GUEST_IA32_RTIT_CTL(Width.W64, Type.GUEST, 10, EntryControl.LOAD_IA32_RTIT_CTL, ExitControl.CLEAR_IA32_RTIT_CTL),
    GUEST_IA32_LBR_CTL(Width.W64, Type.GUEST, 11, EntryControl.LOAD_GUEST_IA32_LBR_CTL, ExitControl.CLEAR_IA32_LBR_CTL),
    GUEST_IA32_PKRS(Width.W64, Type.GUEST, 12, EntryControl.LOAD_PKRS),
    GUEST_IA32_FRED_CONFIG(Width.W64, Type.GUEST, 13, EntryControl.LOAD_FRED),
    GUEST_IA32_FRED_RSP1(Width.W64, Type.GUEST, 14, EntryControl.LOAD_FRED),
    GUEST_IA32_FRED_RSP2(Width.W64, Type.GUEST, 15, EntryControl.LOAD_FRED),
    GUEST_IA32_FRED_RSP3(Width.W64, Type.GUEST, 16, EntryControl.LOAD_FRED),
    GUEST_IA32_FRED_STKLVLS(Width.W64, Type.GUEST, 17, EntryControl.LOAD_FRED),
    GUEST_IA32_FRED_SSP1(Width.W64, Type.GUEST, 18, EntryControl.LOAD_FRED),
    GUEST_IA32_FRED_SSP2(Width.W64, Type.GUEST, 19, EntryControl.LOAD_FRED),
    GUEST_IA32_FRED_SSP3(Width.W64, Type.GUEST, 20, EntryControl.LOAD_FRED),

    // 64-bit host-state fields
    HOST_IA32_PAT(Width.W64, Type.HOST, 0, ExitControl.LOAD_IA32_PAT),
    HOST_IA32_EFER(Width.W64, Type.HOST, 1, ExitControl.LOAD_IA32_EFER),
    HOST_IA32_PERF_GLOBAL_CTRL(Width.W64, Type.HOST, 2, ExitControl.LOAD_IA32_PERF_GLOBAL_CTRL),
    HOST_IA32_PKRS(Width.W64, Type.HOST, 3, ExitControl.LOAD_PKRS),
    HOST_IA32_FRED_CONFIG(Width.W64, Type.HOST, 4, EntryControl.LOAD_FRED),
    HOST_IA32_FRED_RSP1(Width.W64, Type.HOST, 5, EntryControl.LOAD_FRED),
    HOST_IA32_FRED_RSP2(Width.W64, Type.HOST, 6, EntryControl.LOAD_FRED),
    HOST_IA32_FRED_RSP3(Width.W64, Type.HOST, 7, EntryControl.LOAD_FRED),
    HOST_IA32_FRED_STKLVLS(Width.W64, Type.HOST, 8, EntryControl.LOAD_FRED),
    HOST_IA32_FRED_SSP1(Width.W64, Type.HOST, 9, EntryControl.LOAD_FRED),
    HOST_IA32_FRED_SSP2(Width.W64, Type.HOST, 10, EntryControl.LOAD_FRED),
    HOST_IA32_FRED_SSP3(Width.W64, Type.HOST, 11, EntryControl.LOAD_FRED),

    // 32-bit control fields
    PIN_BASED_CONTROLS(Width.W32, Type.CONTROL, 0),
    PRIMARY_CONTROLS(Width.W32, Type.CONTROL, 1),
    EXCEPTION_BITMAP(Width.W32, Type.CONTROL, 2),
    PAGE_FAULT_ERROR_CODE_MASK(Width.W32, Type.CONTROL, 3),
    PAGE_FAULT_ERROR_CODE_MATCH(Width.W32, Type.CONTROL, 4),
    CR3_TARGET_COUNT(Width.W32, Type.CONTROL, 5),
    EXIT_CONTROLS(Width.W32, Type.CONTROL, 6),
    EXIT_MSR_STORE_COUNT(Width.W32, Type.CONTROL, 7),
    EXIT_MSR_LOAD_COUNT(Width.W32, Type.CONTROL, 8),
    ENTRY_CONTROLS(Width.W32, Type.CONTROL, 9),
    ENTRY_MSR_LOAD_COUNT(Width.W32, Type.CONTROL, 10),
    ENTRY_INTERRUPTION_INFORMATION(Width.W32, Type.CONTROL, 11),
    ENTRY_EXCEPTION_ERROR_CODE(Width.W32, Type.CONTROL, 12),
    ENTRY_INSTRUCTION_LENGTH(Width.W32, Type.CONTROL, 13),
    TPR_THRESHOLD(Width.W32, Type.CONTROL, 14, PrimaryControl.USE_TPR_SHADOW),
    SECONDARY_CONTROLS(Width.W32, Type.CONTROL, 15, PrimaryControl.ACTIVATE_SECONDARY_CONTROLS),
    PLE_GAP(Width.W32, Type.CONTROL, 16, SecondaryControl.PAUSE_LOOP_EXITING),
    PLE_WINDOW(Width.W32, Type.CONTROL, 17, SecondaryControl.PAUSE_LOOP_EXITING),
    INSTRUCTION_TIMEOUT_CONTROL(Width.W32, Type.CONTROL, 18, SecondaryControl.INSTRUCTION_TIMEOUT),

    // 32-bit read-only data fields
    VM_INSTRUCTION_ERROR(Width.W32, Type.READ_ONLY, 0),
    EXIT_REASON(Width.W32, Type.READ_ONLY, 1),
    EXIT_INTERRUPTION_INFORMATION(Width.W32, Type.READ_ONLY, 2),
    EXIT_INTERRUPTION_ERROR_CODE(Width.W32, Type.READ_ONLY, 3),
    IDT_VECTORING_INFORMATION(Width.W32, Type.READ_ONLY, 4),
    IDT_VECTORING_ERROR_CODE(Width.W32, Type.READ_ONLY, 5),
    EXIT_INSTRUCTION_LENGTH(Width.W32, Type.READ_ONLY, 6),
    EXIT_INSTRUCTION_INFORMATION(Width.W32, Type.READ_ONLY, 7),

    // 32-bit guest-state fields
    GUEST_ES_LIMIT(Width.W32, Type.GUEST, 0),
    GUEST_CS_LIMIT(Width.W32, Type.GUEST, 1),
    GUEST_SS_LIMIT(Width.W32, Type.GUEST, 2),
    GUEST_DS_LIMIT(Width.W32, Type.GUEST, 3),
    GUEST_FS_LIMIT(Width.W32, Type.GUEST, 4),
    GUEST_GS_LIMIT(Width.W32, Type.GUEST, 5),
    GUEST_LDTR_LIMIT(Width.W32, Type.GUEST, 6),
    GUEST_TR_LIMIT(Width.W32, Type.GUEST, 7),
    GUEST_GDTR_LIMIT(Width.W32, Type.GUEST, 8),
    GUEST_IDTR_LIMIT(Width.W32, Type.GUEST, 9),
    GUEST_ES_ACCESS_RIGHTS(Width.W32, Type.GUEST, 10),
    GUEST_CS_ACCESS_RIGHTS(Width.W32, Type.GUEST, 11),
    GUEST_SS_ACCESS_RIGHTS(Width.W32, Type.GUEST, 12),
    GUEST_DS_ACCESS_RIGHTS(Width.W32, Type.GUEST, 13),
    GUEST_FS_ACCESS_RIGHTS(Width.W32, Type.GUEST, 14),
    GUEST_GS_ACCESS_RIGHTS(Width.W32, Type.GUEST, 15),
    GUEST_LDTR_ACCESS_RIGHTS(Width.W32, Type.GUEST, 16),
    GUEST_TR_ACCESS_RIGHTS(Width.W32, Type.GUEST, 17),
    GUEST_INTERRUPTIBILITY_STATE(Width.W32, Type.GUEST, 18),
    GUEST_ACTIVITY_STATE(Width.W32, Type.GUEST, 19),
    GUEST_SMBASE(Width.W32, Type.GUEST, 20),
    GUEST_IA32_SYSENTER_CS(Width.W32, Type.GUEST, 21),
    PREEMPTION_TIMER_VALUE(Width.W32, Type.GUEST, 23, PinBasedControl.ACTIVATE_PREEMPTION_TIMER),

    // 32-bit host-state fields
    HOST_IA32_SYSENTER_CS(Width.W32, Type.HOST, 0),

    // Natural-width control fields
    CR0_GUEST_HOST_MASK(Width.NATURAL, Type.CONTROL, 0),
    CR4_GUEST_HOST_MASK(Width.NATURAL, Type.CONTROL, 1),
    CR0_READ_SHADOW(Width.NATURAL, Type.CONTROL, 2),
    CR4_READ_SHADOW(Width.NATURAL, Type.CONTROL, 3),
    CR3_TARGET_VALUE0(Width.NATURAL, Type.CONTROL, 4),
    CR3_TARGET_VALUE1(Width.NATURAL, Type.CONTROL, 5),
    CR3_TARGET_VALUE2(Width.NATURAL, Type.CONTROL, 6),
    CR3_TARGET_VALUE3(Width.NATURAL, Type.CONTROL, 7),

    // Natural-width read-only data fields
    EXIT_QUALIFICATION(Width.NATURAL, Type.READ_ONLY, 0),
    IO_RCX(Width.NATURAL, Type.READ_ONLY, 1),
    IO_RSI(Width.NATURAL, Type.READ_ONLY, 2),
    IO_RDI(Width.NATURAL, Type.READ_ONLY, 3),
    IO_RIP(Width.NATURAL, Type.READ_ONLY, 4),
    GUEST_LINEAR_ADDRESS(Width.NATURAL, Type.READ_ONLY, 5),

    // Natural-width guest-state fields
    GUEST_CR0(Width.NATURAL, Type.GUEST, 0),
    GUEST_CR3(Width.NATURAL, Type.GUEST, 1),
    GUEST_CR4(Width.NATURAL, Type.GUEST, 2),
    GUEST_ES_BASE(Width.NATURAL, Type.GUEST, 3),
    GUEST_CS_BASE(Width.NATURAL, Type.GUEST, 4),
    GUEST_SS_BASE(Width.NATURAL, Type.GUEST, 5),
    GUEST_DS_BASE(Width.NATURAL, Type.GUEST, 6),
    GUEST_FS_BASE(Width.NATURAL, Type.GUEST, 7),
    GUEST_GS_BASE(Width.NATURAL, Type.GUEST, 8),
    GUEST_LDTR_BASE(Width.NATURAL, Type.GUEST, 9),
    GUEST_TR_BASE(Width.NATURAL, Type.GUEST, 10),
    GUEST_GDTR_BASE(Width.NATURAL, Type.GUEST, 11),
    GUEST_IDTR_BASE(Width.NATURAL, Type.GUEST, 12),
    GUEST_DR7(Width.NATURAL, Type.GUEST, 13),
    GUEST_RSP(Width.NATURAL, Type.GUEST, 14),
    GUEST_RIP(Width.NATURAL, Type.GUEST, 15),
    GUEST_RFLAGS(Width.NATURAL, Type.GUEST, 16),
    GUEST_PENDING_DEBUG_EXCEPTIONS(Width.NATURAL, Type.GUEST, 17),
    GUEST_IA32_SYSENTER_ESP(Width.NATURAL, Type.GUEST, 18),
    GUEST_IA32_SYSENTER_EIP(Width.NATURAL, Type.GUEST, 19),
    GUEST_IA32_S_CET(Width.NATURAL, Type.GUEST, 20, EntryControl.LOAD_CET_STATE),
    GUEST_SSP(Width.NATURAL, Type.GUEST, 21, EntryControl.LOAD_CET_STATE),
    GUEST_IA32_INTERRUPT_SSP_TABLE_ADDR(Width.NATURAL, Type.GUEST, 22, EntryControl.LOAD_CET_STATE),

    // Natural-width host-state fields
    HOST_CR0(Width.NATURAL, Type.HOST, 0),
    HOST_CR3(Width.NATURAL, Type.HOST, 1),
    HOST_CR4(Width.NATURAL, Type.HOST, 2),
    HOST_FS_BASE(Width.NATURAL, Type.HOST, 3),
    HOST_GS_BASE(Width.NATURAL, Type.HOST, 4),
    HOST_TR_BASE(Width.NATURAL, Type.HOST, 5),
    HOST_GDTR_BASE(Width.NATURAL, Type.HOST, 6),
    HOST_IDTR_BASE(Width.NATURAL, Type.HOST, 7),
    HOST_IA32_SYSENTER_ESP(Width.NATURAL, Type.HOST, 8),
    HOST_IA32_SYSENTER_EIP(Width.NATURAL, Type.HOST, 9),
    HOST_RSP(Width.NATURAL, Type.HOST, 10),
    HOST_RIP(Width.NATURAL, Type.HOST, 11),
    HOST_IA32_S_CET(Width.NATURAL, Type.HOST, 12, ExitControl.LOAD_CET_STATE),
    HOST_SSP(Width.NATURAL, Type.HOST, 13, ExitControl.LOAD_CET_STATE),
    HOST_IA32_INTERRUPT_SSP_TABLE_ADDR(Width.NATURAL, Type.HOST, 14, ExitControl.LOAD_CET_STATE);

    /** How wide a field is. SDM Vol. 3, "Structure of VMCS Component Encoding". */
    public enum Width {
        W16(0, 16, 0xffffL, "16-Bit"),
        W32(2, 32, 0xffff_ffffL, "32-Bit"),
        W64(1, 64, -1L, "64-Bit"),
        /** 64 bits on processors with Intel 64 architecture. */
        NATURAL(3, 64, -1L, "Natural-Width");

        private final int code;
        private final int bits;
        private final long mask;
        private final String title;

        Width(int code, int bits, long mask, String title) {
            this.code = code;
            this.bits = bits;
            this.mask = mask;
            this.title = title;
        }

        /** Bits of a field of this width. */
        public int bits() {
            return bits;
        }

        /** All bits of a field of this width. */
        public long mask() {
            return mask;
        }
    }

    /** What a field is for. */
    public enum Type {
        CONTROL(0, "Control"),
        READ_ONLY(1, "Read-Only Data"),
        GUEST(2, "Guest-State"),
        HOST(3, "Host-State");

        private final int code;
        private final String title;

        Type(int code, String title) {
            this.code = code;
            this.title = title;
        }
    }

    /** How many fields there are. */
    public static final int COUNT = values().length;

    private static final int INDEXES = 64;
    private static final VmcsField[] BY_ENCODING = index();

    private final Width width;
    private final Type type;
    private final int encoding;
    private final List<Control> needs;

    VmcsField(Width width, Type type, int index, Control... needs) {
        this.width = width;
        this.type = type;
        this.encoding = index << 1 | type.code << 10 | width.code << 13;
        this.needs = List.of(needs);
    }

    /** The field's width. */
    public Width width() {
        return width;
    }

    /** The field's type. */
    public Type type() {
        return type;
    }

    /** The component encoding (full access). */
    public int encoding() {
        return encoding;
    }

    /** The field exists on processors that support one of these controls; everywhere if there is none. */
    public List<Control> needs() {
        return needs;
    }

    /** The title of the field's table in the SDM's appendix "Field Encoding in VMCS". */
    public String table() {
        return "Encodings for " + width.title + " " + type.title + " Fields";
    }

    /** Whether VMWRITE may not change the field (on processors that do not allow it everywhere). */
    public boolean readOnly() {
        return type == Type.READ_ONLY;
    }

    /**
     * The field behind an operand of VMREAD or VMWRITE, or null if there is none. Bit 0 of the encoding selects the high half of a 64-bit
     * field ({@link #isHighAccess}).
     */
    public static VmcsField of(long encoding) {
        if ((encoding & ~0x6fffL) != 0) {
            return null;
        }
        int bits = (int) encoding;
        int index = bits >>> 1 & 0x1ff;
        if (index >= INDEXES) {
            return null;
        }
        VmcsField field = BY_ENCODING[(bits >>> 13 & 3) * 4 + (bits >>> 10 & 3) << 6 | index];
        return field != null && isHighAccess(encoding) && field.width != Width.W64 ? null : field;
    }

    /** Whether an encoding means bits 63:32 of a 64-bit field. */
    public static boolean isHighAccess(long encoding) {
        return (encoding & 1) != 0;
    }

    private static VmcsField[] index() {
        VmcsField[] table = new VmcsField[16 * INDEXES];
        for (VmcsField field : values()) {
            table[field.width.code * 4 + field.type.code << 6 | field.encoding >>> 1 & 0x1ff] = field;
        }
        return table;
    }
}
