package org.jvmx.vmx;

import static org.jvmx.vmx.VmcsField.*;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.arch.Efer;
import org.jvmx.vmx.Check.Section;

/** SDM Vol. 3, "Checks on Guest Control Registers, Debug Registers, and MSRs". */
final class GuestRegisterChecks {
    private static final String CANONICAL = "a canonical address";
    private static final String SIGN_EXTEND = "Bits 63:48 must equal bit 47.";
    private static final long DEBUGCTL = 0xdfc3;
    private static final long BNDCFGS_RESERVED = 0xffc;

    static final List<Check> ALL = all();

    private GuestRegisterChecks() {
    }

    private static List<Check> all() {
        List<Check> list = new ArrayList<>();
        control(list);
        mode(list);
        msrs(list);
        features(list);
        return List.copyOf(list);
    }

    private static Check check(String id, List<VmcsField> fields, Check.Predicate predicate, String legal, String hint) {
        return Check.of(Section.GUEST_REGISTERS, id, fields, predicate, legal, hint);
    }

    private static void control(List<Check> list) {
        list.add(check("guest.cr0.fixed", List.of(GUEST_CR0, SECONDARY_CONTROLS, PRIMARY_CONTROLS), GuestRegisterChecks::cr0Fixed,
                "what IA32_VMX_CR0_FIXED0 and FIXED1 allow (not PE and PG in an unrestricted guest)",
                "NE must be 1; put it into the guest/host mask and hide it by the read shadow."));
        list.add(check("guest.cr0.paging", List.of(GUEST_CR0), s -> (s.get(GUEST_CR0) & Cr0.PG) == 0 || (s.get(GUEST_CR0) & Cr0.PE) != 0,
                "PG only with PE", "Paging needs protected mode."));
        list.add(check("guest.cr4.fixed", List.of(GUEST_CR4),
                s -> EntryState.fixed(s.get(GUEST_CR4), s.capabilities().cr4Fixed0(), s.capabilities().cr4Fixed1()),
                "what IA32_VMX_CR4_FIXED0 and FIXED1 allow", "VMXE must be 1; hide it by the guest/host mask and the read shadow."));
        list.add(check("guest.cr4.cet", List.of(GUEST_CR4, GUEST_CR0),
                s -> (s.get(GUEST_CR4) & Cr4.CET) == 0 || (s.get(GUEST_CR0) & Cr0.WP) != 0,
                "CET only with CR0.WP", "Set CR0.WP."));
        list.add(check("guest.debugctl", List.of(GUEST_IA32_DEBUGCTL, ENTRY_CONTROLS),
                s -> !s.on(EntryControl.LOAD_DEBUG_CONTROLS) || (s.get(GUEST_IA32_DEBUGCTL) & ~DEBUGCTL) == 0, "bits 1:0, 12:6 and 15:14",
                "Clear the reserved bits."));
    }

    private static boolean cr0Fixed(EntryState s) {
        long fixed0 = s.capabilities().cr0Fixed0() & ~(s.unrestricted() ? Cr0.PE | Cr0.PG : 0);
        return EntryState.fixed(s.get(GUEST_CR0), fixed0, s.capabilities().cr0Fixed1());
    }

    private static void mode(List<Check> list) {
        list.add(check("guest.ia32e.paging", List.of(GUEST_CR0, ENTRY_CONTROLS), s -> !s.ia32e() || (s.get(GUEST_CR0) & Cr0.PG) != 0,
                "PG in IA-32e mode", "Set CR0.PG, or clear \"IA-32e mode guest\"."));
        list.add(check("guest.ia32e.pae", List.of(GUEST_CR4, ENTRY_CONTROLS), s -> !s.ia32e() || (s.get(GUEST_CR4) & Cr4.PAE) != 0,
                "PAE in IA-32e mode", "Set CR4.PAE, or clear \"IA-32e mode guest\"."));
        list.add(check("guest.cr4.pcide", List.of(GUEST_CR4, ENTRY_CONTROLS), s -> s.ia32e() || (s.get(GUEST_CR4) & Cr4.PCIDE) == 0,
                "PCIDE only in IA-32e mode", "Clear CR4.PCIDE."));
        list.add(check("guest.cr3.width", List.of(GUEST_CR3), s -> s.physical(s.get(GUEST_CR3)), "no bit beyond the physical-address width",
                "Bit 63 is an operand of MOV to CR3 only."));
        list.add(check("guest.dr7", List.of(GUEST_DR7, ENTRY_CONTROLS), s -> !s.on(EntryControl.LOAD_DEBUG_CONTROLS) || s.low32(GUEST_DR7),
                "bits 63:32 are 0", "Clear them."));
        list.add(check("guest.sysenter-esp", List.of(GUEST_IA32_SYSENTER_ESP),
                s -> s.canonical(GUEST_IA32_SYSENTER_ESP), CANONICAL, SIGN_EXTEND));
        list.add(check("guest.sysenter-eip", List.of(GUEST_IA32_SYSENTER_EIP),
                s -> s.canonical(GUEST_IA32_SYSENTER_EIP), CANONICAL, SIGN_EXTEND));
    }

    private static void msrs(List<Check> list) {
        list.add(check("guest.perf-global-ctrl", List.of(GUEST_IA32_PERF_GLOBAL_CTRL, ENTRY_CONTROLS),
                s -> !s.on(EntryControl.LOAD_IA32_PERF_GLOBAL_CTRL) || MsrValues.perfGlobalCtrl(s.get(GUEST_IA32_PERF_GLOBAL_CTRL)),
                MsrValues.PERF_GLOBAL_CTRL, "Clear the reserved bits."));
        list.add(check("guest.pat", List.of(GUEST_IA32_PAT, ENTRY_CONTROLS),
                s -> !s.on(EntryControl.LOAD_IA32_PAT) || MsrValues.pat(s.get(GUEST_IA32_PAT)), MsrValues.PAT, MsrValues.PAT_RESET));
        list.add(check("guest.efer.reserved", List.of(GUEST_IA32_EFER, ENTRY_CONTROLS),
                s -> !s.on(EntryControl.LOAD_IA32_EFER) || (s.get(GUEST_IA32_EFER) & ~Efer.DEFINED) == 0, "SCE, LME, LMA, NXE",
                "Clear the others."));
        list.add(check("guest.efer.lma", List.of(GUEST_IA32_EFER, ENTRY_CONTROLS),
                s -> !s.on(EntryControl.LOAD_IA32_EFER) || (s.get(GUEST_IA32_EFER) & Efer.LMA) != 0 == s.ia32e(),
                "LMA equals \"IA-32e mode guest\"", "Change both together."));
        list.add(check("guest.efer.lme", List.of(GUEST_IA32_EFER, GUEST_CR0, ENTRY_CONTROLS),
                s -> !s.on(EntryControl.LOAD_IA32_EFER) || (s.get(GUEST_CR0) & Cr0.PG) == 0
                        || (s.get(GUEST_IA32_EFER) & Efer.LMA) != 0 == ((s.get(GUEST_IA32_EFER) & Efer.LME) != 0),
                "LME equals LMA while CR0.PG = 1", "LMA is LME and PG."));
    }

    private static void features(List<Check> list) {
        list.add(check("guest.bndcfgs", List.of(GUEST_IA32_BNDCFGS, ENTRY_CONTROLS),
                s -> !s.on(EntryControl.LOAD_IA32_BNDCFGS)
                        || (s.get(GUEST_IA32_BNDCFGS) & BNDCFGS_RESERVED) == 0 && s.canonical(GUEST_IA32_BNDCFGS),
                "bits 11:2 are 0, the rest is canonical", "Clear the reserved bits."));
        list.add(check("guest.s-cet", List.of(GUEST_IA32_S_CET, ENTRY_CONTROLS),
                s -> !s.on(EntryControl.LOAD_CET_STATE) || MsrValues.sCet(s.get(GUEST_IA32_S_CET)), MsrValues.S_CET,
                "Clear the reserved bits."));
        list.add(check("guest.ssp-table", List.of(GUEST_IA32_INTERRUPT_SSP_TABLE_ADDR, ENTRY_CONTROLS),
                s -> !s.on(EntryControl.LOAD_CET_STATE) || s.canonical(GUEST_IA32_INTERRUPT_SSP_TABLE_ADDR), CANONICAL, SIGN_EXTEND));
        list.add(check("guest.pkrs", List.of(GUEST_IA32_PKRS, ENTRY_CONTROLS),
                s -> !s.on(EntryControl.LOAD_PKRS) || s.low32(GUEST_IA32_PKRS),
                "bits 63:32 are 0", "Clear them."));
        list.add(check("guest.uinv", List.of(GUEST_UINV, ENTRY_CONTROLS), s -> !s.on(EntryControl.LOAD_UINV) || s.get(GUEST_UINV) <= 255,
                "0 to 255", "Bits 15:8 are reserved."));
    }
}
