package org.jvmx.cpu.fp;

/**
 * The operations on operands that are not NaNs, up to rounding, with the exceptions that are detected before it. Shared by SSE and x87.
 * SDM Vol. 1, "Floating-Point Exceptions".
 */
final class Arithmetic {
    static final int ZERO = Operand.ZERO;
    static final int FINITE = Operand.FINITE;
    static final int INFINITE = Operand.INFINITE;
    static final int INVALID = Operand.QUIET_NAN;

    final Operand a = new Operand();
    final Operand b = new Operand();
    /** What {@link #multiplyAdd} adds. */
    final Operand c = new Operand();
    final Exact result = new Exact();
    private final Exact addend = new Exact();
    /** IE, DE and ZE as the last operation found them. */
    int flags;

    /** {@code a + b}; the sign of an exact zero of two different signs follows the rounding mode. Returns the kind of the result. */
    int add(int rounding) {
        flags = a.denormal | b.denormal ? FpException.DE : 0;
        if (a.kind == INFINITE || b.kind == INFINITE) {
            if (a.kind == b.kind && a.sign != b.sign) {
                return invalid();
            }
            result.sign = a.kind == INFINITE ? a.sign : b.sign;
            return INFINITE;
        }
        int zeroSign = a.sign == b.sign ? a.sign : rounding == FpException.DOWN ? 1 : 0;
        if (a.kind == ZERO || b.kind == ZERO) {
            Operand other = a.kind == ZERO ? b : a;
            result.set(other.kind == ZERO ? zeroSign : other.sign, other.exponent, other.significand);
            return other.kind;
        }
        boolean swap = a.exponent < b.exponent || a.exponent == b.exponent && Long.compareUnsigned(a.significand, b.significand) < 0;
        Operand large = swap ? b : a;
        Operand small = swap ? a : b;
        result.set(large.sign, large.exponent, large.significand);
        if (a.sign == b.sign) {
            result.plus(small.exponent, small.significand);
            return FINITE;
        }
        result.minus(small.exponent, small.significand);
        if (result.isZero()) {
            result.sign = zeroSign;
            return ZERO;
        }
        return FINITE;
    }

    int multiply() {
        flags = a.denormal | b.denormal ? FpException.DE : 0;
        result.sign = a.sign ^ b.sign;
        if (a.kind == INFINITE || b.kind == INFINITE) {
            return a.kind == ZERO || b.kind == ZERO ? invalid() : INFINITE;
        }
        if (a.kind == ZERO || b.kind == ZERO) {
            return ZERO;
        }
        result.product(a.exponent + b.exponent, a.significand, b.significand);
        return FINITE;
    }

    /** {@code a * b + c}, rounded once. SDM Vol. 1, "Fused-Multiply-ADD (FMA) Numeric Behavior". */
    int multiplyAdd(int rounding) {
        int product = multiply();
        if (product == INVALID) {
            return INVALID;
        }
        flags |= c.denormal ? FpException.DE : 0;
        if (c.kind == INFINITE) {
            if (product == INFINITE && result.sign != c.sign) {
                return invalid();
            }
            result.sign = c.sign;
            return INFINITE;
        }
        int zeroSign = result.sign == c.sign ? c.sign : rounding == FpException.DOWN ? 1 : 0;
        if (product == INFINITE || c.kind == ZERO) {
            result.sign = product == ZERO ? zeroSign : result.sign;
            return product;
        }
        if (product == ZERO) {
            result.set(c.sign, c.exponent, c.significand);
            return FINITE;
        }
        addend.set(c.sign, c.exponent, c.significand);
        result.add(addend);
        if (result.isZero()) {
            result.sign = zeroSign;
            return ZERO;
        }
        return FINITE;
    }

    /** {@code a / b}. */
    int divide() {
        flags = a.denormal | b.denormal ? FpException.DE : 0;
        result.sign = a.sign ^ b.sign;
        if (a.kind == b.kind && a.kind != FINITE) {
            return invalid();
        }
        if (a.kind == INFINITE || b.kind == ZERO) {
            if (a.kind == FINITE) {
                flags = FpException.ZE;
            }
            return INFINITE;
        }
        if (a.kind == ZERO || b.kind == INFINITE) {
            return ZERO;
        }
        result.quotient(a.exponent - b.exponent, a.significand, b.significand);
        return FINITE;
    }

    /** The square root of {@code a}. */
    int root() {
        flags = a.denormal ? FpException.DE : 0;
        result.sign = a.sign;
        if (a.kind == ZERO) {
            return ZERO;
        }
        if (a.sign != 0) {
            return invalid();
        }
        if (a.kind == INFINITE) {
            return INFINITE;
        }
        result.root(a.exponent, a.significand);
        return FINITE;
    }

    /**
     * Rounds {@code a} to an integer; the magnitude is then in {@code result.high}. Returns PE and ROUNDED_UP, or IE if it is 2^64 or
     * more.
     */
    int integer(int rounding) {
        if (a.kind == ZERO) {
            result.set(a.sign, 63, 0);
            return 0;
        }
        if (a.kind != FINITE || a.exponent > 63) {
            return FpException.IE;
        }
        result.set(a.sign, a.exponent, a.significand);
        result.denormalize(63);
        return result.roundTo(64, rounding);
    }

    /** -1, 0 or 1 as {@code a} is less than, equal to or greater than {@code b}. */
    int compare() {
        int left = a.kind == ZERO ? 0 : a.sign == 0 ? 1 : -1;
        int right = b.kind == ZERO ? 0 : b.sign == 0 ? 1 : -1;
        if (left != right) {
            return Integer.compare(left, right);
        }
        return left * compareMagnitudes();
    }

    private int compareMagnitudes() {
        if (a.kind != b.kind || a.kind != FINITE) {
            return Integer.compare(a.kind, b.kind);
        }
        return a.exponent != b.exponent ? Integer.compare(a.exponent, b.exponent) : Long.compareUnsigned(a.significand, b.significand);
    }

    private int invalid() {
        flags = FpException.IE;
        return INVALID;
    }
}
