package org.jvmx.cpu.semantics;

import java.util.function.Function;
import org.jvmx.isa.Insn;

/** How an instruction's operands reach its meaning, and what becomes of the result. Drivers know these shapes; families use them. */
public sealed interface Meaning {
    /**
     * {@code dst = value(a, b, cf)}, where {@code b} is the last operand and {@code a} the one before it: with two operands the old destination (ADD ADC
     * AND IMUL), with three of them the first source (ANDN SHLX), and the old destination is not read.
     */
    record Binary(Fn value, FlagEffect flags) implements Meaning {
    }

    /** {@code value(dst, src, cf)} for its flags only: CMP TEST. */
    record Compare(Fn value, FlagEffect flags) implements Meaning {
    }

    /** {@code dst = value(dst, 0, cf)}: INC NOT BSWAP. */
    record Unary(Fn value, FlagEffect flags) implements Meaning {
    }

    /**
     * {@code dst = value(0, src, cf)}, the old destination is not read: MOV MOVZX MOVBE POPCNT; the source is the last operand, has its own width and is
     * zero-extended from it.
     */
    record Move(Fn value, FlagEffect flags) implements Meaning {
        Move(Fn value) {
            this(value, FlagEffect.NONE);
        }
    }

    /** MOVSX MOVSXD: as Move, sign-extended from the source's width. */
    record SignExtend() implements Meaning {
    }

    /** {@code dst = } the offset of the memory operand: LEA. */
    record Address() implements Meaning {
    }

    /**
     * {@code dst = value(dst, count, cf)} where the count is not zero, then {@code flags}: shifts and rotates. The count is the last operand, of which the
     * driver takes the low 5 bits, or 6 for 8-byte operands. By a count of zero the destination is written as it was and the flags stay.
     */
    record Shift(Fn value, ShiftFlags flags) implements Meaning {
    }

    /** A near conditional jump on the condition in the low nibble of the opcode. */
    record JumpIf() implements Meaning {
    }

    /** SETcc. */
    record SetIf() implements Meaning {
    }

    /** CMOVcc: the source is read whatever the condition is. */
    record MoveIf() implements Meaning {
    }

    /** Near transfers and stack instructions that drivers know. */
    record Transfer(Kind kind) implements Meaning {
        /** Which one. */
        public enum Kind {
            JUMP, CALL, RETURN, PUSH, POP
        }
    }

    /** No operation, whatever the operands. */
    record Nothing() implements Meaning {
    }

    /** Everything that touches more than its operands. See the package's contract. */
    record Effect(EffectFn body) implements Meaning {
    }

    /** A mnemonic whose forms have different shapes; {@link Meanings#of(Insn)} resolves it, drivers never see it. */
    record ByForm(Function<Insn, Meaning> form) implements Meaning {
    }

    /** How a shift or rotate sets the flags. Called only if the masked count is not zero. */
    @FunctionalInterface
    interface ShiftFlags {
        /**
         * @param a      the destination operand before, zero-extended
         * @param count  the masked count, not zero
         * @param result the result, zero-extended
         */
        void record(Cpu cpu, int width, long a, int count, long result);
    }
}
