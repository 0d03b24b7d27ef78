package org.jvmx.cpu.interp;

import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.cpu.semantics.EffectFn;
import org.jvmx.cpu.semantics.FlagEffect;
import org.jvmx.cpu.semantics.Fn;
import org.jvmx.cpu.semantics.Meaning;
import org.jvmx.cpu.semantics.Meanings;
import org.jvmx.isa.FlagRule;
import org.jvmx.isa.Insn;
import org.jvmx.isa.OperandKind;

/** Chooses the op for an instruction: by the shape of its meaning the template, by its operands the form. */
final class OpFactory {
    private static final int VECTOR_UD = 6;

    private final Meanings meanings;

    OpFactory(Meanings meanings) {
        this.meanings = meanings;
    }

    /** The op for an instruction at its place in a block; in the processor's present mode. */
    Op make(Cpu cpu, Insn insn, int offset, int index) {
        int fault = Guards.fault(cpu, insn);
        if (fault >= 0) {
            return new FaultOp(fault, insn, offset, index);
        }
        return switch (meanings.of(insn)) {
            case null -> new FaultOp(VECTOR_UD, insn, offset, index);
            case Meaning.Nothing() -> new NothingOp(insn, offset, index);
            case Meaning.Binary(var value, var flags) when cpu.isLocked(insn) -> locked(insn, value, flags).make(insn, offset, index);
            case Meaning.Unary(var value, var flags) when cpu.isLocked(insn) -> locked(insn, value, flags).make(insn, offset, index);
            case Meaning shape -> template(shape, insn).make(insn, offset, index);
        };
    }

    private static Template template(Meaning shape, Insn insn) {
        int condition = insn.opcode & 15;
        return switch (shape) {
            case Meaning.Binary(var value, var flags) -> Specializer.of(BinaryOp.class, binary(insn, value, flags, true));
            case Meaning.Compare(var value, var flags) -> Specializer.of(BinaryOp.class, binary(insn, value, flags, false));
            case Meaning.Unary(var value, var flags) -> Specializer.of(BinaryOp.class, binary(insn, value, flags, true));
            case Meaning.Shift(var value, var flags) -> Specializer.of(ShiftOp.class, shift(insn, value, flags));
            case Meaning.Move(var value, var flags) -> Specializer.of(MoveOp.class, move(insn, value, flags, 0));
            case Meaning.SignExtend() -> Specializer.of(MoveOp.class, move(insn, null, FlagEffect.NONE, MoveOp.SIGN_EXTEND));
            case Meaning.Address() -> Specializer.of(AddressOp.class, plain(insn, insn.operandSize, 0));
            case Meaning.JumpIf() -> Specializer.of(BranchOp.class, plain(insn, insn.operandSize, condition));
            case Meaning.SetIf() -> Specializer.of(ConditionalOp.class, operands(insn, 1, condition));
            case Meaning.MoveIf() -> Specializer.of(ConditionalOp.class, operands(insn, insn.width(0), condition));
            case Meaning.Transfer(var kind) -> transfer(kind, insn);
            case Meaning.Effect(var body) -> Specializer.of(EffectOp.class, effect(body));
            case Meaning.Nothing(),Meaning.ByForm(_) -> throw new IllegalStateException("no template for " + insn);
        };
    }

    private static Template transfer(Meaning.Transfer.Kind kind, Insn insn) {
        boolean relative = insn.operandCount > 0 && insn.kind(0) == OperandKind.RELATIVE;
        return switch (kind) {
            case JUMP -> relative ? Specializer.of(BranchOp.class, plain(insn, insn.operandSize, BranchOp.ALWAYS))
                    : Specializer.of(TransferOp.class, operands(insn, insn.operandSize, TransferOp.JUMP));
            case CALL -> relative ? Specializer.of(TransferOp.class, plain(insn, insn.operandSize, TransferOp.CALL_RELATIVE))
                    : Specializer.of(TransferOp.class, operands(insn, insn.operandSize, TransferOp.CALL));
            case RETURN -> Specializer.of(TransferOp.class, plain(insn, insn.operandSize, TransferOp.RETURN));
            case PUSH -> Specializer.of(StackOp.class, operands(insn, insn.operandSize, StackOp.PUSH));
            case POP -> Specializer.of(StackOp.class, operands(insn, insn.operandSize, StackOp.POP));
        };
    }

    private static Template locked(Insn insn, Fn value, FlagEffect flags) {
        return Specializer.of(BinaryOp.class, binary(insn, value, flags, true, BinaryOp.LOCKED));
    }

    private static Form binary(Insn insn, Fn value, FlagEffect flags, boolean writes) {
        return binary(insn, value, flags, writes, insn.operandCount == 3 ? BinaryOp.THREE_OPERANDS : 0);
    }

    private static Form binary(Insn insn, Fn value, FlagEffect flags, boolean writes, int detail) {
        int last = insn.operandCount - 1;
        int source = last == 0 ? Place.NONE : Place.of(insn, last);
        int target = Place.of(insn, detail == BinaryOp.THREE_OPERANDS ? 1 : 0);
        return new Form(value, null, flags, null, readsCarry(insn), writes, insn.width(0), insn.width(last), target, source,
                MemoryOp.addressing(insn), detail);
    }

    private static Form shift(Insn insn, Fn value, Meaning.ShiftFlags flags) {
        int source = insn.operandCount == 1 ? Place.NONE : Place.of(insn, insn.operandCount - 1);
        return new Form(value, null, null, flags, readsCarry(insn), true, insn.width(0), 1, Place.of(insn, 0), source,
                MemoryOp.addressing(insn), 0);
    }

    private static Form move(Insn insn, Fn value, FlagEffect flags, int detail) {
        int last = insn.operandCount - 1;
        return new Form(value, null, flags, null, false, true, insn.width(0), insn.width(last), Place.of(insn, 0), Place.of(insn, last),
                MemoryOp.addressing(insn), detail);
    }

    private static Form effect(EffectFn body) {
        return new Form(null, body, null, null, false, false, 0, 0, Place.NONE, Place.NONE, MemoryOp.BASE, 0);
    }

    private static Form plain(Insn insn, int width, int detail) {
        return new Form(null, null, null, null, false, false, width, width, Place.NONE, Place.NONE, MemoryOp.addressing(insn), detail);
    }

    private static Form operands(Insn insn, int width, int detail) {
        int source = insn.operandCount < 2 ? Place.NONE : Place.of(insn, 1);
        return new Form(null, null, null, null, false, false, width, width, Place.of(insn, 0), source, MemoryOp.addressing(insn), detail);
    }

    private static boolean readsCarry(Insn insn) {
        return (insn.row.flags.read() & FlagRule.CF) != 0;
    }
}
