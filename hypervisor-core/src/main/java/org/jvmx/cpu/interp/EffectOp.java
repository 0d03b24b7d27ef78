package org.jvmx.cpu.interp;

import org.jvmx.arch.Hot;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.cpu.semantics.EffectFn;
import org.jvmx.cpu.state.Attention;
import org.jvmx.isa.Insn;

/** An instruction whose meaning is an effect; see the contract in {@code cpu.semantics}. */
final class EffectOp extends Op {
    private final EffectFn body;
    private final long ripMask;

    EffectOp(EffectFn body, Insn insn, int offset, int index) {
        super(insn, offset, index);
        this.body = body;
        this.ripMask = insn.codeSize == 8 ? -1 : 0xffff_ffffL;
    }

    @Override
    @Hot
    void exec(Cpu cpu) {
        long next = cpu.blockRip + end & ripMask;
        cpu.rip = cpu.blockRip + offset;
        cpu.nextRip = next;
        cpu.blockRetired = index;
        body.run(cpu, insn);
        if ((cpu.attention & Attention.EXIT) != 0) {
            return;
        }
        cpu.rip = cpu.nextRip;
        if (cpu.nextRip != next) {
            cpu.blockLimit = 0;
        }
    }

    @Override
    boolean setsRip() {
        return true;
    }
}
