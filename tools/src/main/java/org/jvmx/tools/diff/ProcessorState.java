package org.jvmx.tools.diff;

import java.util.Arrays;
import java.util.List;

/** What is compared: the registers of one processor before an instruction. A peer that does not know a register leaves it unknown. */
final class ProcessorState {
    static final int RIP = 16;
    static final int RFLAGS = 17;
    /** ES, CS, SS, DS, FS, GS, LDTR, TR. */
    static final int SEGMENTS = 8;
    static final int CS = 1;
    static final int SELECTOR = 18;
    static final int BASE = 26;
    static final int LIMIT = 34;
    /** In the format of {@link org.jvmx.arch.AccessRights}. */
    static final int RIGHTS = 42;
    static final int GDTR_BASE = 50;
    static final int GDTR_LIMIT = 51;
    static final int IDTR_BASE = 52;
    static final int IDTR_LIMIT = 53;
    static final int CR0 = 54;
    static final int CR2 = 55;
    static final int CR3 = 56;
    static final int CR4 = 57;
    static final int EFER = 58;
    /** DR0 to DR3. */
    static final int DR = 59;
    static final int DR6 = 63;
    static final int DR7 = 64;
    static final int FCW = 65;
    static final int FSW = 66;
    /** One bit for each physical x87 register that is not empty. */
    static final int FTW = 67;
    static final int MXCSR = 68;
    /** Significand, then sign and exponent, of ST(0) to ST(7). */
    static final int ST = 69;
    /** Low half, then high half, of XMM0 to XMM15. */
    static final int XMM = 85;
    static final int COUNT = 117;

    private static final List<String> SEGMENT_NAMES = List.of("ES", "CS", "SS", "DS", "FS", "GS", "LDTR", "TR");
    private static final String[] NAMES = names();

    final long[] value = new long[COUNT];
    final boolean[] known = new boolean[COUNT];

    ProcessorState() {
    }

    private static String[] names() {
        String[] names = new String[COUNT];
        String[] general = {"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15",
            "RIP", "RFLAGS"};
        System.arraycopy(general, 0, names, 0, general.length);
        for (int n = 0; n < SEGMENTS; n++) {
            names[SELECTOR + n] = SEGMENT_NAMES.get(n);
            names[BASE + n] = SEGMENT_NAMES.get(n) + ".base";
            names[LIMIT + n] = SEGMENT_NAMES.get(n) + ".limit";
            names[RIGHTS + n] = SEGMENT_NAMES.get(n) + ".rights";
        }
        String[] system = {"GDTR.base", "GDTR.limit", "IDTR.base", "IDTR.limit", "CR0", "CR2", "CR3", "CR4", "EFER", "DR0", "DR1", "DR2",
            "DR3", "DR6", "DR7", "FCW", "FSW", "FTW", "MXCSR"};
        System.arraycopy(system, 0, names, GDTR_BASE, system.length);
        for (int n = 0; n < 8; n++) {
            names[ST + 2 * n] = "ST" + n;
            names[ST + 2 * n + 1] = "ST" + n + ".exponent";
        }
        for (int n = 0; n < 16; n++) {
            names[XMM + 2 * n] = "XMM" + n + ".low";
            names[XMM + 2 * n + 1] = "XMM" + n + ".high";
        }
        return names;
    }

    static String name(int register) {
        return NAMES[register];
    }

    /** The register of a name, or -1. */
    static int named(String name) {
        for (int n = 0; n < COUNT; n++) {
            if (NAMES[n].equalsIgnoreCase(name)) {
                return n;
            }
        }
        return -1;
    }

    void forget() {
        Arrays.fill(known, false);
    }

    void set(int register, long content) {
        value[register] = content;
        known[register] = true;
    }

    void copy(ProcessorState other) {
        System.arraycopy(other.value, 0, value, 0, COUNT);
        System.arraycopy(other.known, 0, known, 0, COUNT);
    }

    /** Whether the registers that this one knows are the same in the other. */
    boolean same(ProcessorState other) {
        for (int n = 0; n < COUNT; n++) {
            if (known[n] && value[n] != other.value[n]) {
                return false;
            }
        }
        return true;
    }
}
