package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Decimal arithmetic, outside 64-bit mode. SDM Vol. 2: AAA AAD AAM AAS DAA DAS; and SALC. */
final class Decimal {
    private static final int VECTOR_DE = 0;

    private Decimal() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.DAA, (cpu, insn) -> adjustPacked(cpu, 1));
        to.effect(Mnemonic.DAS, (cpu, insn) -> adjustPacked(cpu, -1));
        to.effect(Mnemonic.AAA, (cpu, insn) -> adjustUnpacked(cpu, 1));
        to.effect(Mnemonic.AAS, (cpu, insn) -> adjustUnpacked(cpu, -1));
        to.effect(Mnemonic.AAM, Decimal::aam);
        to.effect(Mnemonic.AAD, Decimal::aad);
        to.effect(Mnemonic.SALC, (cpu, insn) -> cpu.reg(Cpu.RAX, 1, cpu.cf() ? 0xff : 0));
    }

    /** DAA (direction 1) and DAS (-1). */
    private static void adjustPacked(Cpu cpu, int direction) {
        int old = (int) cpu.reg(Cpu.RAX, 1);
        boolean half = (old & 0xf) > 9 || cpu.af();
        boolean carry = old > 0x99 || cpu.cf();
        int value = old + direction * ((half ? 6 : 0) + (carry ? 0x60 : 0));
        boolean cf = carry || direction < 0 && half && old < 6;
        cpu.reg(Cpu.RAX, 1, value);
        result(cpu, value, cf, half);
    }

    /** AAA (direction 1) and AAS (-1). */
    private static void adjustUnpacked(Cpu cpu, int direction) {
        long ax = cpu.reg(Cpu.RAX, 2);
        boolean adjust = (ax & 0xf) > 9 || cpu.af();
        long value = adjust ? ax + direction * 0x106 : ax;
        cpu.reg(Cpu.RAX, 2, value & 0xff0f);
        result(cpu, (int) value & 0xf, adjust, adjust);
    }

    private static void aam(Cpu cpu, Insn insn) {
        int base = (int) insn.immediate & 0xff;
        if (base == 0) {
            throw cpu.raise(VECTOR_DE);
        }
        int al = (int) cpu.reg(Cpu.RAX, 1);
        cpu.reg(Cpu.RAX, 2, al / base << 8 | al % base);
        result(cpu, al % base, false, false);
    }

    /** OF, AF and CF, which are not defined, are those of the addition. */
    private static void aad(Cpu cpu, Insn insn) {
        long low = cpu.reg(Cpu.RAX, 1);
        long high = (cpu.gpr[Cpu.RAX] >>> 8) * insn.immediate & 0xff;
        long value = low + high & 0xff;
        cpu.reg(Cpu.RAX, 2, value);
        FlagEffect.ADD.record(cpu, 1, low, high, value);
    }

    private static void result(Cpu cpu, int value, boolean cf, boolean af) {
        cpu.zero = value & 0xff;
        cpu.sign = (long) value << 56 >> 56;
        cpu.carry = Flags.carryWord(cf, false, af);
    }
}
