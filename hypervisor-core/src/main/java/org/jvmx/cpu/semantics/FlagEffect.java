package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.Flags;

/** How an instruction's result becomes the flag words of {@link Flags}. {@link #record} is meant to be called with a constant. */
public enum FlagEffect {
    /** Leaves all flags. */
    NONE,
    /** Carries of a + b (+ CF). */
    ADD,
    /** Borrows of a - b (- CF). */
    SUB,
    /** CF and OF zero. */
    LOGIC,
    /** As ADD of one, but CF stays. */
    INC,
    /** As SUB of one, but CF stays. */
    DEC,
    /** As SUB of a from zero. */
    NEG;

    /**
     * Records the flags of one operation.
     *
     * @param width  bytes of the operation
     * @param a      destination operand, zero-extended
     * @param b      source operand, zero-extended
     * @param result the result, zero-extended
     */
    public void record(Cpu cpu, int width, long a, long b, long result) {
        if (this == NONE) {
            return;
        }
        int shift = 64 - 8 * width;
        cpu.zero = result;
        cpu.sign = result << shift >> shift;
        switch (this) {
            case ADD -> cpu.carry = place(a & b | (a | b) & ~result, width);
            case SUB -> cpu.carry = place(~a & b | (~a | b) & result, width);
            case LOGIC -> cpu.carry = 0;
            case INC -> cpu.carry = keepCarry(cpu.carry, place(a & ~result, width));
            case DEC -> cpu.carry = keepCarry(cpu.carry, place(~a & result, width));
            case NEG -> cpu.carry = place(a | result, width);
            case NONE -> { }
        }
    }

    /** Moves a vector of carries to where the flags are read. */
    private static long place(long carries, int width) {
        return width == 8 ? carries : carries << 64 - 8 * width | carries & Flags.HALF_CARRY;
    }

    /** The old CF with the new OF and AF. */
    private static long keepCarry(long old, long carries) {
        long overflow = (carries ^ carries << 1) & Flags.CARRY_OUT;
        return old & Flags.CARRY_OUT | ((old ^ overflow) & Flags.CARRY_OUT) >>> 1 | carries & Flags.HALF_CARRY;
    }
}
