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

    BranchOp() {
        this(null, 0, 0);
    }

    private BranchOp(Insn insn, int offset, int index) {
        super(insn, offset, index);
        distance = insn == null ? 0 : insn.immediate + end;
    }

    @Override
    public Op make(Insn insn, int offset, int index) {
        return new BranchOp(insn, offset, index);
    }

    @Override
    @Hot
    void exec(Cpu cpu) {
        if (FORM.detail() == ALWAYS || Control.holds(cpu, FORM.detail())) {
            cpu.rip = cpu.checkedTarget(cpu.blockRip + distance, FORM.width());
        } else {
            cpu.rip = cpu.blockRip + end;
        }
    }

    @Override
    boolean setsRip() {
        return true;
    }
}
