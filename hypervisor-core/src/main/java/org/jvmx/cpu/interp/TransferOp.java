package org.jvmx.cpu.interp;

import java.lang.invoke.MethodHandles;

import org.jvmx.arch.Hot;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.Insn;

/** Near indirect JMP, near CALL and near RET; {@code detail} says which. Template. */
final class TransferOp extends MemoryOp implements Template {
    static final int JUMP = 0;
    static final int CALL = 1;
    static final int CALL_RELATIVE = 2;
    static final int RETURN = 3;

    private static final Form FORM = Specializer.form(MethodHandles.lookup());

    private final int register;
    private final long immediate;

    TransferOp() {
        this(null, 0, 0);
    }

    private TransferOp(Insn insn, int offset, int index) {
        super(insn, offset, index);
        register = insn == null || insn.operandCount == 0 ? 0 : insn.register(0);
        immediate = insn == null || insn.operandCount == 0 ? 0 : insn.immediate;
    }

    @Override
    public Op make(Insn insn, int offset, int index) {
        return new TransferOp(insn, offset, index);
    }

    @Override
    @Hot
    void exec(Cpu cpu) {
        switch (FORM.detail()) {
            case JUMP -> cpu.rip = cpu.checkedTarget(target(cpu), FORM.width());
            case CALL -> call(cpu, target(cpu));
            case CALL_RELATIVE -> call(cpu, cpu.blockRip + end + immediate);
            default -> back(cpu);
        }
    }

    private long target(Cpu cpu) {
        return read(cpu, FORM.target(), register, 0, FORM.addressing(), FORM.width());
    }

    private void call(Cpu cpu, long target) {
        long checked = cpu.checkedTarget(target, FORM.width());
        cpu.push(FORM.width(), cpu.blockRip + end);
        cpu.rip = checked;
    }

    private void back(Cpu cpu) {
        int width = FORM.width();
        int stack = cpu.stackSize();
        long top = cpu.reg(Cpu.RSP, stack);
        long target = cpu.checkedTarget(cpu.load(Cpu.SS, cpu.linear(Cpu.SS, top, width, false), width), width);
        cpu.reg(Cpu.RSP, stack, top + width + (immediate & 0xffff));
        cpu.rip = target;
    }

    @Override
    boolean setsRip() {
        return true;
    }
}
