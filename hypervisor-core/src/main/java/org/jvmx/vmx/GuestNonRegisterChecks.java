package org.jvmx.vmx;

import static org.jvmx.vmx.Interruptibility.*;
import static org.jvmx.vmx.VmcsField.*;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.arch.AccessRights;
import org.jvmx.arch.Rflags;
import org.jvmx.arch.Vector;
import org.jvmx.vmx.Check.Section;

/** SDM Vol. 3, "Checks on Guest Non-Register State". */
final class GuestNonRegisterChecks {
    private static final int BLOCKING_BY_INSTRUCTION = BLOCKING_BY_STI | BLOCKING_BY_MOV_SS;
    private static final long PENDING_RESERVED = ~0x500fL;
    private static final long PENDING_BS = 1L << 14;
    private static final long DEBUGCTL_BTF = 2;
    private static final long NO_LINK = -1;
    private static final int SHADOW = 1 << 31;

    static final List<Check> ALL = all();

    private GuestNonRegisterChecks() {
    }

    private static List<Check> all() {
        List<Check> list = new ArrayList<>();
        activity(list);
        interruptibility(list);
        pendingDebug(list);
        linkPointer(list);
        return List.copyOf(list);
    }

    private static Check check(String id, List<VmcsField> fields, Check.Predicate predicate, String legal, String hint) {
        return Check.of(Section.GUEST_NON_REGISTER, id, fields, predicate, legal, hint);
    }

    private static void activity(List<Check> list) {
        list.add(check("guest.activity.supported", List.of(GUEST_ACTIVITY_STATE),
                s -> s.capabilities().supportsActivity(s.get(GUEST_ACTIVITY_STATE)),
                "0 active, 1 HLT, 2 shutdown, 3 wait-for-SIPI", "IA32_VMX_MISC says which states there are.").always());
        list.add(check("guest.activity.hlt-privilege", List.of(GUEST_ACTIVITY_STATE, GUEST_SS_ACCESS_RIGHTS),
                s -> s.activity() != Activity.HLT || AccessRights.dpl(s.rights(EntryState.SS)) == 0, "HLT only where SS.DPL is 0",
                "HLT is privileged.").always());
        list.add(check("guest.activity.blocking", List.of(GUEST_ACTIVITY_STATE, GUEST_INTERRUPTIBILITY_STATE),
                s -> s.activity() == Activity.ACTIVE || !s.blocked(BLOCKING_BY_INSTRUCTION),
                "active while events are blocked by STI or MOV SS",
                "Clear the blocking: HLT ended it.").always());
        list.add(check("guest.activity.injection", List.of(GUEST_ACTIVITY_STATE, ENTRY_INTERRUPTION_INFORMATION),
                GuestNonRegisterChecks::wakes,
                "an event that the state lets through: HLT takes interrupts, NMI, #DB, #MC and MTF; shutdown takes NMI and #MC",
                "Make the guest active, or wait.").injecting());
    }

    private static boolean wakes(EntryState s) {
        int vector = Interruption.vector(s.injected());
        boolean nmi = s.injects(Interruption.NMI);
        boolean exception = s.injects(Interruption.HARDWARE_EXCEPTION);
        return switch (s.activity()) {
            case Activity.ACTIVE -> true;
            case Activity.HLT -> nmi || s.injects(Interruption.EXTERNAL) || s.injects(Interruption.OTHER_EVENT)
                    || exception && (vector == Vector.DB || vector == Vector.MC);
            case Activity.SHUTDOWN -> nmi || exception && vector == Vector.MC;
            default -> false;
        };
    }

    private static void interruptibility(List<Check> list) {
        VmcsField state = GUEST_INTERRUPTIBILITY_STATE;
        List<VmcsField> injection = List.of(state, ENTRY_INTERRUPTION_INFORMATION);
        list.add(check("guest.interruptibility.reserved", List.of(state),
                s -> (s.interruptibility() & ~(BLOCKING_BY_INSTRUCTION | BLOCKING_BY_SMI | BLOCKING_BY_NMI)) == 0, "bits 31:4 are 0",
                "Clear them; there are no enclaves here.").always());
        list.add(check("guest.interruptibility.sti-mov-ss", List.of(state),
                s -> (s.interruptibility() & BLOCKING_BY_INSTRUCTION) != BLOCKING_BY_INSTRUCTION,
                "not both blocking by STI and by MOV SS", "The last of the two instructions counts.").always());
        list.add(check("guest.interruptibility.sti-if", List.of(state, GUEST_RFLAGS),
                s -> !s.blocked(BLOCKING_BY_STI) || (s.get(GUEST_RFLAGS) & Rflags.IF) != 0, "blocking by STI only where IF is 1",
                "Clear bit 0 along with IF.").always());
        list.add(check("guest.interruptibility.external", injection,
                s -> !s.injects(Interruption.EXTERNAL) || !s.blocked(BLOCKING_BY_INSTRUCTION),
                "no blocking by STI or MOV SS where an external interrupt is injected", "Wait for an interrupt window.").injecting());
        list.add(check("guest.interruptibility.nmi-mov-ss", injection, s -> !s.injects(Interruption.NMI) || !s.blocked(BLOCKING_BY_MOV_SS),
                "no blocking by MOV SS where an NMI is injected", "Wait for an NMI window.").injecting());
        list.add(check("guest.interruptibility.smi", List.of(state), s -> !s.blocked(BLOCKING_BY_SMI), "no blocking by SMI outside SMM",
                "Clear bit 2.").always());
        list.add(check("guest.interruptibility.nmi-sti", injection, s -> !s.injects(Interruption.NMI) || !s.blocked(BLOCKING_BY_STI),
                "no blocking by STI where an NMI is injected", "Wait for an NMI window.").injecting()
                .qualified(QualificationView.EntryFailure.NMI_BLOCKED_BY_STI));
        list.add(check("guest.interruptibility.virtual-nmi", List.of(state, ENTRY_INTERRUPTION_INFORMATION, PIN_BASED_CONTROLS),
                s -> !s.injects(Interruption.NMI) || !s.on(PinBasedControl.VIRTUAL_NMIS) || !s.blocked(BLOCKING_BY_NMI),
                "no virtual-NMI blocking where an NMI is injected", "Wait for an NMI window.").injecting());
    }

    private static void pendingDebug(List<Check> list) {
        VmcsField pending = GUEST_PENDING_DEBUG_EXCEPTIONS;
        List<VmcsField> fields = List.of(pending, GUEST_INTERRUPTIBILITY_STATE, GUEST_ACTIVITY_STATE, GUEST_RFLAGS, GUEST_IA32_DEBUGCTL);
        list.add(check("guest.pending-debug.reserved", List.of(pending),
                s -> (s.get(pending) & PENDING_RESERVED) == 0, "bits 3:0, 12 and 14",
                "Clear the others.").always());
        list.add(check("guest.pending-debug.step-missing", fields, s -> !suspended(s) || !stepping(s) || (s.get(pending) & PENDING_BS) != 0,
                "BS is 1 where TF = 1, BTF = 0 and the guest blocks or halts", "The step of the last instruction is still due.").always());
        list.add(check("guest.pending-debug.step-wrong", fields, s -> !suspended(s) || stepping(s) || (s.get(pending) & PENDING_BS) == 0,
                "BS is 0 where TF = 0 or BTF = 1 and the guest blocks or halts", "No step can be due.").always());
    }

    private static boolean suspended(EntryState s) {
        return s.blocked(BLOCKING_BY_INSTRUCTION) || s.activity() == Activity.HLT;
    }

    private static boolean stepping(EntryState s) {
        return (s.get(GUEST_RFLAGS) & Rflags.TF) != 0 && (s.get(GUEST_IA32_DEBUGCTL) & DEBUGCTL_BTF) == 0;
    }

    private static void linkPointer(List<Check> list) {
        List<VmcsField> fields = List.of(VMCS_LINK_POINTER, SECONDARY_CONTROLS, PRIMARY_CONTROLS);
        list.add(check("guest.link-pointer.address", fields, s -> s.get(VMCS_LINK_POINTER) == NO_LINK || s.frame(VMCS_LINK_POINTER),
                "all ones, or a multiple of 4096 within the physical-address width", "Without VMCS shadowing write -1.")
                .qualified(QualificationView.EntryFailure.LINK_POINTER));
        list.add(check("guest.link-pointer.revision", fields, s -> s.get(VMCS_LINK_POINTER) == NO_LINK || linkRevision(s),
                "a region with this processor's revision identifier, and the shadow bit if \"VMCS shadowing\" is 1",
                "Without VMCS shadowing write -1.").always().qualified(QualificationView.EntryFailure.LINK_POINTER));
        list.add(check("guest.link-pointer.current", fields, s -> s.get(VMCS_LINK_POINTER) != s.vmcs().address(), "not the current VMCS",
                "Without VMCS shadowing write -1.").qualified(QualificationView.EntryFailure.LINK_POINTER));
    }

    private static boolean linkRevision(EntryState s) {
        int wanted = s.capabilities().revision() | (s.on(SecondaryControl.VMCS_SHADOWING) ? SHADOW : 0);
        return s.memory().readInt(s.get(VMCS_LINK_POINTER)) == wanted;
    }
}
