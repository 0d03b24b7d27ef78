package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Conversions within the accumulator, flags in AH, single flags, table look-up. SDM Vol. 2: CBW CDQ CDQE CLC CLD CMC CQO CWD CWDE LAHF SAHF STC STD XLAT. */
final class Accumulator {
    private static final int IN_AH = Flags.SF | Flags.ZF | Flags.AF | Flags.PF | Flags.CF;

    private Accumulator() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.CBW, (cpu, insn) -> widen(cpu, 1));
        to.effect(Mnemonic.CWDE, (cpu, insn) -> widen(cpu, 2));
        to.effect(Mnemonic.CDQE, (cpu, insn) -> widen(cpu, 4));
        to.effect(Mnemonic.CWD, (cpu, insn) -> signInto(cpu, 2));
        to.effect(Mnemonic.CDQ, (cpu, insn) -> signInto(cpu, 4));
        to.effect(Mnemonic.CQO, (cpu, insn) -> signInto(cpu, 8));
        to.effect(Mnemonic.LAHF, (cpu, insn) -> cpu.reg(Cpu.RAX, 2, cpu.reg(Cpu.RAX, 1) | (cpu.flags() & IN_AH | Flags.ONE) << 8));
        to.effect(Mnemonic.SAHF, (cpu, insn) -> cpu.statusFlags((int) (cpu.gpr[Cpu.RAX] >>> 8) & IN_AH | (cpu.of() ? Flags.OF : 0)));
        to.effect(Mnemonic.CLC, (cpu, insn) -> cpu.cf(false));
        to.effect(Mnemonic.STC, (cpu, insn) -> cpu.cf(true));
        to.effect(Mnemonic.CMC, (cpu, insn) -> cpu.cf(!cpu.cf()));
        to.effect(Mnemonic.CLD, (cpu, insn) -> cpu.systemFlags &= ~Flags.DF);
        to.effect(Mnemonic.STD, (cpu, insn) -> cpu.systemFlags |= Flags.DF);
        to.effect(Mnemonic.XLAT, Accumulator::xlat);
    }

    /** Sign-extends the accumulator from {@code width} bytes to twice as many. */
    private static void widen(Cpu cpu, int width) {
        cpu.reg(Cpu.RAX, 2 * width, Cpu.signed(cpu.gpr[Cpu.RAX], width));
    }

    /** Fills rDX with the sign of the accumulator. */
    private static void signInto(Cpu cpu, int width) {
        cpu.reg(Cpu.RDX, width, Cpu.signed(cpu.gpr[Cpu.RAX], width) >> 63);
    }

    private static void xlat(Cpu cpu, Insn insn) {
        long offset = cpu.gpr[Cpu.RBX] + cpu.reg(Cpu.RAX, 1) & Cpu.mask(insn.addressSize);
        cpu.reg(Cpu.RAX, 1, cpu.load8(insn.segment, cpu.linear(insn.segment, offset, 1, false)));
    }
}
