package org.jvmx.cpu.interp;

import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.Insn;

/** One decoded instruction at its place in a block, ready to run. */
public abstract class Op {
    /** What the bytes are. */
    final Insn insn;
    /** Bytes from the start of the block to this instruction. */
    final int offset;
    /** Bytes from the start of the block to the next instruction. */
    final int end;
    /** Instructions before this one in the block. */
    final int index;

    Op(Insn insn, int offset, int index) {
        this.insn = insn;
        this.offset = offset;
        this.index = index;
        this.end = offset + (insn == null ? 0 : insn.length);
    }

    /** Runs the instruction: all of it, or nothing of it and a guest event. */
    abstract void exec(Cpu cpu);

    /** Whether the op leaves {@code cpu.rip} at the next instruction to run; otherwise that is the one at {@link #end}. */
    boolean setsRip() {
        return false;
    }
}
