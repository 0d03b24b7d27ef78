package org.jvmx.oracle;

import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.FlagRule;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.Operand;
import org.jvmx.isa.OperandKind;
import org.jvmx.isa.Row;
import org.jvmx.isa.StateClass;

/** Makes up cases of a row for 16-bit, 32-bit and 64-bit code with segments of a local descriptor table. All follows from one seed. */
final class SegmentGenerator {
    /** Rows that are about segments: they run in every mode that has them. */
    static final Set<Mnemonic> SEGMENTS = EnumSet.of(Mnemonic.MOV_SREG, Mnemonic.PUSH_SREG, Mnemonic.POP_SREG, Mnemonic.LSS, Mnemonic.LFS,
            Mnemonic.LGS, Mnemonic.LES, Mnemonic.LDS, Mnemonic.LAR, Mnemonic.LSL, Mnemonic.VERR, Mnemonic.VERW, Mnemonic.CALL_FAR,
            Mnemonic.JMP_FAR, Mnemonic.RET_FAR, Mnemonic.IRET, Mnemonic.IRETD, Mnemonic.IRETQ, Mnemonic.ARPL);

    private static final int CODE16 = 0x0f;
    private static final int DATA16 = 0x17;
    private static final int CODE32 = 0x1f;
    private static final int DATA32 = 0x2f;
    private static final int EXPAND_DOWN = 0x3f;
    private static final int USER_CODE32 = 0x23;
    private static final int USER_DATA = 0x2b;
    private static final int USER_CODE = 0x33;
    private static final int[] GLOBAL = {0, 0x8, 0x10, 0x18, 0x20, 0x28, 0x30, 0x38, 0x80, 0xfff8};
    private static final int[] GOOD_CODE = {CODE16, CODE32, 0x27, USER_CODE32, USER_CODE, 0x6f};
    private static final int ALWAYS = FlagRule.IF | 2;

    private final SplittableRandom random;
    private final Encoding encoding;

    SegmentGenerator(long seed) {
        random = new SplittableRandom(seed).split();
        encoding = new Encoding(random.split());
    }

    /** Whether a row runs here: general instructions in 16-bit code, and what is about segments everywhere. */
    static boolean judges(Row row) {
        if (SEGMENTS.contains(row.mnemonic)) {
            return true;
        }
        return row.state == StateClass.NONE && !row.only64 && row.feature == null && !row.map.vex() && Excuses.excused(row) == null
                && switch (row.mnemonic) {
                    case INT3, INT1, INTO, FWAIT -> false;
                    default -> true;
                };
    }

    /** A case of a row in code of that size (2, 4 or 8), or null where none was found. */
    Insn next(Row row, int size, SegmentCase one) {
        Insn insn = encoding.of(row, size);
        if (insn == null || Excuses.excused(insn) != null) {
            return null;
        }
        boolean mode64 = size == 8;
        for (int n = 0; n < 16; n++) {
            one.gpr(n, integer());
        }
        segments(one, size);
        int target = 0x100 + random.nextInt(0xfe00);
        int stack = (0x200 + random.nextInt(0xfc00)) & (random.nextInt(8) == 0 ? -1 : -4);
        one.gpr(1, random.nextInt(3) == 0 ? one.gpr(1) : random.nextInt(9));
        if (Addressing.isString(row)) {
            one.gpr(1, random.nextInt(9));
            one.gpr(6, offset(random.nextInt(0x1_0000), mode64));
            one.gpr(7, offset(random.nextInt(0x1_0000), mode64));
        }
        if (insn.hasMemory()) {
            aim(one, insn, offset(target, mode64));
        }
        boolean wide = (one.selector(Cpu.SS) | 3) == DATA32 || mode64;
        one.gpr(4, wide ? offset(stack, mode64) : stack | (random.nextLong() & 0xffff_0000L));
        operands(one, insn, target, stack);
        for (int n = 0; n < 16 && !mode64; n++) {
            one.gpr(n, one.gpr(n) & 0xffff_ffffL);
        }
        int place = 0x1000 + (row.id & 127) * 0x100;
        one.set(SegmentCase.RIP, mode64 ? SegmentCase.CODE + place : place);
        one.set(SegmentCase.FLAGS, random.nextInt() & FlagRule.OSZAPC | ALWAYS | (random.nextInt(8) == 0 ? FlagRule.DF : 0)
                | (random.nextInt(16) == 0 ? FlagRule.AC : 0) | (random.nextInt(16) == 0 ? FlagRule.NT : 0));
        one.code(encoding.bytes, insn.length);
        return encoding.decode();
    }

    private static long offset(long within, boolean mode64) {
        return mode64 ? SegmentCase.DATA + within : within;
    }

    private long integer() {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextInt(256) - 128;
            case 1 -> 1L << random.nextInt(64);
            case 2 -> random.nextInt() & 0xffff_ffffL;
            case 3 -> (1L << random.nextInt(64)) - 1;
            default -> random.nextLong();
        };
    }

    private void segments(SegmentCase one, int size) {
        boolean mode64 = size == 8;
        one.selector(Cpu.CS, mode64 ? USER_CODE : size == 4 ? CODE32 : CODE16);
        for (int segment : new int[] {Cpu.ES, Cpu.DS, Cpu.SS}) {
            one.selector(segment, mode64 && random.nextBoolean() ? USER_DATA : random.nextBoolean() ? DATA16 : DATA32);
        }
        for (int segment : new int[] {Cpu.FS, Cpu.GS}) {
            one.selector(segment, random.nextBoolean() ? 0 : random.nextBoolean() ? DATA16 : EXPAND_DOWN);
        }
        one.set(SegmentCase.FS, one.selector(Cpu.FS) == 0 && mode64 ? random.nextInt(0x100) : 0);
        one.set(SegmentCase.GS, one.selector(Cpu.GS) == 0 && mode64 ? random.nextInt(0x100) : 0);
    }

    /** Has a register lead to the place, where one does. */
    private void aim(SegmentCase one, Insn insn, long place) {
        if (random.nextInt(16) == 0) {
            return;
        }
        if (insn.base == Insn.NO_REGISTER) {
            if (insn.index != Insn.NO_REGISTER) {
                one.gpr(insn.index, place - insn.disp >> insn.scale);
            }
            return;
        }
        if (insn.index != Insn.NO_REGISTER && insn.index != insn.base) {
            one.gpr(insn.index, random.nextInt(64));
            one.gpr(insn.base, place - insn.disp - (one.gpr(insn.index) << insn.scale));
        } else {
            one.gpr(insn.base, place - insn.disp);
        }
    }

    /** Any selector of the tables, or none of them. */
    private int selector() {
        return switch (random.nextInt(8)) {
            case 0 -> random.nextInt(4);
            case 1, 2 -> GLOBAL[random.nextInt(GLOBAL.length)] | (random.nextInt(4) == 0 ? random.nextInt(4) : 3);
            default -> random.nextInt(17) << 3 | 4 | (random.nextInt(4) == 0 ? random.nextInt(4) : 3);
        };
    }

    private int codeSelector() {
        return random.nextInt(3) == 0 ? selector() : GOOD_CODE[random.nextInt(GOOD_CODE.length)];
    }

    /** An offset where breakpoints are, whatever the base of the code segment. */
    private long transferTarget(int selector) {
        long within = 0xa000 + random.nextInt(0x1000);
        return (selector & ~3) == 0x20 || (selector & ~3) == 0x30 ? SegmentCase.CODE + within : within;
    }

    private void operands(SegmentCase one, Insn insn, int target, int stack) {
        int size = insn.operandSize;
        switch (insn.mnemonic) {
            case LSS, LFS, LGS, LES, LDS -> one.patch(0, target, number(random.nextLong(), size, selector()));
            case CALL_FAR, JMP_FAR -> farPointer(one, insn, target);
            case RET_FAR -> {
                int to = codeSelector();
                one.patch(0, stack, number(transferTarget(to), size, to));
            }
            case IRET, IRETD, IRETQ -> frame(one, size, stack);
            case POP_SREG -> one.patch(0, stack, number(selector(), size, random.nextInt()));
            case POPF, POPFD, POPFQ -> one.patch(0, stack, number(random.nextLong() & ~FlagRule.TF, size, 0));
            case MOV_SREG, LAR, LSL, VERR, VERW, ARPL -> selectorOperand(one, insn, target);
            case RET -> one.patch(0, stack, number(transferTarget(CODE16), size, 0));
            case JMP, CALL -> nearTarget(one, insn, target);
            default -> {
                // any operands will do
            }
        }
        if (insn.operandCount > 0 && insn.kind(0) == OperandKind.RELATIVE) {
            relative(insn);
        }
    }

    private void relative(Insn insn) {
        boolean near = insn.row.operands.getFirst() == Operand.Jb;
        int bytes = near ? 1 : Math.min(insn.operandSize, 4);
        encoding.patch(insn.length - bytes, near ? 0x20 + random.nextInt(0x50) : 0x30 + random.nextInt(0x4000), bytes);
    }

    private void nearTarget(SegmentCase one, Insn insn, int target) {
        long to = transferTarget(CODE16) | (random.nextInt(8) == 0 ? random.nextLong() << 16 : 0);
        if (insn.isMemory(0)) {
            one.patch(0, target, number(to, 8, 0));
        } else if (insn.kind(0) == OperandKind.GPR) {
            one.gpr(insn.register(0), to);
        }
    }

    private void farPointer(SegmentCase one, Insn insn, int target) {
        int to = codeSelector();
        if (insn.kind(0) == OperandKind.FAR_POINTER) {
            encoding.patch(insn.length - 2, to, 2);
            encoding.patch(insn.length - 2 - insn.operandSize, transferTarget(to), insn.operandSize);
        } else {
            one.patch(0, target, number(transferTarget(to), insn.operandSize, to));
        }
    }

    /** RIP, CS, flags, RSP and SS; the last two are popped in 64-bit mode only, as long as the privilege level stays. */
    private void frame(SegmentCase one, int size, int stack) {
        int to = codeSelector();
        long flags = random.nextInt() & ~FlagRule.TF & ~FlagRule.VM;
        byte[] bytes = new byte[5 * size];
        long[] words = {transferTarget(to), to, flags, 0x2000 + random.nextInt(0x1000) + (random.nextBoolean() ? SegmentCase.DATA : 0),
            random.nextBoolean() ? USER_DATA : selector()};
        for (int n = 0; n < words.length; n++) {
            System.arraycopy(number(words[n], size, 0), 0, bytes, n * size, size);
        }
        one.patch(0, stack, bytes);
    }

    private void selectorOperand(SegmentCase one, Insn insn, int target) {
        int operand = insn.mnemonic == Mnemonic.LAR || insn.mnemonic == Mnemonic.LSL
                || insn.mnemonic == Mnemonic.MOV_SREG && insn.kind(0) == OperandKind.SEGMENT_REG ? 1 : 0;
        if (insn.isMemory(operand)) {
            one.patch(0, target, number(selector(), 2, random.nextInt()));
        } else if (insn.kind(operand) == OperandKind.GPR) {
            int register = insn.register(operand);
            one.gpr(register, one.gpr(register) & ~0xffffL | selector());
        }
    }

    /** A number of {@code size} bytes and a word behind it. */
    private static byte[] number(long value, int size, int behind) {
        byte[] bytes = new byte[size + 2];
        for (int n = 0; n < size; n++) {
            bytes[n] = (byte) (value >> 8 * n);
        }
        bytes[size] = (byte) behind;
        bytes[size + 1] = (byte) (behind >> 8);
        return bytes;
    }
}
