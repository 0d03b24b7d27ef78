package org.jvmx.cpu.interp;

import java.lang.invoke.MethodHandles;

import org.jvmx.arch.Hot;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.Insn;

/** {@code dst = f(a, b)} and flags, or flags only; with three operands ({@code detail}) the first one is written and not read. Template. */
final class BinaryOp extends MemoryOp implements Template {
    static final int THREE_OPERANDS = 1;
    static final int LOCKED = 2;

    private static final Form FORM = Specializer.form(MethodHandles.lookup());

    private final byte target;
    private final byte first;
    private final byte source;
    private final long immediate;

    BinaryOp() {
        this(null, 0, 0);
    }

    private BinaryOp(Insn insn, int offset, int index) {
        super(insn, offset, index, false);
        target = (byte) (insn == null ? 0 : insn.register(0));
        first = (byte) (insn == null || insn.operandCount < 3 ? target : insn.register(1));
        source = (byte) (insn == null || insn.operandCount < 2 ? 0 : insn.register(insn.operandCount - 1));
        immediate = insn == null ? 0 : insn.immediate & Cpu.mask(FORM.sourceWidth());
    }

    @Override
    public Op make(Insn insn, int offset, int index) {
        return new BinaryOp(insn, offset, index);
    }

    @Override
    @Hot
    Op exec(Cpu cpu) {
        int width = FORM.width();
        if (FORM.target() == Place.MEMORY && FORM.writes() && FORM.detail() != THREE_OPERANDS) {
            if (FORM.detail() == LOCKED) {
                updateLocked(cpu, width);
            } else {
                update(cpu, width);
            }
            return proceed(cpu);
        }
        long a = read(cpu, FORM.target(), first, 0, FORM.addressing(), width);
        long b = read(cpu, FORM.source(), source, immediate, FORM.addressing(), FORM.sourceWidth());
        long result = FORM.value().of(width, a, b, carry(cpu)) & Cpu.mask(width);
        if (FORM.detail() == THREE_OPERANDS) {
            cpu.reg(target, width, result);
        } else if (FORM.writes()) {
            writeRegister(cpu, FORM.target(), target, width, result);
        }
        FORM.flags().record(cpu, width, a, b, result);
        return next;
    }

    private void update(Cpu cpu, int width) {
        long address = address(cpu, FORM.addressing(), width, true);
        long a = cpu.loadForUpdate(segment, address, width);
        long b = read(cpu, FORM.source(), source, immediate, FORM.addressing(), FORM.sourceWidth());
        long result = FORM.value().of(width, a, b, carry(cpu)) & Cpu.mask(width);
        cpu.store(segment, address, width, result);
        FORM.flags().record(cpu, width, a, b, result);
    }

    /** {@link #update} where other processors run in other threads. */
    private void updateLocked(Cpu cpu, int width) {
        long address = address(cpu, FORM.addressing(), width, true);
        long b = read(cpu, FORM.source(), source, immediate, FORM.addressing(), FORM.sourceWidth());
        long a;
        long result;
        do {
            a = cpu.loadForUpdate(segment, address, width);
            result = FORM.value().of(width, a, b, carry(cpu)) & Cpu.mask(width);
        } while (!cpu.compareAndStore(segment, address, width, a, result));
        FORM.flags().record(cpu, width, a, b, result);
    }

    private static long carry(Cpu cpu) {
        return FORM.readsCarry() ? cpu.carry >>> 63 : 0;
    }
}
