package org.jvmx.cpu.semantics;

/** How an instruction's operands reach its meaning, and what becomes of the result. Drivers know these shapes; families use them. */
public sealed interface Meaning {
    /** {@code dst = value(dst, src, cf)}: ADD ADC AND. The source is the last operand. */
    record Binary(Fn value, FlagEffect flags) implements Meaning {
    }

    /** {@code value(dst, src, cf)} for its flags only: CMP TEST. */
    record Compare(Fn value, FlagEffect flags) implements Meaning {
    }

    /** {@code dst = value(dst, 0, cf)}: INC NOT BSWAP. */
    record Unary(Fn value, FlagEffect flags) implements Meaning {
    }

    /** {@code dst = value(0, src, cf)}, the old destination is not read: MOV MOVZX MOVBE; the source has its own width and is zero-extended from it. */
    record Move(Fn value) implements Meaning {
    }

    /** MOVSX MOVSXD: as Move, sign-extended from the source's width. */
    record SignExtend() implements Meaning {
    }

    /** {@code dst = } the offset of the memory operand: LEA. */
    record Address() implements Meaning {
    }

    /**
     * {@code dst = value(cpu, width, dst, src)}, which sets the flags itself, after the result is stored: shifts, rotates and others whose flags are no
     * {@link FlagEffect}. The source is the last operand, or 1 where there is only one operand.
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

    /** How a shift or rotate sets the flags. Called only if the masked count is not zero. */
    @FunctionalInterface
    interface ShiftFlags {
        void record(Cpu cpu, int width, long a, int count, long result);
    }
}
