package org.jvmx.tools.diff;

import java.util.Set;
import org.jvmx.arch.AccessRights;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Rflags;

/** Which registers of two processors differ, leaving out what has no meaning in the mode that the guest is in and what peers are known not to keep. */
final class Comparison {
    private static final long LOW = 0xffff_ffffL;
    /** RF is left out: QEMU does not set it in the images that faults push. */
    private static final long FLAGS = 0x3e_7fd5L;
    /** Without the accessed bit, which may be set at different times, and without reserved bits. */
    private static final long RIGHTS = 0xf0feL;
    /** Without the busy bit, which QEMU sets in the descriptor only, and with the rest of the type. */
    private static final long TASK_RIGHTS = 0xf0fdL;
    /** Without reserved bits. */
    private static final long CONTROL_WORD = 0x1f3fL;
    /** Without C1, which most instructions leave undefined, and B, which mirrors ES. */
    private static final long STATUS_WORD = 0x7dffL;
    private static final int FS = 4;
    private static final int LDTR = 6;
    private static final int TR = 7;

    private final boolean[] ignored = new boolean[ProcessorState.COUNT];
    private final int[] differing = new int[ProcessorState.COUNT];
    private int count;

    Comparison(Set<Integer> without) {
        without.forEach(register -> ignored[register] = true);
    }

    /** Compares; gives how many differ. */
    int compare(ProcessorState ours, ProcessorState theirs, int codeSize) {
        count = 0;
        for (int n = 0; n < ProcessorState.COUNT; n++) {
            if (theirs.known[n] && ((ours.value[n] ^ theirs.value[n]) & mask(n, ours, codeSize)) != 0) {
                differing[count++] = n;
            }
        }
        return count;
    }

    /** The registers that the last comparison found. */
    int differing(int n) {
        return differing[n];
    }

    /** Whether it found this one. */
    boolean differs(int register) {
        for (int n = 0; n < count; n++) {
            if (differing[n] == register) {
                return true;
            }
        }
        return false;
    }

    /** The bits of a register that are compared. */
    private long mask(int register, ProcessorState state, int codeSize) {
        if (ignored[register]) {
            return 0;
        }
        boolean mode64 = codeSize == 8;
        if (register < ProcessorState.RFLAGS) {
            return mode64 ? -1 : register >= 8 && register < ProcessorState.RIP ? 0 : LOW;
        }
        if (register < ProcessorState.GDTR_BASE) {
            return register == ProcessorState.RFLAGS ? FLAGS : segment(register, state, mode64);
        }
        return switch (register) {
            case ProcessorState.GDTR_BASE, ProcessorState.IDTR_BASE -> mode64 ? -1 : LOW;
            case ProcessorState.GDTR_LIMIT, ProcessorState.IDTR_LIMIT -> 0xffff;
            case ProcessorState.DR6, ProcessorState.DR7, ProcessorState.CR0 -> LOW;
            case ProcessorState.FCW -> CONTROL_WORD;
            case ProcessorState.FSW -> STATUS_WORD;
            default -> register < ProcessorState.ST ? -1 : register < ProcessorState.XMM ? stack(register, state)
                    : mode64 || register < ProcessorState.XMM + 16 ? -1 : 0;
        };
    }

    private static long segment(int register, ProcessorState state, boolean mode64) {
        int kind = register - ProcessorState.SELECTOR >> 3;
        int segment = register - ProcessorState.SELECTOR & 7;
        long rights = state.value[ProcessorState.RIGHTS + segment];
        boolean unusable = (rights & AccessRights.UNUSABLE) != 0 || segment == TR && state.value[ProcessorState.SELECTOR + TR] == 0;
        boolean system = segment >= LDTR;
        switch (kind) {
            case 0 -> {
                return 0xffff;
            }
            case 1 -> {
                boolean based = system ? !unusable : mode64 ? segment >= FS : !unusable;
                return !based ? 0 : mode64 ? -1 : LOW;
            }
            case 2 -> {
                return unusable || mode64 && !system ? 0 : LOW;
            }
            default -> {
                boolean plain = (state.value[ProcessorState.CR0] & Cr0.PE) == 0 || (state.value[ProcessorState.RFLAGS] & Rflags.VM) != 0;
                boolean meaningful = !unusable && !plain && (!mode64 || system || segment == ProcessorState.CS);
                return !meaningful ? 0 : segment == TR ? TASK_RIGHTS : RIGHTS;
            }
        }
    }

    /** A register that is empty holds nothing; one that MMX wrote has an exponent that not everybody keeps. */
    private static long stack(int register, ProcessorState state) {
        int slot = register - ProcessorState.ST >> 1;
        int physical = slot + (int) (state.value[ProcessorState.FSW] >> 11) & 7;
        if ((state.value[ProcessorState.FTW] >> physical & 1) == 0) {
            return 0;
        }
        boolean exponent = (register - ProcessorState.ST & 1) != 0;
        return !exponent ? -1 : state.value[register] == 0xffff ? 0 : 0xffff;
    }
}
