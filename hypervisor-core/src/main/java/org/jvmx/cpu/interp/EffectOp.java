package org.jvmx.cpu.interp;

import java.lang.invoke.MethodHandles;

import org.jvmx.arch.Hot;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.cpu.state.Attention;
import org.jvmx.isa.Insn;

/** An instruction whose meaning is an effect; see the contract in {@code cpu.semantics}. Template. */
final class EffectOp extends Op implements Template {
    private static final Form FORM = Specializer.form(MethodHandles.lookup());

    private final Insn insn;
    private final long ripMask;

    EffectOp() {
        this(null, 0, 0);
    }

    private EffectOp(Insn insn, int offset, int index) {
        super(insn, offset, index, true);
        this.insn = insn;
        this.ripMask = insn == null || insn.codeSize == 8 ? -1 : 0xffff_ffffL;
    }

    @Override
    public Op make(Insn insn, int offset, int index) {
        return new EffectOp(insn, offset, index);
    }

    @Override
    @Hot
    Op exec(Cpu cpu) {
        long behind = cpu.blockRip + end & ripMask;
        cpu.rip = cpu.blockRip + offset;
        cpu.nextRip = behind;
        cpu.blockRetired = index;
        FORM.effect().run(cpu, insn);
        if ((cpu.attention & Attention.EXIT) != 0) {
            return null;
        }
        cpu.rip = cpu.nextRip;
        return cpu.nextRip == behind ? proceed(cpu) : null;
    }
}
