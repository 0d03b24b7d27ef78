package org.jvmx.vmx;

import static org.jvmx.vmx.VmcsField.*;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Vector;
import org.jvmx.vmx.Check.Section;

/** SDM Vol. 3, "Checks on VMX Controls". */
final class ControlChecks {
    private static final String BY_CAPABILITIES = "the bits that the capability MSRs allow to be 0 or 1";
    private static final String CLEAR = "Clear what is not allowed-1, set what is not allowed-0; CapabilityMsrs.word() does both.";
    private static final String FRAME = "a multiple of 4096 within the physical-address width";
    private static final String ALLOCATE = "Give the address of a page of memory, or turn the control off.";
    private static final String LIST = "a multiple of 16, the list within the physical-address width and at most 512 entries";
    private static final String SHORTEN = "Move the list to an aligned address, or set its count to 0.";

    private static final int EPT_WALK_LENGTH_4 = 3 << 3;
    private static final int ERROR_CODE_HIGH = 0xffff_0000;
    private static final int INFORMATION_RESERVED = 0x7fff_f000;
    private static final int MSR_ENTRY = 16;

    static final List<Check> ALL = all();

    private ControlChecks() {
    }

    private static List<Check> all() {
        List<Check> list = new ArrayList<>();
        words(list);
        bitmaps(list);
        tprShadow(list);
        events(list);
        ept(list);
        others(list);
        tertiary(list);
        exit(list);
        injection(list);
        entry(list);
        return List.copyOf(list);
    }

    private static Check execution(String id, List<VmcsField> fields, Check.Predicate predicate, String legal, String hint) {
        return Check.of(Section.EXECUTION_CONTROLS, id, fields, predicate, legal, hint);
    }

    private static Check needsFrame(String id, SecondaryControl control, VmcsField field) {
        return execution(id, List.of(field, PRIMARY_CONTROLS, SECONDARY_CONTROLS), s -> !s.on(control) || s.frame(field), FRAME, ALLOCATE);
    }

    private static Check needsEpt(String id, SecondaryControl control) {
        return execution(id, List.of(SECONDARY_CONTROLS, PRIMARY_CONTROLS), s -> !s.on(control) || s.ept(), "\"enable EPT\" is 1",
                "Turn EPT on, or " + control + " off.");
    }

    private static void words(List<Check> list) {
        list.add(execution("control.pin-based.reserved", List.of(PIN_BASED_CONTROLS),
                s -> s.allowed(PIN_BASED_CONTROLS, ControlWord.PIN_BASED),
                BY_CAPABILITIES, CLEAR));
        list.add(execution("control.primary.reserved", List.of(PRIMARY_CONTROLS), s -> s.allowed(PRIMARY_CONTROLS, ControlWord.PRIMARY),
                BY_CAPABILITIES, CLEAR));
        list.add(execution("control.secondary.reserved", List.of(SECONDARY_CONTROLS, PRIMARY_CONTROLS),
                s -> !s.on(PrimaryControl.ACTIVATE_SECONDARY_CONTROLS) || s.allowed(SECONDARY_CONTROLS, ControlWord.SECONDARY),
                BY_CAPABILITIES, CLEAR));
        list.add(execution("control.tertiary.reserved", List.of(TERTIARY_CONTROLS, PRIMARY_CONTROLS),
                s -> !s.on(PrimaryControl.ACTIVATE_TERTIARY_CONTROLS) || s.allowed(TERTIARY_CONTROLS, ControlWord.TERTIARY),
                BY_CAPABILITIES, CLEAR));
        list.add(execution("control.cr3-target-count", List.of(CR3_TARGET_COUNT),
                s -> s.get(CR3_TARGET_COUNT) <= CapabilityMsrs.CR3_TARGETS,
                "0 to 4", "There are four CR3-target values."));
    }

    private static void bitmaps(List<Check> list) {
        list.add(execution("control.io-bitmap-a", List.of(IO_BITMAP_A, PRIMARY_CONTROLS),
                s -> !s.on(PrimaryControl.USE_IO_BITMAPS) || s.frame(IO_BITMAP_A), FRAME, ALLOCATE));
        list.add(execution("control.io-bitmap-b", List.of(IO_BITMAP_B, PRIMARY_CONTROLS),
                s -> !s.on(PrimaryControl.USE_IO_BITMAPS) || s.frame(IO_BITMAP_B), FRAME, ALLOCATE));
        list.add(execution("control.msr-bitmaps", List.of(MSR_BITMAPS, PRIMARY_CONTROLS),
                s -> !s.on(PrimaryControl.USE_MSR_BITMAPS) || s.frame(MSR_BITMAPS), FRAME, ALLOCATE));
    }

    private static void tprShadow(List<Check> list) {
        list.add(execution("control.virtual-apic-address", List.of(VIRTUAL_APIC_ADDRESS, PRIMARY_CONTROLS),
                s -> !s.on(PrimaryControl.USE_TPR_SHADOW) || s.frame(VIRTUAL_APIC_ADDRESS), FRAME, ALLOCATE));
        list.add(execution("control.tpr-threshold.reserved", List.of(TPR_THRESHOLD, PRIMARY_CONTROLS, SECONDARY_CONTROLS),
                s -> !s.on(PrimaryControl.USE_TPR_SHADOW) || s.on(SecondaryControl.VIRTUAL_INTERRUPT_DELIVERY)
                        || s.get(TPR_THRESHOLD) <= 15,
                "0 to 15", "The threshold is compared with a 4-bit priority class."));
        list.add(execution("control.tpr-threshold.vtpr", List.of(TPR_THRESHOLD, VIRTUAL_APIC_ADDRESS, PRIMARY_CONTROLS, SECONDARY_CONTROLS),
                s -> !s.on(PrimaryControl.USE_TPR_SHADOW) || s.on(SecondaryControl.VIRTUAL_INTERRUPT_DELIVERY)
                        || s.on(SecondaryControl.VIRTUALIZE_APIC_ACCESSES)
                        || s.get(TPR_THRESHOLD) <= (s.memory().readInt(s.get(VIRTUAL_APIC_ADDRESS) + 0x80) >>> 4 & 15),
                "at most bits 7:4 of the task priority in the virtual-APIC page",
                "Handle the TPR change first, or lower the threshold.").always());
    }

    private static void events(List<Check> list) {
        list.add(execution("control.virtual-nmis", List.of(PIN_BASED_CONTROLS),
                s -> s.on(PinBasedControl.NMI_EXITING) || !s.on(PinBasedControl.VIRTUAL_NMIS),
                "\"virtual NMIs\" only with \"NMI exiting\"", "Turn NMI exiting on."));
        list.add(execution("control.nmi-window", List.of(PRIMARY_CONTROLS, PIN_BASED_CONTROLS),
                s -> s.on(PinBasedControl.VIRTUAL_NMIS) || !s.on(PrimaryControl.NMI_WINDOW_EXITING),
                "\"NMI-window exiting\" only with \"virtual NMIs\"", "Turn virtual NMIs on."));
        list.add(needsFrame("control.apic-access-address", SecondaryControl.VIRTUALIZE_APIC_ACCESSES, APIC_ACCESS_ADDRESS));
        list.add(execution("control.apic-virtualization.tpr-shadow", List.of(SECONDARY_CONTROLS, PRIMARY_CONTROLS),
                s -> s.on(PrimaryControl.USE_TPR_SHADOW) || !s.on(SecondaryControl.VIRTUALIZE_X2APIC_MODE)
                        && !s.on(SecondaryControl.APIC_REGISTER_VIRTUALIZATION) && !s.on(SecondaryControl.VIRTUAL_INTERRUPT_DELIVERY),
                "x2APIC mode, register virtualization and virtual-interrupt delivery only with \"use TPR shadow\"",
                "Turn the TPR shadow on."));
        list.add(execution("control.x2apic-mode", List.of(SECONDARY_CONTROLS, PRIMARY_CONTROLS),
                s -> !s.on(SecondaryControl.VIRTUALIZE_X2APIC_MODE) || !s.on(SecondaryControl.VIRTUALIZE_APIC_ACCESSES),
                "not both \"virtualize x2APIC mode\" and \"virtualize APIC accesses\"", "A guest's APIC is in one mode or the other."));
        list.add(execution("control.virtual-interrupt-delivery", List.of(SECONDARY_CONTROLS, PRIMARY_CONTROLS, PIN_BASED_CONTROLS),
                s -> !s.on(SecondaryControl.VIRTUAL_INTERRUPT_DELIVERY) || s.on(PinBasedControl.EXTERNAL_INTERRUPT_EXITING),
                "\"external-interrupt exiting\" is 1", "Turn external-interrupt exiting on."));
        list.add(execution("control.posted-interrupts", List.of(PIN_BASED_CONTROLS, SECONDARY_CONTROLS, PRIMARY_CONTROLS, EXIT_CONTROLS),
                s -> !s.on(PinBasedControl.PROCESS_POSTED_INTERRUPTS)
                        || s.on(SecondaryControl.VIRTUAL_INTERRUPT_DELIVERY) && s.on(ExitControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT),
                "\"virtual-interrupt delivery\" and \"acknowledge interrupt on exit\" are 1", "Posted interrupts build on both."));
        list.add(execution("control.posted-interrupts.vector", List.of(POSTED_INTERRUPT_NOTIFICATION_VECTOR, PIN_BASED_CONTROLS),
                s -> !s.on(PinBasedControl.PROCESS_POSTED_INTERRUPTS) || s.get(POSTED_INTERRUPT_NOTIFICATION_VECTOR) <= 255,
                "0 to 255", "Bits 15:8 of the notification vector are 0."));
        list.add(execution("control.posted-interrupts.descriptor", List.of(POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, PIN_BASED_CONTROLS),
                s -> !s.on(PinBasedControl.PROCESS_POSTED_INTERRUPTS) || s.aligned(POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, 6),
                "a multiple of 64 within the physical-address width", ALLOCATE));
        list.add(execution("control.vpid", List.of(VPID, SECONDARY_CONTROLS, PRIMARY_CONTROLS),
                s -> !s.on(SecondaryControl.ENABLE_VPID) || s.get(VPID) != 0, "1 to 65535", "VPID 0 is VMX root operation's."));
    }

    private static void ept(List<Check> list) {
        List<VmcsField> fields = List.of(EPT_POINTER, SECONDARY_CONTROLS, PRIMARY_CONTROLS);
        list.add(execution("control.ept.memory-type", fields,
                s -> !pointed(s) || s.capabilities().supportsEptMemoryType((int) s.get(EPT_POINTER) & 7),
                "bits 2:0 are 0 (uncacheable) or 6 (write-back)", "Use 6."));
        list.add(execution("control.ept.walk-length", fields, s -> !pointed(s) || ((int) s.get(EPT_POINTER) & 7 << 3) == EPT_WALK_LENGTH_4,
                "bits 5:3 are 3", "EPT paging structures have four levels here."));
        list.add(execution("control.ept.reserved", fields, s -> !pointed(s) || (s.get(EPT_POINTER) & eptReserved(s)) == 0,
                "bits 11:7 and those beyond the physical-address width are 0, and bit 6 where there are no accessed and dirty flags",
                "Clear them."));
        list.add(needsEpt("control.pml.ept", SecondaryControl.ENABLE_PML));
        list.add(needsFrame("control.pml.address", SecondaryControl.ENABLE_PML, PML_ADDRESS));
        list.add(needsEpt("control.unrestricted-guest.ept", SecondaryControl.UNRESTRICTED_GUEST));
        list.add(needsEpt("control.mode-based-execute.ept", SecondaryControl.MODE_BASED_EXECUTE_CONTROL_FOR_EPT));
        list.add(needsEpt("control.sub-page-permissions.ept", SecondaryControl.SUB_PAGE_WRITE_PERMISSIONS_FOR_EPT));
        list.add(needsFrame("control.sub-page-permissions.table", SecondaryControl.SUB_PAGE_WRITE_PERMISSIONS_FOR_EPT,
                SUB_PAGE_PERMISSION_TABLE_POINTER));
    }

    /** Whether EPT paging structures translate: a processor may translate by means of its own and have no EPT pointer. */
    private static boolean pointed(EntryState s) {
        return s.ept() && s.capabilities().has(EPT_POINTER);
    }

    /** Whether a VM entry would take the EPT pointer. */
    static boolean acceptsEptPointer(EntryState s, long pointer) {
        return s.capabilities().supportsEptMemoryType((int) pointer & 7) && ((int) pointer & 7 << 3) == EPT_WALK_LENGTH_4
                && (pointer & eptReserved(s)) == 0;
    }

    private static long eptReserved(EntryState s) {
        return s.beyondPhysical() | 0xf80 | (s.capabilities().supportsEptAccessedDirty() ? 0 : 1 << 6);
    }

    private static void others(List<Check> list) {
        List<VmcsField> functions = List.of(VM_FUNCTION_CONTROLS, SECONDARY_CONTROLS, PRIMARY_CONTROLS);
        list.add(execution("control.vm-functions.reserved", functions,
                s -> !s.on(SecondaryControl.ENABLE_VM_FUNCTIONS) || s.get(VM_FUNCTION_CONTROLS) >>> 1 == 0, "0 or 1",
                "EPTP switching is the one VM function."));
        list.add(execution("control.vm-functions.ept", List.of(SECONDARY_CONTROLS, VM_FUNCTION_CONTROLS, PRIMARY_CONTROLS),
                s -> !eptpSwitching(s) || s.ept(), "\"enable EPT\" is 1", "EPTP switching needs EPT."));
        list.add(execution("control.vm-functions.eptp-list", List.of(EPTP_LIST_ADDRESS, VM_FUNCTION_CONTROLS, SECONDARY_CONTROLS,
                PRIMARY_CONTROLS), s -> !eptpSwitching(s) || s.frame(EPTP_LIST_ADDRESS), FRAME, ALLOCATE));
        list.add(needsFrame("control.vmcs-shadowing.vmread-bitmap", SecondaryControl.VMCS_SHADOWING, VMREAD_BITMAP_ADDRESS));
        list.add(needsFrame("control.vmcs-shadowing.vmwrite-bitmap", SecondaryControl.VMCS_SHADOWING, VMWRITE_BITMAP_ADDRESS));
        list.add(needsFrame("control.virtualization-exception", SecondaryControl.EPT_VIOLATION_VE,
                VIRTUALIZATION_EXCEPTION_INFORMATION_ADDRESS));
        list.add(needsEpt("control.pt-guest-physical.ept", SecondaryControl.PT_USES_GUEST_PHYSICAL_ADDRESSES));
        list.add(execution("control.tsc-multiplier", List.of(TSC_MULTIPLIER, SECONDARY_CONTROLS, PRIMARY_CONTROLS),
                s -> !s.on(SecondaryControl.USE_TSC_SCALING) || s.get(TSC_MULTIPLIER) != 0, "not 0", "1 << 48 leaves the TSC as it is."));
        list.add(needsFrame("control.pasid.low-directory", SecondaryControl.PASID_TRANSLATION, LOW_PASID_DIRECTORY_ADDRESS));
        list.add(needsFrame("control.pasid.high-directory", SecondaryControl.PASID_TRANSLATION, HIGH_PASID_DIRECTORY_ADDRESS));
    }

    private static boolean eptpSwitching(EntryState s) {
        return s.on(SecondaryControl.ENABLE_VM_FUNCTIONS) && (s.get(VM_FUNCTION_CONTROLS) & 1) != 0;
    }

    private static void tertiary(List<Check> list) {
        list.add(execution("control.tertiary.ept", List.of(TERTIARY_CONTROLS, SECONDARY_CONTROLS, PRIMARY_CONTROLS),
                s -> s.ept() || !s.on(TertiaryControl.ENABLE_HLAT) && !s.on(TertiaryControl.EPT_PAGING_WRITE_CONTROL)
                        && !s.on(TertiaryControl.GUEST_PAGING_VERIFICATION),
                "HLAT, paging-write control and paging verification only with \"enable EPT\"", "Turn EPT on."));
        list.add(execution("control.hlat-pointer", List.of(HLAT_POINTER, TERTIARY_CONTROLS, PRIMARY_CONTROLS),
                s -> !s.on(TertiaryControl.ENABLE_HLAT) || (s.get(HLAT_POINTER) & (s.beyondPhysical() | 0xfe7)) == 0,
                "bits 2:0, 11:5 and those beyond the physical-address width are 0", "Clear them."));
        list.add(execution("control.pid-pointer-table", List.of(PID_POINTER_TABLE_ADDRESS, LAST_PID_POINTER_INDEX, TERTIARY_CONTROLS,
                PRIMARY_CONTROLS),
                s -> !s.on(TertiaryControl.IPI_VIRTUALIZATION) || s.aligned(PID_POINTER_TABLE_ADDRESS, 3)
                        && s.physical(s.get(PID_POINTER_TABLE_ADDRESS) + 8 * s.get(LAST_PID_POINTER_INDEX)),
                "a multiple of 8, the table within the physical-address width", ALLOCATE));
    }

    private static void exit(List<Check> list) {
        list.add(Check.of(Section.EXIT_CONTROLS, "exit.reserved", List.of(EXIT_CONTROLS), s -> s.allowed(EXIT_CONTROLS, ControlWord.EXIT),
                BY_CAPABILITIES, CLEAR));
        list.add(Check.of(Section.EXIT_CONTROLS, "exit.save-preemption-timer", List.of(EXIT_CONTROLS, PIN_BASED_CONTROLS),
                s -> s.on(PinBasedControl.ACTIVATE_PREEMPTION_TIMER) || !s.on(ExitControl.SAVE_PREEMPTION_TIMER_VALUE),
                "\"save VMX-preemption timer value\" only with \"activate VMX-preemption timer\"", "Turn both on, or both off."));
        list.add(Check.of(Section.EXIT_CONTROLS, "exit.msr-store", List.of(EXIT_MSR_STORE_ADDRESS, EXIT_MSR_STORE_COUNT),
                s -> msrList(s, EXIT_MSR_STORE_ADDRESS, EXIT_MSR_STORE_COUNT), LIST, SHORTEN));
        list.add(Check.of(Section.EXIT_CONTROLS, "exit.msr-load", List.of(EXIT_MSR_LOAD_ADDRESS, EXIT_MSR_LOAD_COUNT),
                s -> msrList(s, EXIT_MSR_LOAD_ADDRESS, EXIT_MSR_LOAD_COUNT), LIST, SHORTEN));
    }

    private static boolean msrList(EntryState s, VmcsField address, VmcsField count) {
        long entries = s.get(count);
        return entries == 0 || entries <= CapabilityMsrs.MAX_MSR_LIST && s.aligned(address, 4)
                && s.physical(s.get(address) + entries * MSR_ENTRY - 1);
    }

    private static void injection(List<Check> list) {
        VmcsField info = ENTRY_INTERRUPTION_INFORMATION;
        list.add(Check.of(Section.ENTRY_CONTROLS, "entry.reserved", List.of(ENTRY_CONTROLS),
                s -> s.allowed(ENTRY_CONTROLS, ControlWord.ENTRY),
                BY_CAPABILITIES, CLEAR));
        list.add(Check.of(Section.ENTRY_CONTROLS, "entry.injection.type", List.of(info), ControlChecks::legalType,
                "type 0, 2 to 6, or 7 where there is a monitor trap flag", "Type 1 is reserved.").injecting());
        list.add(Check.of(Section.ENTRY_CONTROLS, "entry.injection.vector", List.of(info), ControlChecks::legalVector,
                "2 for an NMI, at most 31 for a hardware exception, 0 for another event", "Vector and type must fit.").injecting());
        list.add(Check.of(Section.ENTRY_CONTROLS, "entry.injection.deliver-error-code",
                List.of(info, GUEST_CR0, SECONDARY_CONTROLS, PRIMARY_CONTROLS),
                s -> Interruption.hasErrorCode(s.injected()) == deliversErrorCode(s),
                "1 for hardware exceptions 8, 10 to 14 and 17 of a guest in protected mode, else 0",
                "Interruption.of() takes it as an argument.")
                .injecting());
        list.add(Check.of(Section.ENTRY_CONTROLS, "entry.injection.reserved", List.of(info),
                s -> (s.injected() & INFORMATION_RESERVED) == 0,
                "bits 30:12 are 0", "Clear them; IDT-vectoring information may have bit 12 set.").injecting());
        list.add(Check.of(Section.ENTRY_CONTROLS, "entry.injection.error-code", List.of(ENTRY_EXCEPTION_ERROR_CODE, info),
                s -> !Interruption.hasErrorCode(s.injected()) || (s.word(ENTRY_EXCEPTION_ERROR_CODE) & ERROR_CODE_HIGH) == 0,
                "bits 31:16 are 0", "Clear them.").injecting());
        list.add(Check.of(Section.ENTRY_CONTROLS, "entry.injection.instruction-length", List.of(ENTRY_INSTRUCTION_LENGTH, info),
                s -> !Interruption.software(Interruption.type(s.injected())) || s.get(ENTRY_INSTRUCTION_LENGTH) <= 15,
                "0 to 15 for software interrupts and exceptions", "Give the length of INT n, INT1, INT3 or INTO.").injecting());
    }

    private static boolean legalType(EntryState s) {
        int type = Interruption.type(s.injected());
        return type != 1 && (type != Interruption.OTHER_EVENT || s.capabilities().allows(PrimaryControl.MONITOR_TRAP_FLAG));
    }

    private static boolean legalVector(EntryState s) {
        int vector = Interruption.vector(s.injected());
        return switch (Interruption.type(s.injected())) {
            case Interruption.NMI -> vector == Vector.NMI;
            case Interruption.HARDWARE_EXCEPTION -> vector < 32;
            case Interruption.OTHER_EVENT -> vector == 0;
            default -> true;
        };
    }

    private static boolean deliversErrorCode(EntryState s) {
        return s.injects(Interruption.HARDWARE_EXCEPTION) && Vector.hasErrorCode(Interruption.vector(s.injected()))
                && (!s.unrestricted() || (s.get(GUEST_CR0) & Cr0.PE) != 0);
    }

    private static void entry(List<Check> list) {
        list.add(Check.of(Section.ENTRY_CONTROLS, "entry.msr-load", List.of(ENTRY_MSR_LOAD_ADDRESS, ENTRY_MSR_LOAD_COUNT),
                s -> msrList(s, ENTRY_MSR_LOAD_ADDRESS, ENTRY_MSR_LOAD_COUNT), LIST, SHORTEN));
        list.add(Check.of(Section.ENTRY_CONTROLS, "entry.smm", List.of(ENTRY_CONTROLS),
                s -> !s.on(EntryControl.ENTRY_TO_SMM) && !s.on(EntryControl.DEACTIVATE_DUAL_MONITOR_TREATMENT),
                "\"entry to SMM\" and \"deactivate dual-monitor treatment\" are 0 outside SMM", "Clear both."));
    }
}
