package org.jvmx.cpu.semantics;

import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Counted jumps, array bounds, undefined instructions and hints. SDM Vol. 2: BOUND JCXZ LOOPcc MOVNTI PREFETCHh PREFETCHW UD. */
final class Loops {
    private static final int VECTOR_BR = 5;

    private Loops() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.LOOP, (cpu, insn) -> loop(cpu, insn, true));
        to.effect(Mnemonic.LOOPE, (cpu, insn) -> loop(cpu, insn, cpu.zf()));
        to.effect(Mnemonic.LOOPNE, (cpu, insn) -> loop(cpu, insn, !cpu.zf()));
        to.effect(Mnemonic.JCXZ, Loops::jumpIfZero);
        to.effect(Mnemonic.BOUND, Loops::bound);
        to.bind(Mnemonic.MOVNTI, new Meaning.Move(Alu::source));
        for (Mnemonic undefined : new Mnemonic[] {Mnemonic.UD0, Mnemonic.UD1, Mnemonic.UD2}) {
            to.effect(undefined, (cpu, insn) -> {
                throw cpu.ud();
            });
        }
        Mnemonic[] hints = {Mnemonic.PREFETCHNTA, Mnemonic.PREFETCHT0, Mnemonic.PREFETCHT1, Mnemonic.PREFETCHT2, Mnemonic.PREFETCHW};
        for (Mnemonic hint : hints) {
            to.bind(hint, new Meaning.Nothing());
        }
    }

    private static void loop(Cpu cpu, Insn insn, boolean condition) {
        int width = insn.addressSize;
        long count = cpu.reg(Cpu.RCX, width) - 1 & Cpu.mask(width);
        if (count != 0 && condition) {
            cpu.jump(cpu.nextRip + insn.immediate, insn.operandSize);
        }
        cpu.reg(Cpu.RCX, width, count);
    }

    private static void jumpIfZero(Cpu cpu, Insn insn) {
        if (cpu.reg(Cpu.RCX, insn.addressSize) == 0) {
            cpu.jump(cpu.nextRip + insn.immediate, insn.operandSize);
        }
    }

    /** The upper bound is not read where the lower one is violated. */
    private static void bound(Cpu cpu, Insn insn) {
        int width = insn.operandSize;
        long offset = cpu.offset(insn);
        long lower = cpu.load(insn.segment, cpu.linear(insn.segment, offset, width, false), width);
        long index = Cpu.signed(cpu.operand(insn, 0), width);
        if (index < Cpu.signed(lower, width)) {
            throw cpu.raise(VECTOR_BR);
        }
        long second = offset + width & Cpu.mask(insn.addressSize);
        long upper = cpu.load(insn.segment, cpu.linear(insn.segment, second, width, false), width);
        if (index > Cpu.signed(upper, width)) {
            throw cpu.raise(VECTOR_BR);
        }
    }
}
