package org.jvmx.vmx;

import static org.jvmx.vmx.VmcsField.*;

import java.util.List;
import org.jvmx.arch.AccessRights;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Rflags;
import org.jvmx.vmx.Check.Section;

/** SDM Vol. 3, "Checks on Guest RIP, RFLAGS, and SSP". */
final class GuestRipRflagsChecks {
    private static final int LINEAR_WIDTH = 48;

    static final List<Check> ALL = List.of(
            check("guest.rip.legacy", List.of(GUEST_RIP, ENTRY_CONTROLS, GUEST_CS_ACCESS_RIGHTS), s -> longCode(s) || s.low32(GUEST_RIP),
                    "bits 63:32 are 0 outside 64-bit mode", "Clear them, or set CS.L in IA-32e mode."),
            check("guest.rip.long", List.of(GUEST_RIP, ENTRY_CONTROLS, GUEST_CS_ACCESS_RIGHTS),
                    s -> !longCode(s) || s.get(GUEST_RIP) >>> LINEAR_WIDTH == 0 || s.get(GUEST_RIP) >> LINEAR_WIDTH == -1,
                    "bits 63:48 are equal in 64-bit mode", "The linear-address width is 48."),
            check("guest.rflags.reserved", List.of(GUEST_RFLAGS),
                    s -> (s.get(GUEST_RFLAGS) & ~(long) Rflags.DEFINED) == 0 && (s.get(GUEST_RFLAGS) & Rflags.FIXED) != 0,
                    "bits 63:22, 15, 5 and 3 are 0, bit 1 is 1", "RFLAGS is 2 after reset."),
            check("guest.rflags.vm", List.of(GUEST_RFLAGS, ENTRY_CONTROLS, GUEST_CR0),
                    s -> !s.virtual8086() || !s.ia32e() && (s.get(GUEST_CR0) & Cr0.PE) != 0,
                    "VM only in protected mode and not in IA-32e mode", "Clear it."),
            check("guest.rflags.if", List.of(GUEST_RFLAGS, ENTRY_INTERRUPTION_INFORMATION),
                    s -> !s.injects(Interruption.EXTERNAL) || (s.get(GUEST_RFLAGS) & Rflags.IF) != 0,
                    "IF is 1 where an external interrupt is injected", "Wait for an interrupt window.").injecting(),
            check("guest.ssp", List.of(GUEST_SSP, ENTRY_CONTROLS, GUEST_CS_ACCESS_RIGHTS),
                    s -> !s.on(EntryControl.LOAD_CET_STATE) || (s.get(GUEST_SSP) & 3) == 0
                            && (longCode(s) ? s.canonical(GUEST_SSP) : s.low32(GUEST_SSP)),
                    "a multiple of 4, canonical, below 4 GB outside 64-bit mode", "Shadow stacks are aligned."));

    private GuestRipRflagsChecks() {
    }

    private static boolean longCode(EntryState s) {
        return s.ia32e() && (s.rights(EntryState.CS) & AccessRights.L) != 0;
    }

    private static Check check(String id, List<VmcsField> fields, Check.Predicate predicate, String legal, String hint) {
        return Check.of(Section.GUEST_RIP_RFLAGS, id, fields, predicate, legal, hint);
    }
}
