package org.jvmx.cpu.interp;

import java.lang.invoke.MethodHandles;

import org.jvmx.arch.Hot;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.Insn;

/** LEA. Template. */
final class AddressOp extends MemoryOp implements Template {
    private static final Form FORM = Specializer.form(MethodHandles.lookup());

    private final byte target;

    AddressOp() {
        this(null, 0, 0);
    }

    private AddressOp(Insn insn, int offset, int index) {
        super(insn, offset, index, false);
        target = (byte) (insn == null ? 0 : insn.register(0));
    }

    @Override
    public Op make(Insn insn, int offset, int index) {
        return new AddressOp(insn, offset, index);
    }

    @Override
    @Hot
    Op exec(Cpu cpu) {
        boolean plain = FORM.addressing() <= INDEXED || FORM.addressing() == FROM_RIP;
        cpu.reg(target, FORM.width(), plain ? address(cpu, FORM.addressing(), 1, false) : effectiveOffset(cpu, FORM.addressing()));
        return next;
    }
}
