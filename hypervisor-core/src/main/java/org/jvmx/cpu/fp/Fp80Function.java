package org.jvmx.cpu.fp;

/**
 * The transcendental instructions of the x87 FPU, computed with 128 significant bits and rounded once. Arguments of trigonometric
 * functions are reduced by the 66-bit pi of the FPU. SDM Vol. 1, "Transcendental Instructions" and "Pi".
 */
final class Fp80Function {
    /** Half of the 66-bit pi in units of 2^-65: its two high bits and the rest. */
    private static final long HALF_PI_TOP = 3;
    private static final long HALF_PI_REST = 0x243f_6a88_85a3_08d3L;
    private static final int HALF_PI_UNIT = 65;
    private static final long SQUARE_ROOT_OF_TWO = 0xb504_f333_f9de_6484L;

    /** Below this exponent the FPU takes the sine and the tangent of a number for the number, and the cosine for one. */
    private static final int NEGLIGIBLE = -68;
    /** Below this exponent the FPU takes the arc tangent of a number for the number. */
    private static final int NEGLIGIBLE_RATIO = -40;

    private final Fp80 unit;
    private final WideFloat value = new WideFloat();
    private final WideFloat other = new WideFloat();
    private final WideFloat square = new WideFloat();
    private final WideFloat sum = new WideFloat();
    private final WideFloat scratch = new WideFloat();
    private final WideFloat scratch2 = new WideFloat();
    private final WideFloat angle = new WideFloat();

    Fp80Function(Fp80 unit) {
        this.unit = unit;
    }

    void twoToXMinus1(int exponentX, long x) {
        if (!unit.begin(exponentX, x)) {
            return;
        }
        Operand a = unit.arithmetic.a;
        if (a.kind == Operand.INFINITE) {
            unit.setResult(a.sign == 0 ? Fp80.SPECIAL : 0x8000 | Fp80.BIAS, Long.MIN_VALUE);
            return;
        }
        if (a.kind == Operand.ZERO) {
            unit.setResult(exponentX, x);
            return;
        }
        unit.status = a.denormal ? FpException.DE : 0;
        if (a.exponent >= 0) {
            outsideOne(exponentX, x);
            return;
        }
        load(value, a);
        value.multiply(value, Series.LN2);
        sum.polynomial(Series.EXPONENTIAL, value);
        value.multiply(value, sum);
        finish(value);
    }

    /** At minus one the result is minus a half; beyond, where the instruction is not defined, the operand stays. */
    private void outsideOne(int exponentX, long x) {
        boolean minusOne = exponentX == (0x8000 | Fp80.BIAS) && x == Long.MIN_VALUE;
        unit.status |= FpException.PE;
        unit.setResult(minusOne ? 0x8000 | Fp80.BIAS - 1 : exponentX, x);
    }

    void yTimesLog2(int exponentX, long x, int exponentY, long y) {
        if (!unit.begin(exponentX, x, exponentY, y)) {
            return;
        }
        Operand a = unit.arithmetic.a;
        Operand b = unit.arithmetic.b;
        if (a.sign != 0 && a.kind != Operand.ZERO) {
            unit.invalid();
            return;
        }
        boolean one = a.kind == Operand.FINITE && a.exponent == 0 && a.significand == Long.MIN_VALUE;
        if (a.kind != Operand.FINITE || b.kind != Operand.FINITE || one) {
            int logarithmSign = a.kind == Operand.ZERO || a.kind == Operand.FINITE && a.exponent < 0 ? 1 : 0;
            logarithmTimesSpecial(a, b, logarithmSign, one);
            return;
        }
        int scale = a.exponent + (Long.compareUnsigned(a.significand, SQUARE_ROOT_OF_TWO) > 0 ? 1 : 0);
        value.set(0, a.exponent - scale, a.significand, 0);
        logarithm(scale);
        timesY(a.significand == Long.MIN_VALUE, a, b);
    }

    void yTimesLog2Plus1(int exponentX, long x, int exponentY, long y) {
        if (!unit.begin(exponentX, x, exponentY, y)) {
            return;
        }
        Operand a = unit.arithmetic.a;
        Operand b = unit.arithmetic.b;
        if (a.kind != Operand.FINITE || b.kind != Operand.FINITE) {
            if (a.kind == Operand.INFINITE && a.sign != 0) {
                unit.invalid();
            } else {
                logarithmTimesSpecial(a, b, a.sign, a.kind == Operand.ZERO);
            }
            return;
        }
        load(value, a);
        other.add(value, Series.TWO);
        if (a.exponent < -1) {
            hyperbolicLogarithm();
            timesY(false, a, b);
            return;
        }
        value.add(value, Series.ONE);
        if (value.sign != 0 || value.isZero()) {
            unit.status = a.denormal | b.denormal ? FpException.DE : 0;
            unit.status |= unit.hasResult() ? FpException.PE : 0;
            unit.setResult(exponentX, x);
            return;
        }
        int scale = value.exponent + (Long.compareUnsigned(value.high, SQUARE_ROOT_OF_TWO) > 0 ? 1 : 0);
        value.exponent -= scale;
        logarithm(scale);
        timesY(false, a, b);
    }

    /** The products of a logarithm with a factor where one is zero or infinite; {@code zero} says that the logarithm is zero. */
    private void logarithmTimesSpecial(Operand a, Operand b, int logarithmSign, boolean zero) {
        int sign = (logarithmSign ^ b.sign) << 15;
        boolean logarithmInfinite = !zero && a.kind != Operand.FINITE;
        if (zero && b.kind == Operand.INFINITE || logarithmInfinite && b.kind == Operand.ZERO) {
            unit.invalid();
            return;
        }
        unit.status = a.denormal | b.denormal ? FpException.DE : 0;
        if (logarithmInfinite || b.kind == Operand.INFINITE) {
            boolean pole = a.kind == Operand.ZERO && b.kind == Operand.FINITE;
            unit.status = pole ? FpException.ZE : unit.status;
            unit.setResult(sign | Fp80.SPECIAL, Long.MIN_VALUE);
        } else {
            unit.setResult(sign, 0);
        }
    }

    /** Sets {@code value} to the base-2 logarithm of {@code value * 2^scale}. */
    private void logarithm(int scale) {
        other.add(value, Series.ONE);
        scratch.set(Series.ONE);
        scratch.negate();
        value.add(value, scratch);
        hyperbolicLogarithm();
        scratch.setInteger(scale);
        value.add(value, scratch);
    }

    /**
     * Sets {@code value} to the base-2 logarithm of the number whose distance from one is {@code value} and whose sum with one is
     * {@code other}.
     */
    private void hyperbolicLogarithm() {
        if (value.isZero()) {
            return;
        }
        sum.divide(value, other, scratch, scratch2);
        square.multiply(sum, sum);
        value.polynomial(Series.HYPERBOLIC_ARC_TANGENT, square);
        value.multiply(value, sum);
        value.multiply(value, Series.TWO_LOG2_E);
    }

    private void timesY(boolean exact, Operand a, Operand b) {
        unit.status = a.denormal | b.denormal ? FpException.DE : 0;
        load(other, b);
        value.multiply(value, other);
        if (exact) {
            finishExact(value);
        } else {
            finish(value);
        }
    }

    void sine(int exponentX, long x) {
        int quadrant = reduce(exponentX, x);
        if (quadrant >= 0) {
            sine(quadrant);
        }
    }

    /** The result is the sine of {@code angle} plus {@code quadrant} half pi. */
    private void sine(int quadrant) {
        if (angle.exponent < NEGLIGIBLE) {
            finishExact((quadrant & 1) == 0 ? angle : Series.ONE);
        } else {
            circular(value, quadrant);
            finish(value);
        }
    }

    void cosine(int exponentX, long x) {
        int quadrant = reduce(exponentX, x);
        if (quadrant >= 0) {
            sine(quadrant + 1);
        } else if (unit.arithmetic.a.kind == Operand.ZERO) {
            unit.setResult(Fp80.BIAS, Long.MIN_VALUE);
        }
    }

    void sineAndCosine(int exponentX, long x) {
        int quadrant = reduce(exponentX, x);
        if (quadrant < 0) {
            boolean zero = unit.arithmetic.a.kind == Operand.ZERO;
            unit.secondSignExponent = zero ? Fp80.BIAS : unit.signExponent;
            unit.secondSignificand = zero ? Long.MIN_VALUE : unit.significand;
            return;
        }
        sine(quadrant + 1);
        unit.secondSignExponent = unit.signExponent;
        unit.secondSignificand = unit.significand;
        int status = unit.status;
        sine(quadrant);
        unit.status |= status & FpException.ALL;
    }

    void tangent(int exponentX, long x) {
        int quadrant = reduce(exponentX, x);
        if (quadrant >= 0 && angle.exponent < NEGLIGIBLE) {
            finishExact(angle);
        } else if (quadrant >= 0) {
            circular(other, quadrant + 1);
            circular(value, quadrant);
            sum.divide(value, other, scratch, scratch2);
            finish(sum);
        }
        boolean number = quadrant >= 0 || unit.arithmetic.a.kind == Operand.ZERO;
        unit.secondSignExponent = number ? Fp80.BIAS : unit.signExponent;
        unit.secondSignificand = number ? Long.MIN_VALUE : unit.significand;
    }

    /**
     * Sets {@code angle} to the argument less a multiple of a half pi, in magnitude at most a quarter pi, and returns the multiple modulo
     * 4; or returns -1 if the result is set: for zeros, NaNs and infinities, and, with C2, for what is out of range.
     */
    private int reduce(int exponentX, long x) {
        if (!unit.begin(exponentX, x)) {
            return -1;
        }
        Operand a = unit.arithmetic.a;
        if (a.kind == Operand.INFINITE) {
            unit.invalid();
            return -1;
        }
        unit.status = a.denormal ? FpException.DE : a.kind == Operand.FINITE && a.exponent >= 63 ? Fp80.C2 : 0;
        unit.setResult(exponentX, x);
        if (a.kind == Operand.ZERO || a.exponent >= 63) {
            return -1;
        }
        load(angle, a);
        return a.exponent < -1 ? 0 : divideByHalfPi(a);
    }

    private int divideByHalfPi(Operand a) {
        long top = 0;
        long rest = a.significand;
        int quotient = 0;
        for (int step = a.exponent + HALF_PI_UNIT - 63;; step--) {
            if (top > HALF_PI_TOP || top == HALF_PI_TOP && Long.compareUnsigned(rest, HALF_PI_REST) >= 0) {
                top -= HALF_PI_TOP + (Long.compareUnsigned(rest, HALF_PI_REST) < 0 ? 1 : 0);
                rest -= HALF_PI_REST;
                quotient++;
            }
            if (step == 0) {
                break;
            }
            quotient <<= 1;
            top = top << 1 | rest >>> 63;
            rest <<= 1;
        }
        angle.set(a.sign, 127 - HALF_PI_UNIT, top, rest);
        boolean beyondQuarter = top > HALF_PI_TOP >>> 1 || top == HALF_PI_TOP >>> 1
                && Long.compareUnsigned(rest, HALF_PI_TOP << 63 | HALF_PI_REST >>> 1) > 0;
        if (beyondQuarter) {
            long borrow = Long.compareUnsigned(HALF_PI_REST, rest) < 0 ? 1 : 0;
            angle.set(a.sign ^ 1, 127 - HALF_PI_UNIT, HALF_PI_TOP - top - borrow, HALF_PI_REST - rest);
            quotient++;
        }
        angle.normalize();
        return (a.sign == 0 ? quotient : -quotient) & 3;
    }

    /** The sine of {@code angle} plus {@code quadrant} half pi. */
    private void circular(WideFloat result, int quadrant) {
        square.multiply(angle, angle);
        if ((quadrant & 1) == 0) {
            result.polynomial(Series.SINE, square);
            result.multiply(result, angle);
        } else {
            result.polynomial(Series.COSINE, square);
        }
        result.sign ^= quadrant >>> 1 & 1;
    }

    void arcTangent(int exponentX, long x, int exponentY, long y) {
        if (!unit.begin(exponentX, x, exponentY, y)) {
            return;
        }
        Operand a = unit.arithmetic.a;
        Operand b = unit.arithmetic.b;
        unit.status = a.denormal | b.denormal ? FpException.DE : 0;
        boolean steep = b.kind > a.kind;
        if (a.kind == b.kind && a.kind == Operand.FINITE) {
            steep = b.exponent > a.exponent || b.exponent == a.exponent && Long.compareUnsigned(b.significand, a.significand) > 0;
            load(value, steep ? a : b);
            load(other, steep ? b : a);
            value.sign = 0;
            other.sign = 0;
            sum.divide(value, other, scratch, scratch2);
            arcTangentOfRatio();
        } else if (a.kind == b.kind && a.kind == Operand.INFINITE) {
            value.set(Series.ARC_TANGENTS[8]);
        } else {
            value.set(0, 0, 0, 0);
        }
        if (!steep && a.sign == 0 && value.isZero()) {
            unit.setResult(b.sign << 15, 0);
            return;
        }
        placeAngle(steep, a.sign != 0);
        value.sign = b.sign;
        if (value.exponent < NEGLIGIBLE_RATIO) {
            finishExact(value);
        } else {
            finish(value);
        }
    }

    /** From an angle of at most a quarter pi in {@code value} to the half plane: beyond the diagonal, and left of the axis. */
    private void placeAngle(boolean steep, boolean left) {
        if (steep) {
            value.negate();
            value.add(value, Series.HALF_PI);
        }
        if (left) {
            value.negate();
            value.add(value, Series.PI);
        }
    }

    /** Sets {@code value} to the arc tangent of {@code sum}, which is from 0 to 1. */
    private void arcTangentOfRatio() {
        int eighths = sum.exponent < -4 ? 0 : (int) ((sum.high >>> (59 - sum.exponent)) + 1 >>> 1);
        if (eighths != 0) {
            scratch.setInteger(eighths);
            scratch.exponent -= 3;
            other.multiply(sum, scratch);
            other.add(other, Series.ONE);
            scratch.negate();
            value.add(sum, scratch);
            if (value.isZero()) {
                value.set(Series.ARC_TANGENTS[eighths]);
                return;
            }
            sum.divide(value, other, scratch, scratch2);
        }
        if (eighths == 0 && sum.exponent < NEGLIGIBLE_RATIO) {
            value.set(sum);
            return;
        }
        square.multiply(sum, sum);
        value.polynomial(Series.ARC_TANGENT, square);
        value.multiply(value, sum);
        value.add(value, Series.ARC_TANGENTS[eighths]);
    }

    private static void load(WideFloat wide, Operand operand) {
        wide.set(operand.sign, operand.exponent, operand.significand, 0);
    }

    /** Rounds a number that is known to be less than the true one. */
    private void finish(WideFloat number) {
        number.low |= 1;
        finishExact(number);
    }

    /** Rounds a number as if it were exact, and says that it is not, as the FPU does of all transcendental results. */
    private void finishExact(WideFloat number) {
        Exact result = unit.arithmetic.result;
        result.set(number.sign, number.exponent, number.high);
        result.low = number.low;
        unit.arithmetic.flags = 0;
        unit.finish(Operand.FINITE, Fp80.FULL);
        if (unit.hasResult()) {
            boolean tiny = result.high >= 0;
            unit.status |= tiny ? FpException.PE | FpException.UE : FpException.PE;
        }
    }
}
