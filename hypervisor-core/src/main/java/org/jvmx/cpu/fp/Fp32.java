package org.jvmx.cpu.fp;

import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;

/**
 * Single-precision operations of SSE on raw bits. Java's own arithmetic where it is the processor's (round to nearest, ordinary operands
 * and result), the exact way of {@link SseArithmetic} otherwise. SDM Vol. 1, "Programming with Intel Streaming SIMD Extensions (Intel
 * SSE)".
 */
public final class Fp32 {
    private static final BinaryFormat FORMAT = BinaryFormat.SINGLE;
    private static final long WORD = 0xffff_ffffL;

    private Fp32() {
    }

    /** ADDSS. */
    public static int add(int x, int y, SseStatus status) {
        float a = intBitsToFloat(x);
        float b = intBitsToFloat(y);
        float sum = a + b;
        int bits = floatToRawIntBits(sum);
        if (status.nearest() && plain(x) && plain(y) && (ordinary(bits) || bits << 1 == 0)) {
            if (!status.precisionDecided() && sumIsInexact(a, b, sum)) {
                status.raised |= FpException.PE;
            }
            return bits;
        }
        return (int) status.exact.add(FORMAT, x & WORD, y & WORD);
    }

    /** SUBSS. */
    public static int subtract(int x, int y, SseStatus status) {
        float a = intBitsToFloat(x);
        float b = intBitsToFloat(y);
        float difference = a - b;
        int bits = floatToRawIntBits(difference);
        if (status.nearest() && plain(x) && plain(y) && (ordinary(bits) || bits << 1 == 0)) {
            if (!status.precisionDecided() && sumIsInexact(a, -b, difference)) {
                status.raised |= FpException.PE;
            }
            return bits;
        }
        return (int) status.exact.subtract(FORMAT, x & WORD, y & WORD);
    }

    /** MULSS. */
    public static int multiply(int x, int y, SseStatus status) {
        float a = intBitsToFloat(x);
        float b = intBitsToFloat(y);
        float product = a * b;
        int bits = floatToRawIntBits(product);
        if (status.nearest() && plain(x) && plain(y)) {
            if (aboveLeast(bits)) {
                if (!status.precisionDecided() && (double) a * b != product) {
                    status.raised |= FpException.PE;
                }
                return bits;
            }
            if (x << 1 == 0 || y << 1 == 0) {
                return bits;
            }
        }
        return (int) status.exact.multiply(FORMAT, x & WORD, y & WORD);
    }

    /** DIVSS. */
    public static int divide(int x, int y, SseStatus status) {
        float a = intBitsToFloat(x);
        float b = intBitsToFloat(y);
        float quotient = a / b;
        int bits = floatToRawIntBits(quotient);
        if (status.nearest() && ordinary(x) && ordinary(y) && aboveLeast(bits)) {
            if (!status.precisionDecided() && (double) quotient * b != a) {
                status.raised |= FpException.PE;
            }
            return bits;
        }
        return (int) status.exact.divide(FORMAT, x & WORD, y & WORD);
    }

    /** VFMADD and its kin: {@code x * y + z} rounded once; a sign of 1 turns that of the product or of the addend. */
    public static int multiplyAdd(int x, int y, int z, int productSign, int addendSign, SseStatus status) {
        return (int) status.exact.multiplyAdd(FORMAT, x & WORD, y & WORD, z & WORD, productSign, addendSign);
    }

    /** VCVTPH2PS. */
    public static int fromHalf(int half, SseStatus status) {
        return (int) status.exact.fromHalf(half & 0xffff);
    }

    /** VCVTPS2PH with an explicit rounding mode. */
    public static int toHalf(int x, int rounding, SseStatus status) {
        return (int) status.exact.toHalf(x, rounding);
    }

    /** SQRTSS. */
    public static int squareRoot(int x, SseStatus status) {
        if (status.nearest() && x > 0 && ordinary(x)) {
            float a = intBitsToFloat(x);
            float root = (float) Math.sqrt(a);
            if (!status.precisionDecided() && (double) root * root != a) {
                status.raised |= FpException.PE;
            }
            return floatToRawIntBits(root);
        }
        return (int) status.exact.root(FORMAT, x & WORD);
    }

    /** MINSS. */
    public static int min(int x, int y, SseStatus status) {
        if (plain(x) && plain(y)) {
            return intBitsToFloat(x) < intBitsToFloat(y) ? x : y;
        }
        return (int) status.exact.select(FORMAT, x & WORD, y & WORD, true);
    }

    /** MAXSS. */
    public static int max(int x, int y, SseStatus status) {
        if (plain(x) && plain(y)) {
            return intBitsToFloat(x) > intBitsToFloat(y) ? x : y;
        }
        return (int) status.exact.select(FORMAT, x & WORD, y & WORD, false);
    }

    /** UCOMISS, or COMISS if quiet NaNs are invalid: -1, 0, 1, or 2 if unordered. */
    public static int order(int x, int y, boolean quietIsInvalid, SseStatus status) {
        if (plain(x) && plain(y)) {
            float a = intBitsToFloat(x);
            float b = intBitsToFloat(y);
            return a < b ? -1 : a > b ? 1 : 0;
        }
        return status.exact.order(FORMAT, x & WORD, y & WORD, quietIsInvalid);
    }

    /** CMPSS with predicate 0 to 7: all ones or zero. */
    public static int compare(int x, int y, int predicate, SseStatus status) {
        return Comparison.holds(predicate, order(x, y, Comparison.signals(predicate), status)) ? -1 : 0;
    }

    /** ROUNDSS with an explicit rounding mode. */
    public static int toIntegral(int x, int rounding, boolean suppressPrecision, SseStatus status) {
        return (int) status.exact.integral(FORMAT, x & WORD, rounding, suppressPrecision);
    }

    /** CVTTSS2SI to a doubleword. */
    public static int truncateToInt32(int x, SseStatus status) {
        float a = intBitsToFloat(x);
        int integer = (int) a;
        if (plain(x) && integer != Integer.MIN_VALUE && integer != Integer.MAX_VALUE) {
            if (integer != a) {
                status.raised |= FpException.PE;
            }
            return integer;
        }
        return (int) status.exact.toInteger(FORMAT, x & WORD, 32, FpException.TRUNCATE);
    }

    /** CVTTSS2SI to a quadword. */
    public static long truncateToInt64(int x, SseStatus status) {
        return status.exact.toInteger(FORMAT, x & WORD, 64, FpException.TRUNCATE);
    }

    /** CVTSS2SI to a doubleword, CVTPS2DQ. */
    public static int toInt32(int x, SseStatus status) {
        return (int) status.exact.toInteger(FORMAT, x & WORD, 32, status.rounding());
    }

    /** CVTSS2SI to a quadword. */
    public static long toInt64(int x, SseStatus status) {
        return status.exact.toInteger(FORMAT, x & WORD, 64, status.rounding());
    }

    /** CVTSI2SS from a doubleword or quadword, CVTDQ2PS. */
    public static int fromInteger(long value, SseStatus status) {
        float converted = value;
        if (status.nearest() && ((long) converted == value && value != Long.MAX_VALUE || status.precisionDecided())) {
            return floatToRawIntBits(converted);
        }
        return (int) status.exact.fromInteger(FORMAT, value);
    }

    /** CVTSD2SS. */
    public static int fromFp64(long x, SseStatus status) {
        double a = Double.longBitsToDouble(x);
        float converted = (float) a;
        int bits = floatToRawIntBits(converted);
        if (status.nearest() && (x << 1 == 0 || Fp64.ordinary(x) && aboveLeast(bits))) {
            if (!status.precisionDecided() && converted != a) {
                status.raised |= FpException.PE;
            }
            return bits;
        }
        return (int) status.exact.convert(BinaryFormat.DOUBLE, FORMAT, x);
    }

    /** Whether the number is normal. */
    static boolean ordinary(int bits) {
        return ((bits >>> 23) + 1 & 0xff) > 1;
    }

    /** Whether the number is normal and not of the least exponent, so that nothing tiny was rounded to it. */
    private static boolean aboveLeast(int bits) {
        return ((bits >>> 23) + 1 & 0xff) > 2;
    }

    /** Whether the number is normal or zero. */
    static boolean plain(int bits) {
        return ordinary(bits) || bits << 1 == 0;
    }

    /** By the exact residue of a rounded sum. */
    private static boolean sumIsInexact(float a, float b, float sum) {
        float second = sum - a;
        return (a - (sum - second)) + (b - second) != 0;
    }
}
