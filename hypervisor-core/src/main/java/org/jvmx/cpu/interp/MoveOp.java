package org.jvmx.cpu.interp;

import java.lang.invoke.MethodHandles;

import org.jvmx.arch.Hot;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.Insn;

/** {@code dst = f(src)}: moves with zero or sign extension ({@code detail} 1). Template. */
final class MoveOp extends MemoryOp implements Template {
    static final int SIGN_EXTEND = 1;

    private static final Form FORM = Specializer.form(MethodHandles.lookup());

    private final byte target;
    private final byte source;
    private final long immediate;

    MoveOp() {
        this(null, 0, 0);
    }

    private MoveOp(Insn insn, int offset, int index) {
        super(insn, offset, index, false);
        target = (byte) (insn == null ? 0 : insn.register(0));
        source = (byte) (insn == null ? 0 : insn.register(insn.operandCount - 1));
        immediate = insn == null ? 0 : insn.immediate;
    }

    @Override
    public Op make(Insn insn, int offset, int index) {
        return new MoveOp(insn, offset, index);
    }

    @Override
    @Hot
    Op exec(Cpu cpu) {
        int width = FORM.width();
        long b = read(cpu, FORM.source(), source, immediate, FORM.addressing(), FORM.sourceWidth());
        long value = FORM.detail() == SIGN_EXTEND ? Cpu.signed(b, FORM.sourceWidth()) : FORM.value().of(width, 0, b, 0);
        if (FORM.target() == Place.MEMORY) {
            cpu.store(segment, address(cpu, FORM.addressing(), width, true), width, value);
        } else {
            writeRegister(cpu, FORM.target(), target, width, value);
        }
        FORM.flags().record(cpu, width, 0, b, value & Cpu.mask(width));
        return FORM.target() == Place.MEMORY ? proceed(cpu) : next;
    }
}
