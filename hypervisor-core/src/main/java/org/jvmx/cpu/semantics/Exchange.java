package org.jvmx.cpu.semantics;

import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/**
 * Exchanges of registers and memory. SDM Vol. 2: CMPXCHG CMPXCHG16B CMPXCHG8B XADD XCHG. Memory goes first, since only it can fault. XCHG with memory is locked
 * whether it says so or not.
 */
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
        int memory = insn.isMemory(1) ? 1 : 0;
        long a;
        long b;
        do {
            a = cpu.operandForUpdate(insn, memory);
            b = cpu.operand(insn, 1 - memory);
        } while (!cpu.replaceOperand(insn, memory, cpu.parallel, a, b));
        cpu.operand(insn, 1 - memory, a);
    }

    private static void xadd(Cpu cpu, Insn insn) {
        int width = insn.width(0);
        boolean locked = cpu.isLocked(insn);
        long a = cpu.operandForUpdate(insn, 0);
        long b = cpu.operand(insn, 1);
        long sum = a + b & Cpu.mask(width);
        if (insn.isMemory(0)) {
            while (!cpu.replaceOperand(insn, 0, locked, a, sum)) {
                a = cpu.operandForUpdate(insn, 0);
                sum = a + b & Cpu.mask(width);
            }
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
        boolean locked = cpu.isLocked(insn);
        long accumulator = cpu.reg(Cpu.RAX, width);
        long old;
        boolean done;
        do {
            old = cpu.operandForUpdate(insn, 0);
            if (accumulator == old) {
                done = cpu.replaceOperand(insn, 0, locked, old, cpu.operand(insn, 1));
            } else {
                done = !insn.isMemory(0) || cpu.replaceOperand(insn, 0, locked, old, old);
            }
        } while (!done);
        if (accumulator != old) {
            cpu.reg(Cpu.RAX, width, old);
        }
        FlagEffect.SUB.record(cpu, width, accumulator, old, accumulator - old & Cpu.mask(width));
    }

    private static void cmpxchg8b(Cpu cpu, Insn insn) {
        long address = cpu.address(insn, 8, true);
        long expected = cpu.gpr[Cpu.RDX] << 32 | cpu.reg(Cpu.RAX, 4);
        long replacement = cpu.gpr[Cpu.RCX] << 32 | cpu.reg(Cpu.RBX, 4);
        long old;
        boolean equal;
        do {
            old = cpu.loadForUpdate(insn.segment, address, 8);
            equal = old == expected;
        } while (!store(cpu, insn, address, old, equal ? replacement : old));
        if (!equal) {
            cpu.gpr[Cpu.RAX] = old & 0xffff_ffffL;
            cpu.gpr[Cpu.RDX] = old >>> 32;
        }
        cpu.zero = equal ? 0 : 1;
    }

    private static boolean store(Cpu cpu, Insn insn, long address, long old, long value) {
        if (cpu.isLocked(insn)) {
            return cpu.compareAndStore(insn.segment, address, 8, old, value);
        }
        cpu.store(insn.segment, address, 8, value);
        return true;
    }

    private static void cmpxchg16b(Cpu cpu, Insn insn) {
        if (!cpu.isLocked(insn)) {
            exchange16b(cpu, insn);
            return;
        }
        cpu.host.lockBus();
        try {
            exchange16b(cpu, insn);
        } finally {
            cpu.host.unlockBus();
        }
    }

    /** Aligned, so both halves are in one page: if the first can be written the second can. */
    private static void exchange16b(Cpu cpu, Insn insn) {
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
