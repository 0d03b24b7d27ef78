package org.jvmx.cpu.fp;

/**
 * Double extended precision arithmetic of the x87 FPU. Operands are pairs of sign and exponent (16 bits) and significand; results and
 * exceptions go to fields. Knows no register stack. One per processor, never shared between threads. SDM Vol. 1, "Programming with the
 * x87 FPU".
 */
public final class Fp80 {
    /** The bias of the exponent. */
    public static final int BIAS = 16383;
    /** Condition codes as they are in the status word; C1 says that the result was rounded up. */
    public static final int C0 = 0x100;
    /** See {@link #C0}. */
    public static final int C1 = 0x200;
    /** See {@link #C0}. */
    public static final int C2 = 0x400;
    /** See {@link #C0}. */
    public static final int C3 = 0x4000;
    /** The control word after FINIT. */
    public static final int RESET_CONTROL = 0x37f;
    /** Sign and exponent of infinities and NaNs that are positive. */
    public static final int SPECIAL = 0x7fff;
    /** Sign and exponent of the real indefinite. */
    public static final int INDEFINITE_EXPONENT = 0xffff;
    /** Significand of the real indefinite. */
    public static final long INDEFINITE_SIGNIFICAND = 0xc000_0000_0000_0000L;

    static final int LEAST_EXPONENT = 1 - BIAS;
    static final int FULL = 64;
    private static final int BIAS_ADJUSTMENT = 24576;
    static final long QUIET = 1L << 62;

    /** The control word: masks, precision control, rounding control. */
    public int control = RESET_CONTROL;
    /** Exceptions and condition codes of the last operation. */
    public int status;
    /** Sign and exponent of the last result. */
    public int signExponent;
    /** Significand of the last result. */
    public long significand;
    /** Sign and exponent of the second result, of operations that push one. */
    public int secondSignExponent;
    /** Significand of the second result. */
    public long secondSignificand;

    /** Whether the operand that was widened last from memory was denormal in its own format. The next operation takes it into account. */
    boolean denormalOperand;

    final Arithmetic arithmetic = new Arithmetic();
    final Fp80Function function = new Fp80Function(this);

    /** Arithmetic under the control word of FINIT. */
    public Fp80() {
    }

    /** The rounding mode. */
    public int rounding() {
        return control >>> 10 & 3;
    }

    /** Significant bits that basic arithmetic rounds to. */
    int precision() {
        return switch (control >>> 8 & 3) {
            case 0 -> 24;
            case 2 -> 53;
            default -> FULL;
        };
    }

    /** Begins an instruction under a control word. */
    public void begin(int controlWord) {
        control = controlWord;
        status = 0;
        denormalOperand = false;
    }

    /** Exceptions of the last operation that are not masked. */
    public int unmasked() {
        return status & ~control & FpException.ALL;
    }

    /** Whether the last operation has a result: not after an unmasked exception that is detected before the operation. */
    public boolean hasResult() {
        return (unmasked() & FpException.BEFORE_OPERATION) == 0;
    }

    boolean masked(int exception) {
        return (control & exception) != 0;
    }

    /** FADD. */
    public void add(int exponentX, long x, int exponentY, long y) {
        if (begin(exponentX, x, exponentY, y)) {
            finish(arithmetic.add(rounding()), precision());
        }
    }

    /** FSUB: x - y. */
    public void subtract(int exponentX, long x, int exponentY, long y) {
        if (begin(exponentX, x, exponentY, y)) {
            arithmetic.b.sign ^= 1;
            finish(arithmetic.add(rounding()), precision());
        }
    }

    /** FMUL. */
    public void multiply(int exponentX, long x, int exponentY, long y) {
        if (begin(exponentX, x, exponentY, y)) {
            finish(arithmetic.multiply(), precision());
        }
    }

    /** FDIV: x / y. */
    public void divide(int exponentX, long x, int exponentY, long y) {
        if (begin(exponentX, x, exponentY, y)) {
            finish(arithmetic.divide(), precision());
        }
    }

    /** FSQRT. */
    public void squareRoot(int exponentX, long x) {
        if (begin(exponentX, x)) {
            finish(arithmetic.root(), precision());
        }
    }

    /** FCOM, or FUCOM if quiet NaNs are valid: C3 C2 C0 in the status. */
    public void compare(int exponentX, long x, int exponentY, long y, boolean quietIsInvalid) {
        Operand a = arithmetic.a;
        Operand b = arithmetic.b;
        load(exponentX, x, exponentY, y);
        if (a.isNan() || b.isNan()) {
            boolean invalid = quietIsInvalid || a.kind > Operand.QUIET_NAN || b.kind > Operand.QUIET_NAN;
            status = C3 | C2 | C0 | (invalid ? FpException.IE : 0);
            return;
        }
        int order = arithmetic.compare();
        status = (a.denormal | b.denormal ? FpException.DE : 0) | (order < 0 ? C0 : order == 0 ? C3 : 0);
    }

    /** FXAM of a register that is not empty: the class in C3 C2 C0, the sign in C1. */
    public void examine(int exponentX, long x) {
        Operand a = arithmetic.a;
        a.load(exponentX, x);
        int kind = switch (a.kind) {
            case Operand.ZERO -> C3;
            case Operand.FINITE -> a.denormal ? C3 | C2 : C2;
            case Operand.INFINITE -> C2 | C0;
            case Operand.UNSUPPORTED -> 0;
            default -> C0;
        };
        status = kind | (a.sign != 0 ? C1 : 0);
    }

    /** FRNDINT. */
    public void roundToInteger(int exponentX, long x) {
        if (!begin(exponentX, x)) {
            return;
        }
        Operand a = arithmetic.a;
        status = a.denormal ? FpException.DE : 0;
        if (a.kind != Operand.FINITE || a.exponent >= 63 || !hasResult()) {
            setResult(exponentX, x);
            return;
        }
        status |= arithmetic.integer(rounding());
        Exact result = arithmetic.result;
        result.normalize();
        encode(result.isZero() ? Operand.ZERO : Operand.FINITE);
    }

    /** FSCALE: x times two to the power of y truncated. */
    public void scale(int exponentX, long x, int exponentY, long y) {
        if (!begin(exponentX, x, exponentY, y)) {
            return;
        }
        Operand a = arithmetic.a;
        Operand b = arithmetic.b;
        arithmetic.flags = a.denormal | b.denormal ? FpException.DE : 0;
        arithmetic.result.set(a.sign, a.exponent, a.significand);
        int kind = a.kind;
        if (b.kind == Operand.ZERO) {
            keep(exponentX, x);
            return;
        }
        if (b.kind == Operand.INFINITE) {
            int opposite = b.sign == 0 ? Operand.ZERO : Operand.INFINITE;
            if (a.kind == opposite) {
                invalid();
                return;
            }
            kind = b.sign == 0 ? Operand.INFINITE : Operand.ZERO;
        } else if (b.kind == Operand.FINITE && a.kind == Operand.FINITE && b.exponent >= 0) {
            int power = b.exponent > 16 ? 0x1_0000 : (int) (b.significand >>> (63 - b.exponent));
            arithmetic.result.exponent += b.sign == 0 ? power : -power;
        }
        finish(kind, FULL);
    }

    /** FXTRACT: the exponent is the result, the significand the second result. */
    public void extract(int exponentX, long x) {
        if (!begin(exponentX, x)) {
            secondSignExponent = signExponent;
            secondSignificand = significand;
            return;
        }
        Operand a = arithmetic.a;
        int sign = exponentX & 0x8000;
        if (a.kind == Operand.FINITE) {
            status = a.denormal ? FpException.DE : 0;
            secondSignExponent = sign | BIAS;
            secondSignificand = a.significand;
            setInteger(a.exponent);
            return;
        }
        secondSignExponent = exponentX;
        secondSignificand = x;
        status = a.kind == Operand.ZERO ? FpException.ZE : 0;
        setResult(a.kind == Operand.ZERO ? 0x8000 | SPECIAL : SPECIAL, Long.MIN_VALUE);
    }

    /**
     * FPREM, or FPREM1 if the quotient is rounded to nearest: the remainder, with the quotient's low bits in C0 C3 C1; or, with C2 set, a
     * number that is 32 to 63 powers of two closer. SDM Vol. 2, "FPREM" and "FPREM1".
     */
    public void remainder(int exponentX, long x, int exponentY, long y, boolean nearest) {
        Fp80Remainder.run(this, exponentX, x, exponentY, y, nearest);
    }

    /** F2XM1. */
    public void twoToXMinus1(int exponentX, long x) {
        function.twoToXMinus1(exponentX, x);
    }

    /** FYL2X: y times the logarithm of x. */
    public void yTimesLog2(int exponentX, long x, int exponentY, long y) {
        function.yTimesLog2(exponentX, x, exponentY, y);
    }

    /** FYL2XP1. */
    public void yTimesLog2Plus1(int exponentX, long x, int exponentY, long y) {
        function.yTimesLog2Plus1(exponentX, x, exponentY, y);
    }

    /** FSIN. */
    public void sine(int exponentX, long x) {
        function.sine(exponentX, x);
    }

    /** FCOS. */
    public void cosine(int exponentX, long x) {
        function.cosine(exponentX, x);
    }

    /** FSINCOS: the sine is the result, the cosine the second result. */
    public void sineAndCosine(int exponentX, long x) {
        function.sineAndCosine(exponentX, x);
    }

    /** FPTAN: the tangent is the result, one the second result. */
    public void tangent(int exponentX, long x) {
        function.tangent(exponentX, x);
    }

    /** FPATAN: the angle of the point (x, y). */
    public void arcTangent(int exponentX, long x, int exponentY, long y) {
        function.arcTangent(exponentX, x, exponentY, y);
    }

    /** Loads one operand; false if it is a NaN or unsupported, and the result is set. */
    boolean begin(int exponentX, long x) {
        status = 0;
        Operand a = arithmetic.a;
        a.load(exponentX, x);
        if (!a.isNan()) {
            return true;
        }
        if (a.kind == Operand.UNSUPPORTED) {
            invalid();
        } else {
            status = a.kind == Operand.SIGNALING_NAN ? FpException.IE : 0;
            setResult(exponentX, x | QUIET);
        }
        return false;
    }

    /** Loads two operands; false if one is a NaN or unsupported, and the result is set. SDM Vol. 1, "Rules for Handling NaNs". */
    boolean begin(int exponentX, long x, int exponentY, long y) {
        status = 0;
        Operand a = arithmetic.a;
        Operand b = arithmetic.b;
        load(exponentX, x, exponentY, y);
        if (!a.isNan() && !b.isNan()) {
            return true;
        }
        if (a.kind == Operand.UNSUPPORTED || b.kind == Operand.UNSUPPORTED) {
            invalid();
            return false;
        }
        status = a.kind == Operand.SIGNALING_NAN || b.kind == Operand.SIGNALING_NAN ? FpException.IE : 0;
        if (prefersFirst(a, b)) {
            setResult(exponentX, x | QUIET);
        } else {
            setResult(exponentY, y | QUIET);
        }
        return false;
    }

    private void load(int exponentX, long x, int exponentY, long y) {
        arithmetic.a.load(exponentX, x);
        arithmetic.b.load(exponentY, y);
        arithmetic.a.denormal |= denormalOperand;
        denormalOperand = false;
    }

    /** A quiet NaN before a signaling one, then the larger significand, then the positive one. */
    private static boolean prefersFirst(Operand a, Operand b) {
        if (!a.isNan() || !b.isNan()) {
            return a.isNan();
        }
        if (a.kind != b.kind) {
            return a.kind == Operand.QUIET_NAN;
        }
        int order = Long.compareUnsigned(a.significand, b.significand);
        return order != 0 ? order > 0 : a.sign == 0;
    }

    void invalid() {
        status |= FpException.IE;
        setResult(INDEFINITE_EXPONENT, INDEFINITE_SIGNIFICAND);
    }

    void setResult(int newSignExponent, long newSignificand) {
        signExponent = newSignExponent & 0xffff;
        significand = newSignificand;
    }

    void setInteger(long value) {
        if (value == 0) {
            setResult(0, 0);
            return;
        }
        long magnitude = Math.abs(value);
        int zeros = Long.numberOfLeadingZeros(magnitude);
        setResult((value < 0 ? 0x8000 : 0) | BIAS + 63 - zeros, magnitude << zeros);
    }

    /** The operand is the result: a pseudo-denormal becomes normal. */
    void keep(int exponentX, long x) {
        status |= arithmetic.flags;
        setResult((exponentX & 0x7fff) == 0 && x < 0 ? exponentX | 1 : exponentX, x);
    }

    /** Rounds what the arithmetic left and makes it the result. */
    void finish(int kind, int precision) {
        status |= arithmetic.flags;
        if (kind != Operand.FINITE || !hasResult()) {
            encode(kind == Operand.FINITE ? Operand.ZERO : kind);
            return;
        }
        Exact result = arithmetic.result;
        int flags = result.round(precision, LEAST_EXPONENT, BIAS, rounding(), masked(FpException.UE));
        if ((flags & FpException.OE) != 0) {
            overflow(precision, flags);
            return;
        }
        status |= flags;
        if (result.exponent < LEAST_EXPONENT) {
            result.exponent += BIAS_ADJUSTMENT;
            if (result.exponent < LEAST_EXPONENT) {
                status = status & ~C1 | FpException.PE;
                encode(Operand.ZERO);
                return;
            }
        }
        encode(Operand.FINITE);
    }

    private void overflow(int precision, int flags) {
        Exact result = arithmetic.result;
        if (masked(FpException.OE)) {
            boolean infinite = overflowsToInfinity(result.sign);
            status |= FpException.OE | FpException.PE | (infinite ? C1 : 0);
            setResult(result.sign << 15 | (infinite ? SPECIAL : SPECIAL - 1), infinite ? Long.MIN_VALUE : -1L << (64 - precision));
            return;
        }
        result.exponent -= BIAS_ADJUSTMENT;
        boolean massive = result.exponent > BIAS;
        status |= massive ? FpException.OE | FpException.PE | C1 : flags;
        encode(massive ? Operand.INFINITE : Operand.FINITE);
    }

    boolean overflowsToInfinity(int sign) {
        return rounding() == FpException.NEAREST || rounding() == (sign == 0 ? FpException.UP : FpException.DOWN);
    }

    private void encode(int kind) {
        int sign = arithmetic.result.sign << 15;
        switch (kind) {
            case Operand.ZERO -> setResult(sign, 0);
            case Operand.INFINITE -> setResult(sign | SPECIAL, Long.MIN_VALUE);
            case Operand.FINITE -> {
                Exact result = arithmetic.result;
                setResult(sign | (result.high < 0 ? result.exponent + BIAS : 0), result.high);
            }
            default -> setResult(INDEFINITE_EXPONENT, INDEFINITE_SIGNIFICAND);
        }
    }
}
