package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.SecondaryControl;

/** Random numbers from the machine's seed. SDM Vol. 2: RDRAND RDSEED; they never fail. */
final class Random {
    private Random() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.RDRAND, (cpu, insn) -> read(cpu, insn, SecondaryControl.RDRAND_EXITING, ExitReason.RDRAND));
        to.effect(Mnemonic.RDSEED, (cpu, insn) -> read(cpu, insn, SecondaryControl.RDSEED_EXITING, ExitReason.RDSEED));
    }

    private static void read(Cpu cpu, Insn insn, SecondaryControl control, ExitReason reason) {
        if (cpu.controls.has(control) && !cpu.completion.interceptsOff) {
            cpu.vmExit(reason, 0);
            cpu.exit.instruction(insn.register(0) << 3 | Integer.numberOfTrailingZeros(insn.operandSize) - 1 << 11);
            return;
        }
        cpu.operand(insn, 0, cpu.model.random());
        cpu.statusFlags(Flags.CF);
    }
}
