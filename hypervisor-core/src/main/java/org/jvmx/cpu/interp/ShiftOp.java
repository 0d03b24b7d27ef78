package org.jvmx.cpu.interp;

import java.lang.invoke.MethodHandles;

import org.jvmx.arch.Hot;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.Insn;

/** Shifts and rotates: a masked count of zero leaves destination and flags alone. Template. */
final class ShiftOp extends MemoryOp implements Template {
    private static final Form FORM = Specializer.form(MethodHandles.lookup());

    private final byte target;
    private final byte source;
    private final long immediate;

    ShiftOp() {
        this(null, 0, 0);
    }

    private ShiftOp(Insn insn, int offset, int index) {
        super(insn, offset, index, false);
        target = (byte) (insn == null ? 0 : insn.register(0));
        source = (byte) (insn == null || insn.operandCount < 2 ? 0 : insn.register(insn.operandCount - 1));
        immediate = insn == null ? 0 : insn.immediate;
    }

    @Override
    public Op make(Insn insn, int offset, int index) {
        return new ShiftOp(insn, offset, index);
    }

    @Override
    @Hot
    Op exec(Cpu cpu) {
        int width = FORM.width();
        int count = (int) read(cpu, FORM.source(), source, immediate, FORM.addressing(), 1) & (width == 8 ? 63 : 31);
        long cf = FORM.readsCarry() ? cpu.carry >>> 63 : 0;
        if (FORM.target() == Place.MEMORY) {
            long address = address(cpu, FORM.addressing(), width, true);
            long a = cpu.loadForUpdate(segment, address, width);
            if (count != 0) {
                long result = FORM.value().of(width, a, count, cf) & Cpu.mask(width);
                cpu.store(segment, address, width, result);
                FORM.shiftFlags().record(cpu, width, a, count, result);
            }
            return proceed(cpu);
        }
        long a = read(cpu, FORM.target(), target, 0, FORM.addressing(), width);
        long result = count == 0 ? a : FORM.value().of(width, a, count, cf) & Cpu.mask(width);
        writeRegister(cpu, FORM.target(), target, width, result);
        if (count != 0) {
            FORM.shiftFlags().record(cpu, width, a, count, result);
        }
        return next;
    }
}
