package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.Flags;

/**
 * How an instruction's result becomes the flag words of {@link Flags}. {@link #record} is meant to be called on a constant. Flags that the SDM leaves
 * undefined become what Intel's processors make of them.
 */
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
    NEG,
    /** CF and OF tell whether the signed product does not fit; ZF is zero. */
    MULTIPLY,
    /** CF is bit b of a; the others stay. */
    BIT,
    /** ZF by the result; the others zero. */
    POPCNT,
    /** CF tells whether the source is zero, ZF whether the result is. */
    ZERO_COUNT,
    /** SF and ZF by the result, CF zero. */
    ANDN,
    /** ZF by the result; the others zero. */
    BEXTR,
    /** SF and ZF by the result, CF tells whether the source is not zero. */
    BLSI,
    /** SF and ZF by the result, CF tells whether the source is zero. */
    BLSR,
    /** SF and ZF by the result, CF tells whether the index in the low byte of b is beyond the operand. */
    BZHI;

    /** {@code sign} word with SF and PF zero. */
    private static final long POSITIVE_ODD = 1;

    /**
     * Records the flags of one operation.
     *
     * @param width  bytes of the operation
     * @param a      destination operand or first source, zero-extended
     * @param b      last source operand, zero-extended
     * @param result the result, zero-extended
     */
    public void record(Cpu cpu, int width, long a, long b, long result) {
        switch (this) {
            case NONE -> {}
            case MULTIPLY, BIT, POPCNT, ZERO_COUNT, ANDN, BEXTR, BLSI, BLSR, BZHI -> recordUncommon(cpu, width, a, b, result);
            default -> recordCommon(cpu, width, a, b, result);
        }
    }

    private void recordCommon(Cpu cpu, int width, long a, long b, long result) {
        cpu.zero = result;
        cpu.sign = Cpu.signed(result, width);
        switch (this) {
            case ADD -> cpu.carry = place(a & b | (a | b) & ~result, width);
            case SUB -> cpu.carry = place(~a & b | (~a | b) & result, width);
            case INC -> cpu.carry = keepCarry(cpu.carry, place(a & ~result, width));
            case DEC -> cpu.carry = keepCarry(cpu.carry, place(~a & result, width));
            case NEG -> cpu.carry = place(a | result, width);
            default -> cpu.carry = 0;
        }
    }

    private void recordUncommon(Cpu cpu, int width, long a, long b, long result) {
        switch (this) {
            case MULTIPLY -> multiply(cpu, width, a, b, result);
            case BIT -> cpu.cf((a >>> (b & 8 * width - 1) & 1) != 0);
            case POPCNT, BEXTR -> set(cpu, result, POSITIVE_ODD, false);
            case ZERO_COUNT -> set(cpu, result, POSITIVE_ODD, b == 0);
            case ANDN -> set(cpu, result, signOnly(result, width), false);
            case BLSI -> set(cpu, result, signOnly(result, width), b != 0);
            case BLSR -> set(cpu, result, signOnly(result, width), b == 0);
            default -> set(cpu, result, signOnly(result, width), (b & 0xff) >= 8 * width);
        }
    }

    private static void multiply(Cpu cpu, int width, long a, long b, long result) {
        long low = Cpu.signed(result, width);
        boolean fits = width == 8 ? Math.multiplyHigh(a, b) == low >> 63 : Cpu.signed(a, width) * Cpu.signed(b, width) == low;
        set(cpu, 1, low, false);
        cpu.carry = fits ? 0 : Flags.CARRY_OUT;
    }

    private static void set(Cpu cpu, long zero, long sign, boolean carry) {
        cpu.zero = zero;
        cpu.sign = sign;
        cpu.carry = carry ? Flags.CARRY_OUT | Flags.CARRY_IN : 0;
    }

    /** {@code sign} word with SF of a result and PF zero. */
    private static long signOnly(long result, int width) {
        return Cpu.signed(result, width) & ~0xffL | POSITIVE_ODD;
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
