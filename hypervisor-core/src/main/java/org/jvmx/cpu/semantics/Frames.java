package org.jvmx.cpu.semantics;

import org.jvmx.cpu.mmu.Paging;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Stack frames and all registers at once. SDM Vol. 2: ENTER LEAVE POPA POPAD PUSHA PUSHAD. The stack pointer changes last, so that all can start again. */
final class Frames {
    private Frames() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.PUSHA, (cpu, insn) -> pushAll(cpu, 2));
        to.effect(Mnemonic.PUSHAD, (cpu, insn) -> pushAll(cpu, 4));
        to.effect(Mnemonic.POPA, (cpu, insn) -> popAll(cpu, 2));
        to.effect(Mnemonic.POPAD, (cpu, insn) -> popAll(cpu, 4));
        to.effect(Mnemonic.ENTER, Frames::enter);
        to.effect(Mnemonic.LEAVE, Frames::leave);
    }

    private static void pushAll(Cpu cpu, int size) {
        long stack = Cpu.mask(cpu.stackSize());
        long top = cpu.gpr[Cpu.RSP];
        for (int register = 0; register < 8; register++) {
            top -= size;
            cpu.store(Cpu.SS, cpu.linear(Cpu.SS, top & stack, size, true), size, cpu.gpr[register]);
        }
        cpu.reg(Cpu.RSP, cpu.stackSize(), top);
    }

    /** A fault leaves the registers that were popped before it. */
    private static void popAll(Cpu cpu, int size) {
        int width = cpu.stackSize();
        long mask = Cpu.mask(width);
        long top = cpu.gpr[Cpu.RSP];
        for (int slot = 0; slot < 8; slot++) {
            long value = read(cpu, top + (long) slot * size & mask, size);
            if (slot != 7 - Cpu.RSP) {
                cpu.reg(7 - slot, size, value);
            }
        }
        cpu.reg(Cpu.RSP, width, top + 8 * size);
    }

    private static long read(Cpu cpu, long offset, int size) {
        return cpu.load(Cpu.SS, cpu.linear(Cpu.SS, offset, size, false), size);
    }

    private static void enter(Cpu cpu, Insn insn) {
        int size = insn.operandSize;
        int width = cpu.stackSize();
        long mask = Cpu.mask(width);
        int level = insn.immediate2 & 31;
        long top = pushAt(cpu, cpu.gpr[Cpu.RSP] - size & mask, size, cpu.gpr[Cpu.RBP]);
        long frame = cpu.gpr[Cpu.RSP] & ~mask | top;
        for (int n = 1; n < level; n++) {
            long display = read(cpu, cpu.gpr[Cpu.RBP] - (long) n * size & mask, size);
            top = pushAt(cpu, top - size & mask, size, display);
        }
        if (level > 0) {
            top = pushAt(cpu, top - size & mask, size, frame);
        }
        top = top - (insn.immediate & 0xffff) & mask;
        cpu.probe(Cpu.SS, cpu.linear(Cpu.SS, top, size, true), size, Paging.WRITE);
        cpu.reg(Cpu.RSP, width, top);
        cpu.reg(Cpu.RBP, size, frame);
    }

    private static long pushAt(Cpu cpu, long offset, int size, long value) {
        cpu.store(Cpu.SS, cpu.linear(Cpu.SS, offset, size, true), size, value);
        return offset;
    }

    private static void leave(Cpu cpu, Insn insn) {
        int size = insn.operandSize;
        int width = cpu.stackSize();
        long top = cpu.reg(Cpu.RBP, width);
        long value = read(cpu, top, size);
        cpu.reg(Cpu.RSP, width, top + size);
        cpu.reg(Cpu.RBP, size, value);
    }
}
