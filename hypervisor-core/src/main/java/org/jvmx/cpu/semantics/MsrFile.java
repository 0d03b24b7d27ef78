package org.jvmx.cpu.semantics;

/** Model-specific registers that only RDMSR, WRMSR and MSR lists see. */
final class MsrFile {
    static final int VARIABLE_RANGES = 8;
    static final int BANKS = 4;
    /** The registers of a bank; the address and the miscellaneous information follow. */
    static final int BANK_CONTROL = 0;
    static final int BANK_STATUS = 1;

    /** MTRRphysBase and MTRRphysMask in turn. */
    final long[] mtrrVariable = new long[2 * VARIABLE_RANGES];
    /** 64K, 16K twice, 4K eight times. */
    final long[] mtrrFixed = new long[11];
    long mtrrDefault = 0xc06;
    long miscEnable = 1;
    long specCtrl;
    long featureControl = 1;
    long mcgStatus;
    /** CTL, STATUS, ADDR and MISC of each machine-check bank. */
    final long[] bank = new long[4 * BANKS];
    /** The value that the last read found. */
    long value;

    MsrFile() {
    }
}
