package org.jvmx.oracle;

import static org.jvmx.oracle.Case.*;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jvmx.isa.FlagRule;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Whether two outcomes of a case are the same. */
final class Comparison {
    private static final int DEBUG = 1;
    private static final int BREAKPOINT = 3;
    private static final int OVERFLOW = 4;
    private static final Set<Mnemonic> SOFTWARE = EnumSet.of(Mnemonic.INT3, Mnemonic.INT1, Mnemonic.INTO);
    private static final int STACK_FAULT = 12;
    private static final int NEAR_THE_END = 900;
    private static final int PROTECTION = 13;
    private static final int PAGE_FAULT = 14;
    private static final int ALIGNMENT = 17;
    private static final int FETCH = 1 << 4;
    /** Linux takes the last page of the lower half for itself as well. */
    private static final long KERNEL = 0x7fff_ffff_f000L;
    private static final int C1 = 1 << 9;
    /** Overflow, underflow and precision in the x87 status word. */
    private static final int RANGE = 7 << 3;
    private static final int[][] COMPARED = {{0, BYTES}, {VECTOR, OUTSIDE + 8}, {FX, FX + FX_USED}, {YMM, YMM_END}, {MEMORY, SIZE}};
    /** Twice the error that either may have. */
    private static final double RELATIVE = 3 * 0x1p-12;

    private final boolean intel;

    Comparison(boolean intel) {
        this.intel = intel;
    }

    /** Brings both outcomes into the form that can be compared. */
    void normalize(Insn insn, MemorySegment silicon, MemorySegment ours, int index) {
        settle(insn, silicon, index);
        for (MemorySegment side : new MemorySegment[] {silicon, ours}) {
            at(side, index, FLAGS, at(side, index, FLAGS) & ~(insn.row.flags.undefined() | FlagRule.RF));
            intAt(side, index, MXCSR_MASK, 0);
            if (at(side, index, VECTOR) == PAGE_FAULT && Long.compareUnsigned(at(side, index, ADDRESS), KERNEL) >= 0) {
                // Linux calls each user access to its half a protection violation.
                at(side, index, ERROR, at(side, index, ERROR) | 1);
            }
            if (at(side, index, VECTOR) == PAGE_FAULT && Excuses.anyAddress(insn.row)) {
                at(side, index, ADDRESS, 0);
                at(side, index, ERROR, at(side, index, ERROR) | 1);
            }
            if (at(side, index, VECTOR) == PAGE_FAULT && Excuses.anyPlace(insn)) {
                at(side, index, ADDRESS, at(side, index, ADDRESS) & -4096L);
            }
            if (at(side, index, VECTOR) >= 0 && Excuses.anyTop(insn)) {
                withoutTop(side, index);
            }
            if (!intel) {
                shortAt(side, index, FOP, 0);
                at(side, index, FIP, 0);
                at(side, index, FDP, 0);
            }
        }
        if (Excuses.anyOrder(insn.row) && at(silicon, index, VECTOR) + at(ours, index, VECTOR) == PROTECTION + PAGE_FAULT) {
            at(ours, index, VECTOR, at(silicon, index, VECTOR));
            at(ours, index, ERROR, at(silicon, index, ERROR));
        }
        if (!insn.mode64() && wraps(insn, silicon, index) && (at(ours, index, VECTOR) & ~1) == STACK_FAULT) {
            Case.copy(silicon, index, ours, index);
        }
        if (Excuses.approximate(insn.row)) {
            tolerateLastPlace(silicon, ours, index);
        } else if (Excuses.relativeError(insn.row)) {
            tolerateRelative(silicon, ours, index);
        }
    }

    /** In the helper process a branch that was taken ends in a breakpoint or a page that is not there. */
    private static void settle(Insn insn, MemorySegment silicon, int index) {
        long vector = at(silicon, index, VECTOR);
        long rip = at(silicon, index, RIP);
        long start = Generator.address(insn);
        boolean trap = vector == BREAKPOINT || vector == DEBUG || vector == OVERFLOW;
        if (trap && rip == start + insn.length && SOFTWARE.contains(insn.mnemonic)) {
            at(silicon, index, RIP, start);
        } else if (vector == BREAKPOINT) {
            at(silicon, index, RIP, rip - 1);
            at(silicon, index, VECTOR, -1);
        } else if (vector == PAGE_FAULT && (at(silicon, index, ERROR) & FETCH) != 0 && at(silicon, index, ADDRESS) == rip && rip != start) {
            at(silicon, index, VECTOR, -1);
        }
        if (at(silicon, index, VECTOR) != PAGE_FAULT) {
            at(silicon, index, ADDRESS, 0);
        }
        if (at(silicon, index, VECTOR) < 0) {
            at(silicon, index, ERROR, 0);
        }
    }

    /** Whether an access across 4 GiB is excused: with that limit it may or may not fault. SDM Vol. 3, "Limit Checking". */
    private static boolean wraps(Insn insn, MemorySegment silicon, int index) {
        long address = at(silicon, index, ADDRESS);
        boolean missing = at(silicon, index, VECTOR) == PAGE_FAULT && (address + NEAR_THE_END & 0xffff_ffffL) < 2 * NEAR_THE_END;
        long vector = at(silicon, index, VECTOR);
        return missing || vector == ALIGNMENT || vector == PROTECTION && insn.row.alignment > 1;
    }

    /** Brings the register stack into the order that it has with TOP 0. */
    private static void withoutTop(MemorySegment side, int index) {
        int status = shortAt(side, index, FSW);
        int top = status >> 11 & 7;
        long[] registers = new long[16];
        for (int n = 0; n < 8; n++) {
            registers[2 * (top + n & 7)] = at(side, index, ST + 16 * n);
            registers[2 * (top + n & 7) + 1] = at(side, index, ST + 16 * n + 8);
        }
        for (int n = 0; n < 16; n++) {
            at(side, index, ST + 8 * n, registers[n]);
        }
        shortAt(side, index, FSW, status & ~0x3800);
    }

    /** Makes significands equal that differ by one unit. */
    private static void tolerateLastPlace(MemorySegment silicon, MemorySegment ours, int index) {
        shortAt(silicon, index, FSW, shortAt(silicon, index, FSW) & ~C1);
        shortAt(ours, index, FSW, shortAt(ours, index, FSW) & ~C1);
        for (int n = 0; n < 2; n++) {
            int field = ST + 16 * n;
            int theirs = shortAt(silicon, index, field + 8);
            int mine = shortAt(ours, index, field + 8);
            long a = at(silicon, index, field);
            long b = at(ours, index, field);
            boolean same = theirs == mine && Math.abs(a - b) <= 1;
            boolean nextBinade =
                    theirs - mine == 1 && a == Long.MIN_VALUE && b == -1 || mine - theirs == 1 && b == Long.MIN_VALUE && a == -1;
            boolean leastNormal = (theirs ^ mine) == 1 && (theirs & 0x7fff) <= 1 && Math.abs(a - b) <= 1;
            if (same || nextBinade || leastNormal) {
                at(ours, index, field, a);
                shortAt(ours, index, field + 8, theirs);
            }
        }
        int exponent = shortAt(silicon, index, ST + 8) & 0x7fff;
        if (exponent <= 1 || exponent >= 0x7ffe) {
            // One unit decides whether a result at the end of the range overflows or underflows.
            shortAt(silicon, index, FSW, shortAt(silicon, index, FSW) & ~RANGE);
            shortAt(ours, index, FSW, shortAt(ours, index, FSW) & ~RANGE);
        }
    }

    private static void tolerateRelative(MemorySegment silicon, MemorySegment ours, int index) {
        for (int n = 0; n < 512; n += 4) {
            int field = n < 256 ? XMM + n : YMM + n - 256;
            float theirs = Float.intBitsToFloat(intAt(silicon, index, field));
            float mine = Float.intBitsToFloat(intAt(ours, index, field));
            if (Float.isFinite(theirs) && theirs != 0 && Math.abs(mine / (double) theirs - 1) <= RELATIVE) {
                intAt(ours, index, field, intAt(silicon, index, field));
            }
        }
    }

    /** Whether two normalized outcomes agree. */
    static boolean same(MemorySegment silicon, MemorySegment ours, int index) {
        long base = (long) index * SIZE;
        for (int[] range : COMPARED) {
            if (MemorySegment.mismatch(silicon, base + range[0], base + range[1], ours, base + range[0], base + range[1]) >= 0) {
                return false;
            }
        }
        return true;
    }

    /** The fields that differ, silicon's value first. */
    static List<String> differences(MemorySegment silicon, MemorySegment ours, int index) {
        List<String> lines = new ArrayList<>();
        for (int[] range : COMPARED) {
            for (int field = range[0]; field < range[1]; field += 8) {
                long theirs = at(silicon, index, field);
                long mine = at(ours, index, field);
                if (theirs != mine) {
                    lines.add("%-12s silicon %016x, ours %016x".formatted(name(field), theirs, mine));
                }
            }
        }
        return lines;
    }

    /** What the eight bytes at an offset of a case are called. */
    static String name(int field) {
        if (field < RIP) {
            return new String[] {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"}[field / 8 & 7]
                    .transform(text -> field < 64 ? text : "r" + field / 8);
        }
        if (field >= MEMORY) {
            return "window+" + Integer.toHexString(field - MEMORY);
        }
        if (field >= YMM) {
            return "ymm" + (field - YMM) / 16 + ((field & 8) == 0 ? " upper low" : " upper high");
        }
        if (field >= XMM) {
            return "xmm" + (field - XMM) / 16 + ((field & 8) == 0 ? " low" : " high");
        }
        if (field >= ST) {
            return "st" + (field - ST) / 16 + ((field & 8) == 0 ? " significand" : " exponent");
        }
        return switch (field) {
            case RIP -> "rip";
            case FLAGS -> "flags";
            case FS -> "fs base";
            case GS -> "gs base";
            case VECTOR -> "vector";
            case ERROR -> "error code";
            case ADDRESS -> "address";
            case OUTSIDE -> "outside";
            case FX -> "fop ftw fsw fcw";
            case FIP -> "fip";
            case FDP -> "fdp";
            case Case.MXCSR -> "mxcsr";
            default -> "+" + Integer.toHexString(field);
        };
    }
}
