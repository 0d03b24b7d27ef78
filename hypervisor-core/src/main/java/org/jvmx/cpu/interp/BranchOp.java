package org.jvmx.cpu.interp;

import java.lang.invoke.MethodHandles;

import org.jvmx.arch.Hot;
import org.jvmx.cpu.semantics.Control;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.Insn;

/** Jcc and JMP with a relative target; {@code detail} is the condition, or {@link #ALWAYS}. Template. */
final class BranchOp extends Op implements Template {
    static final int ALWAYS = 16;

    private static final Form FORM = Specializer.form(MethodHandles.lookup());

    private final long distance;
    private Block taken;
    private Block notTaken;

    BranchOp() {
        this(null, 0, 0);
    }

    private BranchOp(Insn insn, int offset, int index) {
        super(insn, offset, index, true);
        distance = insn == null ? 0 : insn.immediate + end;
    }

    @Override
    public Op make(Insn insn, int offset, int index) {
        return new BranchOp(insn, offset, index);
    }

    @Override
    void link(Cpu cpu, Block to) {
        if (cpu.rip == cpu.blockRip + end) {
            notTaken = to;
        } else {
            taken = to;
        }
    }

    @Override
    @Hot
    Op exec(Cpu cpu) {
        if (FORM.detail() == ALWAYS || Control.holds(cpu, FORM.detail())) {
            return follow(cpu, taken, cpu.checkedTarget(cpu.blockRip + distance, FORM.width()));
        }
        return follow(cpu, notTaken, cpu.blockRip + end);
    }
}
