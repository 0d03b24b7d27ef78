package org.jvmx.devices.apic;

/** Which writes of IA32_APIC_BASE and of the x2APIC MSRs are #GP, and which x2APIC MSRs exist ("x2APIC Register Address Space", Intel SDM volume 3). */
final class X2ApicRules {
    static final int BASE_BOOTSTRAP = 1 << 8;
    static final int BASE_X2APIC = 1 << 10;
    static final int BASE_ENABLED = 1 << 11;
    static final int BASE_MODE = BASE_X2APIC | BASE_ENABLED;

    private static final long BASE_RESERVED = 0x2ff;
    private static final int REGISTERS = 0x40;
    private static final boolean[] READABLE = new boolean[REGISTERS];
    private static final boolean[] WRITABLE = new boolean[REGISTERS];
    /** The bits that must be zero in a write. */
    private static final long[] RESERVED = new long[REGISTERS];

    static {
        int[] readOnly = {ApicRegister.ID, ApicRegister.VERSION, ApicRegister.PPR, ApicRegister.LDR, ApicRegister.CURRENT_COUNT};
        for (int register : readOnly) {
            READABLE[register] = true;
        }
        for (int register = ApicRegister.ISR; register < ApicRegister.ISR + 24; register++) {
            READABLE[register] = true;
        }
        readWrite(ApicRegister.TPR, 0xff);
        readWrite(ApicRegister.SVR, 0x3ff);
        readWrite(ApicRegister.ESR, 0);
        readWrite(ApicRegister.ICR_LOW, 0xffff_ffff_000c_dfffL);
        readWrite(ApicRegister.LVT_TIMER, 0x0007_10ff);
        readWrite(ApicRegister.LVT_THERMAL, 0x0001_17ff);
        readWrite(ApicRegister.LVT_PERFORMANCE, 0x0001_17ff);
        readWrite(ApicRegister.LVT_LINT0, 0x0001_f7ff);
        readWrite(ApicRegister.LVT_LINT1, 0x0001_f7ff);
        readWrite(ApicRegister.LVT_ERROR, 0x0001_10ff);
        readWrite(ApicRegister.INITIAL_COUNT, 0xffff_ffffL);
        readWrite(ApicRegister.DIVIDE, 0x0b);
        write(ApicRegister.EOI, 0);
        write(ApicRegister.SELF_IPI, 0xff);
    }

    private X2ApicRules() {
    }

    static boolean readable(int register) {
        return register < REGISTERS && READABLE[register];
    }

    static boolean writable(int register, long data) {
        return register < REGISTERS && WRITABLE[register] && (data & RESERVED[register]) == 0;
    }

    private static void readWrite(int register, long writable) {
        READABLE[register] = true;
        write(register, writable);
    }

    private static void write(int register, long writable) {
        WRITABLE[register] = true;
        RESERVED[register] = ~writable;
    }

    /** Whether IA32_APIC_BASE may change from {@code from} to {@code to} ("x2APIC State Transitions"). */
    static boolean legalBase(long from, long to, LocalApic.Config config) {
        int before = (int) from & BASE_MODE;
        int after = (int) to & BASE_MODE;
        boolean illegal = after == BASE_X2APIC || before == BASE_MODE && after == BASE_ENABLED || before == 0 && after == BASE_MODE;
        boolean missing = (after & BASE_X2APIC) != 0 && !config.x2apic();
        return !illegal && !missing && (to & (BASE_RESERVED | -1L << config.physicalAddressBits())) == 0;
    }
}
