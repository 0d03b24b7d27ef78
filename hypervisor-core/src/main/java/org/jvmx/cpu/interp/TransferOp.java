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

    private final byte register;
    private final long immediate;
    /** Where it led lately. */
    private Block recent;
    private Block earlier;

    TransferOp() {
        this(null, 0, 0);
    }

    private TransferOp(Insn insn, int offset, int index) {
        super(insn, offset, index, true);
        register = (byte) (insn == null || insn.operandCount == 0 ? 0 : insn.register(0));
        immediate = insn == null || insn.operandCount == 0 ? 0 : insn.immediate;
    }

    @Override
    public Op make(Insn insn, int offset, int index) {
        return new TransferOp(insn, offset, index);
    }

    @Override
    @Hot
    Op exec(Cpu cpu) {
        long target = switch (FORM.detail()) {
            case JUMP -> cpu.checkedTarget(target(cpu), FORM.width());
            case CALL -> call(cpu, target(cpu));
            case CALL_RELATIVE -> call(cpu, cpu.blockRip + end + immediate);
            default -> back(cpu);
        };
        Block to = recent;
        return follow(cpu, to != null && to.linear == target ? to : earlier, target);
    }

    @Override
    void link(Cpu cpu, Block to) {
        earlier = recent;
        recent = to;
    }

    private long target(Cpu cpu) {
        return read(cpu, FORM.target(), register, 0, FORM.addressing(), FORM.width());
    }

    private long call(Cpu cpu, long target) {
        if (FORM.width() == 8) {
            return call64(cpu, target);
        }
        int width = FORM.width();
        int stack = cpu.stackSize();
        long top = cpu.gpr[Cpu.RSP] - width & Cpu.mask(stack);
        cpu.store(Cpu.SS, cpu.linear(Cpu.SS, top, width, true), width, cpu.blockRip + end);
        long checked = cpu.checkedTarget(target, width);
        cpu.reg(Cpu.RSP, stack, top);
        return checked;
    }

    /** The return address is stored before the target is found to be not canonical, or elsewhere beyond the limit. */
    private long call64(Cpu cpu, long target) {
        long top = cpu.gpr[Cpu.RSP] - 8;
        cpu.store64(Cpu.SS, top, cpu.blockRip + end);
        if (!Cpu.canonical(target)) {
            throw cpu.gp(0);
        }
        cpu.gpr[Cpu.RSP] = top;
        return target;
    }

    private long back(Cpu cpu) {
        if (FORM.width() == 8) {
            long top = cpu.gpr[Cpu.RSP];
            long target = cpu.checkedTarget(cpu.load64(Cpu.SS, top), 8);
            cpu.gpr[Cpu.RSP] = top + 8 + (immediate & 0xffff);
            return target;
        }
        return segmentedBack(cpu);
    }

    private long segmentedBack(Cpu cpu) {
        int width = FORM.width();
        int stack = cpu.stackSize();
        long top = cpu.reg(Cpu.RSP, stack);
        long target = cpu.checkedTarget(cpu.load(Cpu.SS, cpu.linear(Cpu.SS, top, width, false), width), width);
        cpu.reg(Cpu.RSP, stack, top + width + (immediate & 0xffff));
        return target;
    }
}
