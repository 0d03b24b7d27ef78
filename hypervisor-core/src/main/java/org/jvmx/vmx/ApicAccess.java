package org.jvmx.vmx;

/** SDM Vol. 3, "Exit Qualification for APIC-Access VM Exits from Linear Accesses and Guest-Physical Accesses". */
public record ApicAccess(long bits) {
    /** The offset in the APIC's page. */
    public int offset() {
        return (int) bits & 0xfff;
    }

    /** 0 data read, 1 data write, 2 fetch, 3 linear access in event delivery, 10 and 15 guest-physical accesses. */
    public int type() {
        return (int) bits >> 12 & 15;
    }
}
