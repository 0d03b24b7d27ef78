package org.jvmx.cpu.interp;

import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.Insn;

/** An instruction that can only fault in the mode it was decoded for; also bytes that are no instruction. */
final class FaultOp extends Op {
    private final int vector;

    FaultOp(int vector, Insn insn, int offset, int index) {
        super(insn, offset, index, false);
        this.vector = vector;
    }

    @Override
    Op exec(Cpu cpu) {
        throw vector == 13 ? cpu.gp(0) : cpu.raise(vector);
    }
}
