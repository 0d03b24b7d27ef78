package org.jvmx.devices.apic;

/** The addresses of a local APIC: APIC ID, logical destination and destination format ("Determining IPI Destination", Intel SDM volume 3). */
final class Destination {
    private static final int FORMAT_FLAT = 0x0f;

    private int id;
    private int logical;
    private int format;

    /** In x2APIC mode the logical ID follows from the APIC ID: a cluster and a bit in it. */
    void reset(int initialId, boolean x2apic) {
        id = initialId;
        logical = x2apic ? (id & ~0x0f) << 12 | 1 << (id & 0x0f) : 0;
        format = -1;
    }

    void restore(int restoredId, int restoredLogical, int restoredFormat) {
        id = restoredId;
        logical = restoredLogical;
        format = restoredFormat;
    }

    int id() {
        return id;
    }

    void id(int value) {
        id = value;
    }

    int logical() {
        return logical;
    }

    void logical(int register) {
        logical = register & 0xff00_0000;
    }

    int format() {
        return format;
    }

    void format(int register) {
        format = register | 0x0fff_ffff;
    }

    boolean matches(int destination, boolean logicalMode, boolean x2apic) {
        if (destination == ApicBus.BROADCAST) {
            return true;
        }
        if (!logicalMode) {
            return destination == id;
        }
        if (x2apic) {
            return destination >>> 16 == logical >>> 16 && (destination & logical & 0xffff) != 0;
        }
        int own = logical >>> 24;
        boolean flat = format >>> 28 == FORMAT_FLAT;
        boolean cluster = flat || destination >> 4 == own >> 4;
        return cluster && (destination & own & (flat ? 0xff : 0x0f)) != 0;
    }
}
