package org.jvmx.vmx;

import static org.jvmx.arch.Segment.*;
import static org.jvmx.vmx.VmcsField.*;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.arch.AccessRights;
import org.jvmx.arch.Cr0;
import org.jvmx.vmx.Check.Section;

/** SDM Vol. 3, "Checks on Guest Segment Registers". */
final class GuestSegmentChecks {
    private static final String[] NAMES = {"es", "cs", "ss", "ds", "fs", "gs", "ldtr", "tr"};
    private static final int[] ALL_SIX = {CS, SS, DS, ES, FS, GS};
    private static final int[] DATA = {DS, ES, FS, GS};
    private static final int LDTR = EntryState.LDTR;
    private static final int TR = EntryState.TR;

    private static final int TI = 4;
    private static final int RPL = 3;
    private static final int CODE_ACCESSED = AccessRights.CODE | AccessRights.ACCESSED;
    private static final int DATA_WRITABLE_ACCESSED = 3;
    private static final int VIRTUAL_8086_RIGHTS = 0xf3;
    private static final int RESERVED_LOW = 0xf00;
    private static final int RESERVED_HIGH = 0xfffe_0000;

    private static final String CANONICAL = "a canonical address";
    private static final String SIGN_EXTEND = "Bits 63:48 must equal bit 47.";
    private static final String CLEAR = "Clear them.";

    static final List<Check> ALL = all();

    private GuestSegmentChecks() {
    }

    private static List<Check> all() {
        List<Check> list = new ArrayList<>();
        selectors(list);
        bases(list);
        virtual8086(list);
        types(list);
        privilege(list);
        for (int segment : ALL_SIX) {
            present(list, segment);
        }
        codeSize(list);
        for (int segment : ALL_SIX) {
            granularity(list, segment);
        }
        system(list, TR);
        system(list, LDTR);
        return List.copyOf(list);
    }

    private static Check check(int segment, String rule, List<VmcsField> fields, Check.Predicate predicate, String legal, String hint) {
        return Check.of(Section.GUEST_SEGMENTS, "guest." + NAMES[segment] + "." + rule, fields, predicate, legal, hint);
    }

    /** A rule about the access rights of a segment outside virtual-8086 mode; CS always obeys it, the others if they are usable. */
    private static Check rights(int segment, String rule, Check.Predicate predicate, String legal, String hint, VmcsField... more) {
        List<VmcsField> fields = new ArrayList<>(List.of(EntryState.rightsField(segment), GUEST_RFLAGS));
        fields.addAll(List.of(more));
        return check(segment, rule, List.copyOf(fields),
                s -> s.virtual8086() || segment != CS && !s.usable(segment) || predicate.holds(s), legal, hint);
    }

    private static void selectors(List<Check> list) {
        list.add(check(TR, "selector", List.of(GUEST_TR_SELECTOR),
                s -> (s.selector(TR) & TI) == 0, "TI is 0", "A TSS descriptor is in the GDT."));
        list.add(check(LDTR, "selector", List.of(GUEST_LDTR_SELECTOR, GUEST_LDTR_ACCESS_RIGHTS),
                s -> !s.usable(LDTR) || (s.selector(LDTR) & TI) == 0, "TI is 0", "An LDT descriptor is in the GDT."));
        list.add(check(SS, "rpl", List.of(GUEST_SS_SELECTOR, GUEST_CS_SELECTOR, GUEST_RFLAGS, SECONDARY_CONTROLS, PRIMARY_CONTROLS),
                s -> s.virtual8086() || s.unrestricted() || (s.selector(SS) & RPL) == (s.selector(CS) & RPL), "RPL equals that of CS",
                "Both are the privilege level."));
    }

    private static void bases(List<Check> list) {
        for (int segment : ALL_SIX) {
            list.add(check(segment, "base.virtual-8086",
                    List.of(EntryState.baseField(segment), EntryState.selectorField(segment), GUEST_RFLAGS),
                    s -> !s.virtual8086() || s.get(EntryState.baseField(segment)) == (long) s.selector(segment) << 4,
                    "16 times the selector in virtual-8086 mode", "Write both."));
        }
        for (int segment : new int[] {TR, FS, GS}) {
            list.add(check(segment, "base", List.of(EntryState.baseField(segment)),
                    s -> s.canonical(EntryState.baseField(segment)), CANONICAL,
                    SIGN_EXTEND));
        }
        list.add(check(LDTR, "base", List.of(GUEST_LDTR_BASE, GUEST_LDTR_ACCESS_RIGHTS),
                s -> !s.usable(LDTR) || s.canonical(GUEST_LDTR_BASE),
                CANONICAL, SIGN_EXTEND));
        list.add(check(CS, "base", List.of(GUEST_CS_BASE), s -> s.low32(GUEST_CS_BASE), "bits 63:32 are 0", CLEAR));
        for (int segment : new int[] {SS, DS, ES}) {
            list.add(check(segment, "base", List.of(EntryState.baseField(segment), EntryState.rightsField(segment)),
                    s -> !s.usable(segment) || s.low32(EntryState.baseField(segment)), "bits 63:32 are 0", CLEAR));
        }
    }

    private static void virtual8086(List<Check> list) {
        for (int segment : ALL_SIX) {
            list.add(check(segment, "limit.virtual-8086", List.of(EntryState.limitField(segment), GUEST_RFLAGS),
                    s -> !s.virtual8086() || s.get(EntryState.limitField(segment)) == 0xffff, "FFFFH in virtual-8086 mode",
                    "Segments have 64 KB there."));
        }
        for (int segment : ALL_SIX) {
            list.add(check(segment, "rights.virtual-8086", List.of(EntryState.rightsField(segment), GUEST_RFLAGS),
                    s -> !s.virtual8086() || s.rights(segment) == VIRTUAL_8086_RIGHTS, "F3H in virtual-8086 mode",
                    "Writable data, DPL 3, present."));
        }
    }

    private static void types(List<Check> list) {
        list.add(rights(CS, "type", s -> (s.rights(CS) & CODE_ACCESSED) == CODE_ACCESSED
                || s.unrestricted() && (s.rights(CS) & AccessRights.TYPE) == DATA_WRITABLE_ACCESSED,
                "9, 11, 13 or 15; 3 as well in an unrestricted guest", "CS is an accessed code segment.", SECONDARY_CONTROLS,
                PRIMARY_CONTROLS));
        list.add(rights(SS, "type", s -> (s.rights(SS) & (CODE_ACCESSED | AccessRights.WRITABLE)) == DATA_WRITABLE_ACCESSED, "3 or 7",
                "SS is accessed, writable data."));
        for (int segment : DATA) {
            list.add(rights(segment, "type", s -> readable(s.rights(segment)), "accessed, and readable if code", "Set bit 0 of the type."));
        }
        for (int segment : ALL_SIX) {
            list.add(rights(segment, "descriptor-type",
                    s -> (s.rights(segment) & AccessRights.S) != 0, "S is 1", "System segments go to LDTR and TR."));
        }
    }

    private static boolean readable(int rights) {
        return (rights & AccessRights.ACCESSED) != 0 && ((rights & AccessRights.CODE) == 0 || (rights & AccessRights.READABLE) != 0);
    }

    private static void privilege(List<Check> list) {
        list.add(rights(CS, "dpl", GuestSegmentChecks::codePrivilege,
                "0 for type 3, equal to that of SS for types 9 and 11, at most that of SS for 13 and 15", "CS.DPL and SS.DPL go together.",
                GUEST_SS_ACCESS_RIGHTS));
        list.add(check(SS, "dpl.rpl", List.of(GUEST_SS_ACCESS_RIGHTS, GUEST_SS_SELECTOR, GUEST_RFLAGS, SECONDARY_CONTROLS,
                PRIMARY_CONTROLS),
                s -> s.virtual8086() || s.unrestricted() || AccessRights.dpl(s.rights(SS)) == (s.selector(SS) & RPL), "DPL equals RPL",
                "SS.DPL is the privilege level."));
        list.add(check(SS, "dpl.zero", List.of(GUEST_SS_ACCESS_RIGHTS, GUEST_CS_ACCESS_RIGHTS, GUEST_CR0, GUEST_RFLAGS),
                s -> s.virtual8086() || AccessRights.dpl(s.rights(SS)) == 0
                        || (s.rights(CS) & AccessRights.TYPE) != DATA_WRITABLE_ACCESSED && (s.get(GUEST_CR0) & Cr0.PE) != 0,
                "DPL 0 where CS has type 3 or CR0.PE = 0", "Real-address mode runs at privilege level 0."));
        for (int segment : DATA) {
            list.add(rights(segment, "dpl", s -> s.unrestricted() || (s.rights(segment) & AccessRights.TYPE) > AccessRights.CODE + 3
                    || AccessRights.dpl(s.rights(segment)) >= (s.selector(segment) & RPL),
                    "DPL at least RPL for types 0 to 11", "Only conforming code may be more privileged.",
                    EntryState.selectorField(segment), SECONDARY_CONTROLS, PRIMARY_CONTROLS));
        }
    }

    private static boolean codePrivilege(EntryState s) {
        int dpl = AccessRights.dpl(s.rights(CS));
        int stack = AccessRights.dpl(s.rights(SS));
        return switch (s.rights(CS) & AccessRights.TYPE) {
            case DATA_WRITABLE_ACCESSED -> dpl == 0;
            case 9, 11 -> dpl == stack;
            default -> dpl <= stack;
        };
    }

    private static void present(List<Check> list, int segment) {
        list.add(rights(segment, "present",
                s -> (s.rights(segment) & AccessRights.P) != 0, "P is 1", "Mark an unused segment unusable instead."));
        list.add(rights(segment, "reserved-low", s -> (s.rights(segment) & RESERVED_LOW) == 0, "bits 11:8 are 0", CLEAR));
    }

    private static void codeSize(List<Check> list) {
        list.add(rights(CS, "size",
                s -> !s.ia32e() || (s.rights(CS) & (AccessRights.L | AccessRights.DB)) != (AccessRights.L | AccessRights.DB),
                "D is 0 where L is 1 in IA-32e mode", "64-bit code has L only.", ENTRY_CONTROLS));
    }

    private static void granularity(List<Check> list, int segment) {
        VmcsField limit = EntryState.limitField(segment);
        list.add(rights(segment, "granularity.bytes", s -> fineGranularity(s.rights(segment), s.word(limit)),
                "G is 0 where bits 11:0 of the limit are not all 1", "Fit G to the limit.", limit));
        list.add(rights(segment, "granularity.pages", s -> coarseGranularity(s.rights(segment), s.word(limit)),
                "G is 1 where bits 31:20 of the limit are not all 0", "Fit G to the limit.", limit));
        list.add(rights(segment, "reserved-high", s -> (s.rights(segment) & RESERVED_HIGH) == 0, "bits 31:17 are 0", CLEAR));
    }

    private static boolean fineGranularity(int rights, int limit) {
        return (limit & 0xfff) == 0xfff || (rights & AccessRights.G) == 0;
    }

    private static boolean coarseGranularity(int rights, int limit) {
        return limit >>> 20 == 0 || (rights & AccessRights.G) != 0;
    }

    private static void system(List<Check> list, int segment) {
        VmcsField limit = EntryState.limitField(segment);
        list.add(systemType(segment));
        list.add(systemRights(segment, "descriptor-type", s -> (s.rights(segment) & AccessRights.S) == 0, "S is 0", CLEAR));
        list.add(systemRights(segment, "present", s -> (s.rights(segment) & AccessRights.P) != 0, "P is 1", "Set it."));
        list.add(systemRights(segment, "reserved-low", s -> (s.rights(segment) & RESERVED_LOW) == 0, "bits 11:8 are 0", CLEAR));
        list.add(systemRights(segment, "granularity.bytes", s -> fineGranularity(s.rights(segment), s.word(limit)),
                "G is 0 where bits 11:0 of the limit are not all 1", "Fit G to the limit.", limit));
        list.add(systemRights(segment, "granularity.pages", s -> coarseGranularity(s.rights(segment), s.word(limit)),
                "G is 1 where bits 31:20 of the limit are not all 0", "Fit G to the limit.", limit));
        if (segment == TR) {
            list.add(check(TR, "usable", List.of(GUEST_TR_ACCESS_RIGHTS),
                    s -> s.usable(TR), "the unusable bit is 0", "TR is always usable."));
        }
        list.add(systemRights(segment, "reserved-high", s -> (s.rights(segment) & RESERVED_HIGH) == 0, "bits 31:17 are 0", CLEAR));
    }

    private static Check systemType(int segment) {
        if (segment == LDTR) {
            return systemRights(LDTR, "type", s -> (s.rights(LDTR) & AccessRights.TYPE) == AccessRights.LDT, "2", "LDT.");
        }
        return systemRights(TR, "type", s -> {
            int type = s.rights(TR) & AccessRights.TYPE;
            return type == AccessRights.BUSY_TSS || type == AccessRights.BUSY_TSS_16 && !s.ia32e();
        }, "11, outside IA-32e mode 3 as well", "The TSS of the current task is busy.", ENTRY_CONTROLS);
    }

    /** A rule about the access rights of TR, or of LDTR if it is usable. */
    private static Check systemRights(int segment, String rule, Check.Predicate predicate, String legal, String hint, VmcsField... more) {
        List<VmcsField> fields = new ArrayList<>(List.of(EntryState.rightsField(segment)));
        fields.addAll(List.of(more));
        return check(segment, rule, List.copyOf(fields), s -> segment == LDTR && !s.usable(LDTR) || predicate.holds(s), legal, hint);
    }
}
