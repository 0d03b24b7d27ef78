package org.jvmx.cpu.interp;

import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.Insn;

/** An op that may have a memory operand and a general register or immediate beside it. */
abstract class MemoryOp extends Op {
    /** How a linear address comes about. In 64-bit mode: base and displacement; and index; and segment base; cut to 32 bits; from RIP. */
    static final int BASE = 0;
    static final int INDEXED = 1;
    static final int SEGMENT_BASE = 2;
    static final int SHORT = 3;
    static final int FROM_RIP = 4;
    /** Outside 64-bit mode: segmented, with offsets of 32 or 16 bits. */
    static final int SEGMENTED = 5;
    static final int SEGMENTED_16 = 6;

    private final byte base;
    private final byte indexRegister;
    private final byte scale;
    final byte segment;
    private final boolean ripRelative;
    private final long displacement;

    MemoryOp(Insn insn, int offset, int index, boolean setsRip) {
        super(insn, offset, index, setsRip);
        base = (byte) (insn == null ? 0 : insn.base);
        indexRegister = (byte) (insn == null ? 0 : insn.index);
        scale = (byte) (insn == null ? 0 : insn.scale);
        segment = (byte) (insn == null ? 0 : insn.segment);
        ripRelative = insn != null && insn.ripRelative;
        displacement = insn == null ? 0 : insn.ripRelative ? insn.disp + end : insn.disp;
    }

    /** The addressing constant of an instruction. */
    static int addressing(Insn insn) {
        if (!insn.hasMemory()) {
            return BASE;
        }
        if (insn.codeSize != 8) {
            return insn.addressSize == 2 ? SEGMENTED_16 : SEGMENTED;
        }
        if (insn.addressSize != 8) {
            return SHORT;
        }
        if (insn.segment >= Cpu.FS) {
            return SEGMENT_BASE;
        }
        return insn.ripRelative ? FROM_RIP : insn.index == Insn.NO_REGISTER ? BASE : INDEXED;
    }

    /** The linear address of the memory operand. */
    final long address(Cpu cpu, int addressing, int size, boolean write) {
        long[] r = cpu.gpr;
        return switch (addressing) {
            case BASE -> r[base] + displacement;
            case INDEXED -> r[base] + (r[indexRegister] << scale) + displacement;
            case FROM_RIP -> cpu.blockRip + displacement;
            case SEGMENT_BASE -> longOffset(cpu) + cpu.base[segment];
            case SHORT -> (longOffset(cpu) & 0xffff_ffffL) + (segment >= Cpu.FS ? cpu.base[segment] : 0);
            default -> cpu.linear(segment, effectiveOffset(cpu, addressing), size, write);
        };
    }

    /** The offset of the memory operand in its segment. */
    final long effectiveOffset(Cpu cpu, int addressing) {
        return switch (addressing) {
            case SHORT, SEGMENTED -> longOffset(cpu) & 0xffff_ffffL;
            case SEGMENTED_16 -> longOffset(cpu) & 0xffff;
            default -> longOffset(cpu);
        };
    }

    private long longOffset(Cpu cpu) {
        long[] r = cpu.gpr;
        return r[base] + (r[indexRegister] << scale) + displacement + (ripRelative ? cpu.blockRip : 0);
    }

    /** Reads an operand by its place, zero-extended. */
    final long read(Cpu cpu, int place, int register, long immediate, int addressing, int width) {
        return switch (place) {
            case Place.REGISTER -> cpu.reg(register, width);
            case Place.HIGH_BYTE -> cpu.gpr[register] >>> 8 & 0xff;
            case Place.IMMEDIATE -> immediate;
            case Place.MEMORY -> cpu.load(segment, address(cpu, addressing, width, false), width);
            default -> 1;
        };
    }

    /** Writes a register operand by its place. */
    static void writeRegister(Cpu cpu, int place, int register, int width, long value) {
        if (place == Place.HIGH_BYTE) {
            cpu.gpr[register] = cpu.gpr[register] & ~0xff00L | (value & 0xff) << 8;
        } else {
            cpu.reg(register, width, value);
        }
    }

    /** Pushes on the stack; 8 bytes occur in 64-bit mode only, where the stack segment does not count. */
    static void push(Cpu cpu, int width, long value) {
        if (width == 8) {
            long top = cpu.gpr[Cpu.RSP] - 8;
            cpu.store64(Cpu.SS, top, value);
            cpu.gpr[Cpu.RSP] = top;
        } else {
            cpu.push(width, value);
        }
    }

    /** Pops from the stack. */
    static long pop(Cpu cpu, int width) {
        if (width == 8) {
            long top = cpu.gpr[Cpu.RSP];
            long value = cpu.load64(Cpu.SS, top);
            cpu.gpr[Cpu.RSP] = top + 8;
            return value;
        }
        return cpu.pop(width);
    }
}
