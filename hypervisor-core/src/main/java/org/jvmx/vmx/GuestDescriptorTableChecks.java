package org.jvmx.vmx;

import static org.jvmx.vmx.VmcsField.*;

import java.util.List;
import org.jvmx.vmx.Check.Section;

/** SDM Vol. 3, "Checks on Guest Descriptor-Table Registers". */
final class GuestDescriptorTableChecks {
    static final List<Check> ALL = List.of(
            base("guest.gdtr.base", GUEST_GDTR_BASE), base("guest.idtr.base", GUEST_IDTR_BASE),
            limit("guest.gdtr.limit", GUEST_GDTR_LIMIT), limit("guest.idtr.limit", GUEST_IDTR_LIMIT));

    private GuestDescriptorTableChecks() {
    }

    private static Check base(String id, VmcsField field) {
        return Check.of(Section.GUEST_TABLES, id, List.of(field),
                s -> s.canonical(field), "a canonical address", "Bits 63:48 must equal bit 47.");
    }

    private static Check limit(String id, VmcsField field) {
        return Check.of(Section.GUEST_TABLES, id, List.of(field), s -> s.get(field) <= 0xffff, "at most FFFFH", "Limits have 16 bits.");
    }
}
