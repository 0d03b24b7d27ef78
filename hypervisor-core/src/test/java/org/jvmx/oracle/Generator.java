package org.jvmx.oracle;

import static org.jvmx.oracle.Case.*;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.jvmx.cpu.semantics.NastyNumbers;
import org.jvmx.isa.FlagRule;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Row;
import org.jvmx.isa.StateClass;

/** Makes up cases of a row: one instruction, and several states for it, with values where mistakes live. All follows from one seed. */
final class Generator {
    private static final int STATUS = FlagRule.OSZAPC;
    private static final int ALWAYS = FlagRule.IF | 2;
    private static final int CPUID_FLAG = 1 << 21;
    private static final int[] COUNTS = {0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255};
    /** A repeated instruction of more iterations may be interrupted, and then does not restore the flags when it faults. */
    private static final int MOST_REPEATED = 4096;
    private static final int FIRST_SLOT = 0x4000;
    /** Largest exponent for which F2XM1 and FYL2XP1 are defined. */
    private static final int BELOW_ONE = 16382;
    private static final int BELOW_QUARTER = 16380;

    private final SplittableRandom random;
    private final NastyNumbers numbers;
    private final Encoding encoding;
    private final long[] gpr = new long[16];

    Generator(long seed) {
        random = new SplittableRandom(seed).split();
        numbers = new NastyNumbers(random.split());
        encoding = new Encoding(random.split());
    }

    /** An instruction of the row that may be judged, or null where none was found. */
    Insn instruction(Row row) {
        int size = row.not64 || !row.only64 && random.nextInt(5) == 0 ? 4 : 8;
        for (int attempt = 0; attempt < 10; attempt++) {
            Insn insn = encoding.of(row, size);
            if (insn == null || Excuses.excused(insn) == null) {
                return insn;
            }
        }
        return null;
    }

    /** Where an instruction stands: it depends on its opcode only, so that a replay is the same. */
    static long address(Insn insn) {
        return CODE + FIRST_SLOT + (insn.row.id & 127) * SLOT;
    }

    /** Makes up a state for an instruction of {@link #instruction}; its displacement or branch distance may change. */
    void state(Insn insn, MemorySegment cases, int index) {
        cases.asSlice((long) index * SIZE, SIZE).fill((byte) 0);
        for (int n = 0; n < 16; n++) {
            gpr[n] = integer();
        }
        gpr[1] = random.nextBoolean() ? COUNTS[random.nextInt(COUNTS.length)] | (random.nextInt(8) == 0 ? random.nextLong() << 32 : 0)
                : gpr[1];
        if (Addressing.isString(insn.row)) {
            gpr[1] = random.nextInt(12) == 0 ? random.nextInt(MOST_REPEATED) : random.nextInt(10);
        }
        dividend(insn);
        Addressing addressing = new Addressing(random, insn, encoding);
        addressing.choose(gpr);
        intAt(cases, index, WINDOW, addressing.window);
        at(cases, index, RIP, address(insn));
        at(cases, index, FLAGS, flags(insn));
        at(cases, index, FS, addressing.fs);
        at(cases, index, GS, addressing.gs);
        memory(cases, index, addressing);
        floats(insn, cases, index);
        new Preparation(random, insn, encoding).prepare(cases, index, addressing, gpr);
        for (int n = 0; n < 16; n++) {
            at(cases, index, GPR + 8 * n, insn.mode64() ? gpr[n] : gpr[n] & 0xffff_ffffL);
        }
        intAt(cases, index, COMPATIBILITY, insn.mode64() ? 0 : 1);
        bytes(cases, index, encoding.bytes, insn.length);
    }

    private long flags(Insn insn) {
        int flags = random.nextInt() & STATUS | ALWAYS;
        flags |= random.nextInt(Addressing.isString(insn.row) ? 3 : 16) == 0 ? FlagRule.DF : 0;
        flags |= random.nextInt(16) == 0 ? FlagRule.AC : 0;
        return flags | (random.nextInt(16) == 0 ? CPUID_FLAG : 0);
    }

    /** A number near a boundary, or any. */
    private long integer() {
        int bit = random.nextInt(64);
        return switch (random.nextInt(16)) {
            case 0 -> 0;
            case 1 -> 1;
            case 2 -> -1;
            case 3 -> 1L << bit;
            case 4 -> (1L << bit) - 1;
            case 5 -> -1L << bit;
            case 6 -> random.nextInt(512) - 256;
            case 7 -> (0x80L << 8 * random.nextInt(8)) - random.nextInt(3);
            case 8 -> 0x0101_0101_0101_0101L * random.nextInt(256);
            case 9 -> random.nextLong() & 0x8080_8080_8080_8080L | 0x7f7f_7f7f_7f7f_7f7fL;
            case 10 -> random.nextLong() >> bit;
            case 11 -> random.nextLong() >>> bit;
            case 12 -> random.nextInt() & 0xffff_ffffL;
            default -> random.nextLong();
        };
    }

    /** Quotients that fit, often enough. */
    private void dividend(Insn insn) {
        switch (insn.mnemonic) {
            case DIV -> gpr[2] = random.nextInt(3) == 0 ? gpr[2] : random.nextBoolean() ? 0 : random.nextLong() >>> 8 + random.nextInt(56);
            case IDIV -> gpr[2] =
                    random.nextInt(3) == 0 ? gpr[2] : random.nextBoolean() ? gpr[0] >> 63 : random.nextLong() >> 8 + random.nextInt(56);
            default -> {
                // any operands will do
            }
        }
    }

    private void memory(MemorySegment cases, int index, Addressing addressing) {
        for (int offset = 0; offset < WINDOW_SIZE; offset += 8) {
            at(cases, index, MEMORY + offset, random.nextLong());
        }
        long place = addressing.target - DATA - addressing.window;
        int partner = random.nextInt(16);
        for (int n = 0; n < 8; n++) {
            long offset = place + 8 * n;
            if (offset >= 0 && offset <= WINDOW_SIZE - 8) {
                long value = n < 2 && random.nextInt(8) == 0 ? gpr[partner] : random.nextInt(3) == 0 ? number(n) : integer();
                at(cases, index, MEMORY + (int) offset, value);
            }
        }
    }

    private long number(int kind) {
        return (kind & 1) == 0 ? numbers.fp64(0) : numbers.fp32Pair(0);
    }

    // --- x87, MMX and SSE

    private void floats(Insn insn, MemorySegment cases, int index) {
        int control = numbers.controlWord();
        int top = random.nextInt(8);
        int status = top << 11 | random.nextInt(0x10000) & 0x4700;
        if (random.nextInt(4) == 0) {
            boolean pending = random.nextInt(8) == 0;
            status |= random.nextInt(64) & (pending ? -1 : control & 0x3f);
        }
        int notEmpty = random.nextInt(4) == 0 ? random.nextInt(256) : (random.nextInt(256) | 7 << top | 7 >> 8 - top) & 0xff;
        if (random.nextInt(3) != 0) {
            notEmpty &= ~(1 << (top + 7 & 7));
        }
        shortAt(cases, index, FCW, control);
        shortAt(cases, index, FSW, Subject.summarized(status, control));
        shortAt(cases, index, FTW, notEmpty);
        shortAt(cases, index, FOP, random.nextInt(0x800));
        at(cases, index, FIP, random.nextInt() & 0x7fff_ffffL);
        at(cases, index, FDP, random.nextInt() & 0x7fff_ffffL);
        intAt(cases, index, Case.MXCSR, numbers.mxcsr());
        stack(insn, cases, index);
        vectors(cases, index);
    }

    private void stack(Insn insn, MemorySegment cases, int index) {
        boolean integers = insn.row.state == StateClass.MMX && random.nextInt(4) != 0;
        int first = -1;
        for (int n = 0; n < 8; n++) {
            numbers.fp80(first);
            first = n == 0 ? numbers.signExponent & 0x7fff : first;
            limit(insn, n);
            at(cases, index, ST + 16 * n, integers ? integer() : numbers.significand);
            shortAt(cases, index, ST + 16 * n + 8, integers ? 0xffff : numbers.signExponent);
        }
    }

    /** Keeps ST(0) in the range where the SDM defines a result. */
    private void limit(Insn insn, int n) {
        int limit = switch (insn.mnemonic) {
            case F2XM1 -> BELOW_ONE;
            case FYL2XP1 -> BELOW_QUARTER;
            default -> 0x7fff;
        };
        if (n == 0 && (numbers.signExponent & 0x7fff) > limit) {
            numbers.signExponent = numbers.signExponent & 0x8000 | limit - random.nextInt(70);
            numbers.significand |= Long.MIN_VALUE;
        }
    }

    private void vectors(MemorySegment cases, int index) {
        int kind = random.nextInt(4);
        for (int n = 0; n < 64; n++) {
            long partner = n > 1 ? at(cases, index, XMM + 8 * (n & 1)) : 0;
            at(cases, index, n < 32 ? XMM + 8 * n : YMM + 8 * (n - 32), switch (kind) {
                case 0 -> integer();
                case 1 -> numbers.fp32Pair(partner);
                case 2 -> n % 2 == 0 ? numbers.fp32Pair(partner) : numbers.fp64(partner);
                default -> numbers.fp64(partner);
            });
        }
    }
}
