package org.jvmx.vmx;

import static org.jvmx.vmx.VmcsField.*;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.vmx.Check.Section;

/** SDM Vol. 3, "Checks on Guest Page-Directory-Pointer-Table Entries". */
final class PdpteChecks {
    /** The bits of CR3 that locate the table with PAE paging. */
    static final long TABLE = 0xffff_ffe0L;

    private static final long PRESENT = 1;
    private static final long RESERVED = 0x1e6;
    private static final String LEGAL = "bits 2:1, 8:5 and those beyond the physical-address width are 0 where P is 1";
    private static final List<VmcsField> MODE = List.of(GUEST_CR0, GUEST_CR4, ENTRY_CONTROLS, SECONDARY_CONTROLS, PRIMARY_CONTROLS);

    static final List<Check> ALL = all();

    private PdpteChecks() {
    }

    private static List<Check> all() {
        List<Check> list = new ArrayList<>();
        for (VmcsField entry : List.of(GUEST_PDPTE0, GUEST_PDPTE1, GUEST_PDPTE2, GUEST_PDPTE3)) {
            String id = "guest.pdpte" + entry.name().charAt(entry.name().length() - 1);
            list.add(check(id, entry, s -> !s.ept() || !s.pae() || legal(s, s.get(entry)), "Write the entries that CR3 points to."));
        }
        list.add(check("guest.pdptes", GUEST_CR3,
                s -> s.ept() || !s.pae() || tableLegal(s), "Correct the table that CR3 points to.").always());
        return List.copyOf(list);
    }

    private static Check check(String id, VmcsField field, Check.Predicate predicate, String hint) {
        List<VmcsField> fields = new ArrayList<>(List.of(field));
        fields.addAll(MODE);
        return Check.of(Section.GUEST_PDPTES, id, List.copyOf(fields), predicate, LEGAL, hint)
                .qualified(QualificationView.EntryFailure.PDPTE);
    }

    private static boolean tableLegal(EntryState s) {
        long table = s.get(GUEST_CR3) & TABLE;
        for (int i = 0; i < 4; i++) {
            if (!legal(s, s.memory().readLong(table + 8 * i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean legal(EntryState s, long entry) {
        return (entry & PRESENT) == 0 || (entry & (RESERVED | s.beyondPhysical())) == 0;
    }
}
