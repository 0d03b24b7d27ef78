package org.jvmx.cpu.semantics;

import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Exchanges of registers and memory. SDM Vol. 2: CMPXCHG CMPXCHG16B CMPXCHG8B XADD XCHG. Memory goes first, since only it can fault. */
final class Exchange {
    private Exchange() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.XCHG, Exchange::xchg);
        to.effect(Mnemonic.XADD, Exchange::xadd);
        to.effect(Mnemonic.CMPXCHG, Exchange::cmpxchg);
        to.effect(Mnemonic.CMPXCHG8B, Exchange::cmpxchg8b);
        to.effect(Mnemonic.CMPXCHG16B, Exchange::cmpxchg16b);
    }

    private static void xchg(Cpu cpu, Insn insn) {
        long a = cpu.operandForUpdate(insn, 0);
        long b = cpu.operand(insn, 1);
        cpu.operand(insn, 0, b);
        cpu.operand(insn, 1, a);
    }

    private static void xadd(Cpu cpu, Insn insn) {
        int width = insn.width(0);
        long a = cpu.operandForUpdate(insn, 0);
        long b = cpu.operand(insn, 1);
        long sum = a + b & Cpu.mask(width);
        if (insn.isMemory(0)) {
            cpu.operand(insn, 0, sum);
            cpu.operand(insn, 1, a);
        } else {
            cpu.operand(insn, 1, a);
            cpu.operand(insn, 0, sum);
        }
        FlagEffect.ADD.record(cpu, width, a, b, sum);
    }

    /** A destination in memory is written in either case; the accumulator only if it was not equal. */
    private static void cmpxchg(Cpu cpu, Insn insn) {
        int width = insn.width(0);
        long old = cpu.operandForUpdate(insn, 0);
        long accumulator = cpu.reg(Cpu.RAX, width);
        if (accumulator == old) {
            cpu.operand(insn, 0, cpu.operand(insn, 1));
        } else {
            if (insn.isMemory(0)) {
                cpu.operand(insn, 0, old);
            }
            cpu.reg(Cpu.RAX, width, old);
        }
        FlagEffect.SUB.record(cpu, width, accumulator, old, accumulator - old & Cpu.mask(width));
    }

    private static void cmpxchg8b(Cpu cpu, Insn insn) {
        long address = cpu.address(insn, 8, true);
        long old = cpu.loadForUpdate(insn.segment, address, 8);
        boolean equal = old == (cpu.gpr[Cpu.RDX] << 32 | cpu.reg(Cpu.RAX, 4));
        cpu.store(insn.segment, address, 8, equal ? cpu.gpr[Cpu.RCX] << 32 | cpu.reg(Cpu.RBX, 4) : old);
        if (!equal) {
            cpu.gpr[Cpu.RAX] = old & 0xffff_ffffL;
            cpu.gpr[Cpu.RDX] = old >>> 32;
        }
        cpu.zero = equal ? 0 : 1;
    }

    /** Aligned, so both halves are in one page: if the first can be written the second can. */
    private static void cmpxchg16b(Cpu cpu, Insn insn) {
        long address = cpu.address(insn, 16, true);
        if ((address & 15) != 0) {
            throw cpu.gp(0);
        }
        long low = cpu.loadForUpdate(insn.segment, address, 8);
        long high = cpu.loadForUpdate(insn.segment, address + 8, 8);
        boolean equal = low == cpu.gpr[Cpu.RAX] && high == cpu.gpr[Cpu.RDX];
        cpu.store(insn.segment, address, 8, equal ? cpu.gpr[Cpu.RBX] : low);
        cpu.store(insn.segment, address + 8, 8, equal ? cpu.gpr[Cpu.RCX] : high);
        if (!equal) {
            cpu.gpr[Cpu.RAX] = low;
            cpu.gpr[Cpu.RDX] = high;
        }
        cpu.zero = equal ? 0 : 1;
    }
}
