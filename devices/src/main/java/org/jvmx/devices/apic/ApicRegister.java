package org.jvmx.devices.apic;

/** The registers of a local APIC by number: the offset in the register page is sixteen times that, the x2APIC MSR is 800H more. */
final class ApicRegister {
    static final int ID = 0x02;
    static final int VERSION = 0x03;
    static final int TPR = 0x08;
    static final int APR = 0x09;
    static final int PPR = 0x0a;
    static final int EOI = 0x0b;
    static final int RRD = 0x0c;
    static final int LDR = 0x0d;
    static final int DFR = 0x0e;
    static final int SVR = 0x0f;
    static final int ISR = 0x10;
    static final int TMR = 0x18;
    static final int IRR = 0x20;
    static final int ESR = 0x28;
    static final int ICR_LOW = 0x30;
    static final int ICR_HIGH = 0x31;
    static final int LVT_TIMER = 0x32;
    static final int LVT_THERMAL = 0x33;
    static final int LVT_PERFORMANCE = 0x34;
    static final int LVT_LINT0 = 0x35;
    static final int LVT_LINT1 = 0x36;
    static final int LVT_ERROR = 0x37;
    static final int INITIAL_COUNT = 0x38;
    static final int CURRENT_COUNT = 0x39;
    static final int DIVIDE = 0x3e;
    static final int SELF_IPI = 0x3f;

    /** An integrated APIC whose local vector table has entries 0 to 5. */
    static final int VERSION_VALUE = 0x0005_0014;

    private ApicRegister() {
    }
}
