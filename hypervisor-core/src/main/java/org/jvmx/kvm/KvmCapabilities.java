package org.jvmx.kvm;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jvmx.vmx.CapabilityMsrs;
import org.jvmx.vmx.Control;
import org.jvmx.vmx.EntryControl;
import org.jvmx.vmx.ExitControl;
import org.jvmx.vmx.Irqchip;
import org.jvmx.vmx.PinBasedControl;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.SecondaryControl;
import org.jvmx.vmx.VmcsField;

/**
 * What a VMX processor made of KVM offers. Controls that KVM does not let us choose must be 1: port instructions, HLT and external interrupts
 * leave the guest, and guest-physical addresses are translated, by memory slots and not by an EPT pointer.
 */
final class KvmCapabilities {
    private static final int REVISION = 0x4a56_4d4b;

    private static final Set<Control> ALWAYS = Set.of(PinBasedControl.EXTERNAL_INTERRUPT_EXITING, PinBasedControl.NMI_EXITING,
            PinBasedControl.VIRTUAL_NMIS, PrimaryControl.HLT_EXITING, PrimaryControl.UNCONDITIONAL_IO_EXITING,
            PrimaryControl.USE_TPR_SHADOW,
            PrimaryControl.ACTIVATE_SECONDARY_CONTROLS, SecondaryControl.ENABLE_EPT, SecondaryControl.UNRESTRICTED_GUEST,
            SecondaryControl.ENABLE_RDTSCP, SecondaryControl.ENABLE_INVPCID, ExitControl.SAVE_DEBUG_CONTROLS,
            ExitControl.HOST_ADDRESS_SPACE_SIZE, ExitControl.SAVE_IA32_PAT, ExitControl.SAVE_IA32_EFER);

    /** The guest's own business. */
    private static final Set<Control> NEVER = Set.of(PrimaryControl.CR3_LOAD_EXITING, PrimaryControl.CR3_STORE_EXITING);

    /** What a local APIC in the kernel takes away from us. */
    private static final Set<Control> APIC = Set.of(PrimaryControl.HLT_EXITING, PrimaryControl.USE_TPR_SHADOW);

    private static final List<Control> CHOSEN = List.of(PinBasedControl.ACTIVATE_PREEMPTION_TIMER, PrimaryControl.INTERRUPT_WINDOW_EXITING,
            PrimaryControl.NMI_WINDOW_EXITING,
            ExitControl.LOAD_IA32_PAT, ExitControl.LOAD_IA32_EFER, ExitControl.SAVE_PREEMPTION_TIMER_VALUE,
            EntryControl.LOAD_DEBUG_CONTROLS,
            EntryControl.IA32E_MODE_GUEST, EntryControl.LOAD_IA32_PAT, EntryControl.LOAD_IA32_EFER);

    /** The guest owns its control registers, and KVM translates. */
    private static final Set<VmcsField> MISSING =
            EnumSet.of(VmcsField.EPT_POINTER, VmcsField.CR0_GUEST_HOST_MASK, VmcsField.CR4_GUEST_HOST_MASK,
                    VmcsField.CR0_READ_SHADOW, VmcsField.CR4_READ_SHADOW, VmcsField.CR3_TARGET_COUNT, VmcsField.CR3_TARGET_VALUE0,
                    VmcsField.CR3_TARGET_VALUE1, VmcsField.CR3_TARGET_VALUE2, VmcsField.CR3_TARGET_VALUE3, VmcsField.IO_BITMAP_A,
                    VmcsField.IO_BITMAP_B,
                    VmcsField.PAGE_FAULT_ERROR_CODE_MASK, VmcsField.PAGE_FAULT_ERROR_CODE_MATCH, VmcsField.GUEST_SMBASE);

    private KvmCapabilities() {
    }

    static CapabilityMsrs of(KvmSystem system, boolean filters, boolean movesTime, long cr4, Irqchip irqchip) {
        Set<Control> always = new HashSet<>(ALWAYS);
        Set<Control> never = new HashSet<>(NEVER);
        List<Control> offered = new ArrayList<>(CHOSEN);
        Set<VmcsField> missing = new HashSet<>(MISSING);
        if (irqchip != Irqchip.USER) {
            always.removeAll(APIC);
            never.add(PrimaryControl.HLT_EXITING);
            missing.addAll(List.of(VmcsField.TPR_THRESHOLD, VmcsField.VIRTUAL_APIC_ADDRESS));
        }
        offered.addAll(always);
        if (filters) {
            offered.add(PrimaryControl.USE_MSR_BITMAPS);
        }
        if (movesTime) {
            offered.add(PrimaryControl.USE_TSC_OFFSETTING);
        } else {
            missing.add(VmcsField.TSC_OFFSET);
        }
        if (system.offers(Capability.SET_GUEST_DEBUG)) {
            offered.add(PrimaryControl.MONITOR_TRAP_FLAG);
        }
        return new CapabilityMsrs(offered, REVISION, cr4, new CapabilityMsrs.Limits(always, never, missing, true, irqchip == Irqchip.USER));
    }
}
