package org.jvmx.cpu.interp;

import org.jvmx.arch.Hot;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.Insn;

/** An instruction without effect. */
final class NothingOp extends Op {
    NothingOp(Insn insn, int offset, int index) {
        super(insn, offset, index, false);
    }

    @Override
    @Hot
    Op exec(Cpu cpu) {
        return next;
    }
}
