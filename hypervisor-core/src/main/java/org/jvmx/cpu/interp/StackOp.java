package org.jvmx.cpu.interp;

import java.lang.invoke.MethodHandles;

import org.jvmx.arch.Hot;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.Insn;

/** PUSH and POP of general registers, memory and immediates; {@code detail} 1 is POP. Template. */
final class StackOp extends MemoryOp implements Template {
    static final int PUSH = 0;
    static final int POP = 1;

    private static final Form FORM = Specializer.form(MethodHandles.lookup());

    private final byte register;
    private final long immediate;

    StackOp() {
        this(null, 0, 0);
    }

    private StackOp(Insn insn, int offset, int index) {
        super(insn, offset, index, false);
        register = (byte) (insn == null ? 0 : insn.register(0));
        immediate = insn == null ? 0 : insn.immediate;
    }

    @Override
    public Op make(Insn insn, int offset, int index) {
        return new StackOp(insn, offset, index);
    }

    @Override
    @Hot
    Op exec(Cpu cpu) {
        int width = FORM.width();
        if (FORM.detail() == PUSH) {
            push(cpu, width, read(cpu, FORM.target(), register, immediate, FORM.addressing(), width));
        } else if (FORM.target() == Place.REGISTER) {
            cpu.reg(register, width, pop(cpu, width));
        } else {
            popMemory(cpu, width);
        }
        return FORM.detail() == PUSH || FORM.target() == Place.MEMORY ? proceed(cpu) : next;
    }

    /** The address of the operand is computed after RSP moved; if the store faults, RSP is as before. */
    private void popMemory(Cpu cpu, int width) {
        long before = cpu.gpr[Cpu.RSP];
        long value = cpu.pop(width);
        long after = cpu.gpr[Cpu.RSP];
        boolean done = false;
        try {
            long address = address(cpu, FORM.addressing(), width, true);
            cpu.store(segment, address, width, value);
            done = true;
        } finally {
            cpu.gpr[Cpu.RSP] = done ? after : before;
        }
    }
}
