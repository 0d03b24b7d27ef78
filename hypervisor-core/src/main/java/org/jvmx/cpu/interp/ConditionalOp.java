package org.jvmx.cpu.interp;

import java.lang.invoke.MethodHandles;

import org.jvmx.arch.Hot;
import org.jvmx.cpu.semantics.Control;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.Insn;

/** SETcc (one operand) and CMOVcc (two); {@code detail} is the condition. Template. */
final class ConditionalOp extends MemoryOp implements Template {
    private static final Form FORM = Specializer.form(MethodHandles.lookup());

    private final byte target;
    private final byte source;

    ConditionalOp() {
        this(null, 0, 0);
    }

    private ConditionalOp(Insn insn, int offset, int index) {
        super(insn, offset, index, false);
        target = (byte) (insn == null ? 0 : insn.register(0));
        source = (byte) (insn == null || insn.operandCount < 2 ? 0 : insn.register(1));
    }

    @Override
    public Op make(Insn insn, int offset, int index) {
        return new ConditionalOp(insn, offset, index);
    }

    @Override
    @Hot
    Op exec(Cpu cpu) {
        boolean holds = Control.holds(cpu, FORM.detail());
        if (FORM.source() != Place.NONE) {
            long value = read(cpu, FORM.source(), source, 0, FORM.addressing(), FORM.width());
            cpu.reg(target, FORM.width(), holds ? value : cpu.reg(target, FORM.width()));
        } else if (FORM.target() == Place.MEMORY) {
            cpu.store8(segment, address(cpu, FORM.addressing(), 1, true), holds ? 1 : 0);
        } else {
            writeRegister(cpu, FORM.target(), target, 1, holds ? 1 : 0);
        }
        return FORM.target() == Place.MEMORY ? proceed(cpu) : next;
    }
}
