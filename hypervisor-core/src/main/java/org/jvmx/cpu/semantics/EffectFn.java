package org.jvmx.cpu.semantics;

import org.jvmx.isa.Insn;

/** What an instruction does that is more than a function of its operands. */
@FunctionalInterface
public interface EffectFn {
    void run(Cpu cpu, Insn insn);
}
