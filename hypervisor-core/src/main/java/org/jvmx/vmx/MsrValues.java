package org.jvmx.vmx;

/** What values the MSRs may have that VM entries and exits load. SDM Vol. 4, "Architectural MSRs". */
final class MsrValues {
    static final String PERF_GLOBAL_CTRL = "bits 3:0 and 34:32";
    static final String PAT = "eight memory types of 0, 1, 4, 5, 6 or 7";
    static final String PAT_RESET = "After reset it is 0x0007040600070406.";
    static final String S_CET = "bits 5:0 and 11:10 (not both) and a canonical bitmap address";

    private static final long COUNTERS = 0x7_0000_000fL;
    private static final long S_CET_RESERVED = 0x3c0;
    private static final long S_CET_TRACKER = 0xc00;

    private MsrValues() {
    }

    static boolean perfGlobalCtrl(long value) {
        return (value & ~COUNTERS) == 0;
    }

    static boolean pat(long value) {
        for (long rest = value; rest != 0; rest >>>= 8) {
            int type = (int) rest & 0xff;
            if (type > 7 || type == 2 || type == 3) {
                return false;
            }
        }
        return true;
    }

    static boolean sCet(long value) {
        return (value & S_CET_RESERVED) == 0 && (value & S_CET_TRACKER) != S_CET_TRACKER && EntryState.canonical(value & -4096L);
    }
}
