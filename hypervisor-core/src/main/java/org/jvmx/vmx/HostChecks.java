package org.jvmx.vmx;

import static org.jvmx.vmx.VmcsField.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.arch.Efer;
import org.jvmx.vmx.Check.Section;

/** SDM Vol. 3, "Checks on Host Control Registers, MSRs, and SSP" to "Checks Related to Address-Space Size". */
final class HostChecks {
    private static final String CANONICAL = "a canonical address";
    private static final String SIGN_EXTEND = "Bits 63:48 must equal bit 47.";
    private static final int RPL_AND_TI = 7;

    static final List<Check> ALL = all();

    private HostChecks() {
    }

    private static List<Check> all() {
        List<Check> list = new ArrayList<>();
        registers(list);
        msrs(list);
        segments(list);
        addressSpace(list);
        return List.copyOf(list);
    }

    private static Check register(String id, List<VmcsField> fields, Check.Predicate predicate, String legal, String hint) {
        return Check.of(Section.HOST_REGISTERS, id, fields, predicate, legal, hint);
    }

    private static void registers(List<Check> list) {
        list.add(register("host.cr0.fixed", List.of(HOST_CR0),
                s -> EntryState.fixed(s.get(HOST_CR0), s.capabilities().cr0Fixed0(), s.capabilities().cr0Fixed1()),
                "what IA32_VMX_CR0_FIXED0 and FIXED1 allow", "PG, NE and PE must be 1."));
        list.add(register("host.cr4.fixed", List.of(HOST_CR4),
                s -> EntryState.fixed(s.get(HOST_CR4), s.capabilities().cr4Fixed0(), s.capabilities().cr4Fixed1()),
                "what IA32_VMX_CR4_FIXED0 and FIXED1 allow", "VMXE must be 1."));
        list.add(register("host.cr4.cet", List.of(HOST_CR4, HOST_CR0),
                s -> (s.get(HOST_CR4) & Cr4.CET) == 0 || (s.get(HOST_CR0) & Cr0.WP) != 0, "CET only with CR0.WP", "Set CR0.WP."));
        list.add(register("host.cr3.width", List.of(HOST_CR3), s -> s.physical(s.get(HOST_CR3)),
                "no bit beyond the physical-address width", "Bit 63 is an operand of MOV to CR3 only."));
        list.add(register("host.sysenter-esp", List.of(HOST_IA32_SYSENTER_ESP),
                s -> s.canonical(HOST_IA32_SYSENTER_ESP), CANONICAL, SIGN_EXTEND));
        list.add(register("host.sysenter-eip", List.of(HOST_IA32_SYSENTER_EIP),
                s -> s.canonical(HOST_IA32_SYSENTER_EIP), CANONICAL, SIGN_EXTEND));
    }

    private static void msrs(List<Check> list) {
        list.add(register("host.perf-global-ctrl", List.of(HOST_IA32_PERF_GLOBAL_CTRL, EXIT_CONTROLS),
                s -> !s.on(ExitControl.LOAD_IA32_PERF_GLOBAL_CTRL) || MsrValues.perfGlobalCtrl(s.get(HOST_IA32_PERF_GLOBAL_CTRL)),
                MsrValues.PERF_GLOBAL_CTRL, "Clear the reserved bits."));
        list.add(register("host.pat", List.of(HOST_IA32_PAT, EXIT_CONTROLS),
                s -> !s.on(ExitControl.LOAD_IA32_PAT) || MsrValues.pat(s.get(HOST_IA32_PAT)), MsrValues.PAT, MsrValues.PAT_RESET));
        list.add(register("host.efer.reserved", List.of(HOST_IA32_EFER, EXIT_CONTROLS),
                s -> !s.on(ExitControl.LOAD_IA32_EFER) || (s.get(HOST_IA32_EFER) & ~Efer.DEFINED) == 0, "SCE, LME, LMA, NXE",
                "Clear the others."));
        list.add(register("host.efer.long-mode", List.of(HOST_IA32_EFER, EXIT_CONTROLS),
                s -> !s.on(ExitControl.LOAD_IA32_EFER) || longModeMatches(s), "LMA and LME equal \"host address-space size\"",
                "Set both for a 64-bit host."));
        list.add(register("host.s-cet", List.of(HOST_IA32_S_CET, EXIT_CONTROLS),
                s -> !s.on(ExitControl.LOAD_CET_STATE) || MsrValues.sCet(s.get(HOST_IA32_S_CET)), MsrValues.S_CET,
                "Clear the reserved bits."));
        list.add(register("host.ssp", List.of(HOST_SSP, EXIT_CONTROLS),
                s -> !s.on(ExitControl.LOAD_CET_STATE) || s.canonical(HOST_SSP) && (s.get(HOST_SSP) & 3) == 0,
                "a canonical multiple of 4", "Shadow stacks are aligned."));
        list.add(register("host.ssp-table", List.of(HOST_IA32_INTERRUPT_SSP_TABLE_ADDR, EXIT_CONTROLS),
                s -> !s.on(ExitControl.LOAD_CET_STATE) || s.canonical(HOST_IA32_INTERRUPT_SSP_TABLE_ADDR), CANONICAL, SIGN_EXTEND));
        list.add(register("host.pkrs", List.of(HOST_IA32_PKRS, EXIT_CONTROLS),
                s -> !s.on(ExitControl.LOAD_PKRS) || s.low32(HOST_IA32_PKRS), "bits 63:32 are 0", "Clear them."));
    }

    private static boolean longModeMatches(EntryState s) {
        long bits = s.get(HOST_IA32_EFER) & (Efer.LMA | Efer.LME);
        return bits == (s.on(ExitControl.HOST_ADDRESS_SPACE_SIZE) ? Efer.LMA | Efer.LME : 0);
    }

    private static void segments(List<Check> list) {
        for (VmcsField selector : List.of(HOST_ES_SELECTOR, HOST_CS_SELECTOR, HOST_SS_SELECTOR, HOST_DS_SELECTOR, HOST_FS_SELECTOR,
                HOST_GS_SELECTOR, HOST_TR_SELECTOR)) {
            list.add(segment(selector, ".rpl-ti", List.of(selector), s -> (s.get(selector) & RPL_AND_TI) == 0, "RPL and TI are 0",
                    "Host selectors are of the GDT with privilege level 0."));
        }
        list.add(segment(HOST_CS_SELECTOR, ".null", List.of(HOST_CS_SELECTOR), s -> s.get(HOST_CS_SELECTOR) != 0, "not 0",
                "A code segment cannot be null."));
        list.add(segment(HOST_TR_SELECTOR, ".null", List.of(HOST_TR_SELECTOR), s -> s.get(HOST_TR_SELECTOR) != 0, "not 0",
                "A task register cannot be null."));
        list.add(segment(HOST_SS_SELECTOR, ".null", List.of(HOST_SS_SELECTOR, EXIT_CONTROLS),
                s -> s.on(ExitControl.HOST_ADDRESS_SPACE_SIZE) || s.get(HOST_SS_SELECTOR) != 0, "not 0 for a 32-bit host",
                "Only 64-bit mode runs with a null SS."));
        for (VmcsField base : List.of(HOST_FS_BASE, HOST_GS_BASE, HOST_GDTR_BASE, HOST_IDTR_BASE, HOST_TR_BASE)) {
            list.add(segment(base, "", List.of(base), s -> s.canonical(base), CANONICAL, SIGN_EXTEND));
        }
    }

    private static Check segment(VmcsField field, String suffix, List<VmcsField> fields, Check.Predicate predicate, String legal,
            String hint) {
        String register = field.name().substring("HOST_".length()).replace("_SELECTOR", "");
        String name = register.toLowerCase(Locale.ROOT).replace('_', '-');
        return Check.of(Section.HOST_SEGMENTS, "host." + name + suffix, fields, predicate, legal, hint);
    }

    private static Check size(String id, List<VmcsField> fields, Check.Predicate predicate, String legal, String hint) {
        return Check.of(Section.ADDRESS_SPACE, id, fields, predicate, legal, hint);
    }

    private static void addressSpace(List<Check> list) {
        list.add(size("host.size.legacy", List.of(EXIT_CONTROLS, ENTRY_CONTROLS),
                s -> (s.root().efer() & Efer.LMA) != 0 || !s.ia32e() && !s.on(ExitControl.HOST_ADDRESS_SPACE_SIZE),
                "outside IA-32e mode: no IA-32e mode guest, no 64-bit host", "Enter long mode first.").always());
        list.add(size("host.size.long", List.of(EXIT_CONTROLS),
                s -> (s.root().efer() & Efer.LMA) == 0 || s.on(ExitControl.HOST_ADDRESS_SPACE_SIZE),
                "in IA-32e mode: \"host address-space size\" is 1", "Set it.").always());
        list.add(size("host.size.ia32e-guest", List.of(ENTRY_CONTROLS, EXIT_CONTROLS),
                s -> s.on(ExitControl.HOST_ADDRESS_SPACE_SIZE) || !s.ia32e(),
                "a 32-bit host has no IA-32e mode guest", "Clear \"IA-32e mode guest\"."));
        list.add(size("host.size.pcide", List.of(HOST_CR4, EXIT_CONTROLS),
                s -> s.on(ExitControl.HOST_ADDRESS_SPACE_SIZE) || (s.get(HOST_CR4) & Cr4.PCIDE) == 0, "a 32-bit host has no PCIDE",
                "Clear it."));
        list.add(size("host.size.rip-32", List.of(HOST_RIP, EXIT_CONTROLS),
                s -> s.on(ExitControl.HOST_ADDRESS_SPACE_SIZE) || s.low32(HOST_RIP),
                "below 4 GB for a 32-bit host", "Clear bits 63:32."));
        list.add(size("host.size.pae", List.of(HOST_CR4, EXIT_CONTROLS),
                s -> !s.on(ExitControl.HOST_ADDRESS_SPACE_SIZE) || (s.get(HOST_CR4) & Cr4.PAE) != 0, "a 64-bit host has PAE",
                "Set CR4.PAE."));
        list.add(size("host.size.rip-64", List.of(HOST_RIP, EXIT_CONTROLS),
                s -> !s.on(ExitControl.HOST_ADDRESS_SPACE_SIZE) || s.canonical(HOST_RIP), CANONICAL, SIGN_EXTEND));
    }
}
