package org.jvmx.vm;

import org.jvmx.vmx.VmcsField;

/** The VMCS fields of a segment register by its number: ES, CS, SS, DS, FS, GS, LDTR, TR. */
final class GuestSegments {
    static final int CS = 1;
    static final String[] NAMES = {"ES", "CS", "SS", "DS", "FS", "GS", "LDTR", "TR"};

    private static final VmcsField[] FIELDS = VmcsField.values();

    private GuestSegments() {
    }

    static VmcsField selector(int segment) {
        return FIELDS[VmcsField.GUEST_ES_SELECTOR.ordinal() + segment];
    }

    static VmcsField base(int segment) {
        return FIELDS[VmcsField.GUEST_ES_BASE.ordinal() + segment];
    }

    static VmcsField limit(int segment) {
        return FIELDS[VmcsField.GUEST_ES_LIMIT.ordinal() + segment];
    }

    static VmcsField rights(int segment) {
        return FIELDS[VmcsField.GUEST_ES_ACCESS_RIGHTS.ordinal() + segment];
    }
}
