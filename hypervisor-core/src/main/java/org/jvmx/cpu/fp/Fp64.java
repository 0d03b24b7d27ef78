package org.jvmx.cpu.fp;

import static java.lang.Double.doubleToRawLongBits;
import static java.lang.Double.longBitsToDouble;

/**
 * Double-precision operations of SSE2 on raw bits. Java's own arithmetic where it is the processor's (round to nearest, ordinary operands
 * and result), the exact way of {@link SseArithmetic} otherwise. SDM Vol. 1, "Programming with SSE2".
 */
public final class Fp64 {
    private static final BinaryFormat FORMAT = BinaryFormat.DOUBLE;

    private Fp64() {
    }

    /** ADDSD. */
    public static long add(long x, long y, SseStatus status) {
        double a = longBitsToDouble(x);
        double b = longBitsToDouble(y);
        double sum = a + b;
        long bits = doubleToRawLongBits(sum);
        if (status.nearest() && plain(x) && plain(y) && (ordinary(bits) || bits << 1 == 0)) {
            if (!status.precisionDecided() && sumIsInexact(a, b, sum)) {
                status.raised |= FpException.PE;
            }
            return bits;
        }
        return status.exact.add(FORMAT, x, y);
    }

    /** SUBSD. */
    public static long subtract(long x, long y, SseStatus status) {
        double a = longBitsToDouble(x);
        double b = longBitsToDouble(y);
        double difference = a - b;
        long bits = doubleToRawLongBits(difference);
        if (status.nearest() && plain(x) && plain(y) && (ordinary(bits) || bits << 1 == 0)) {
            if (!status.precisionDecided() && sumIsInexact(a, -b, difference)) {
                status.raised |= FpException.PE;
            }
            return bits;
        }
        return status.exact.subtract(FORMAT, x, y);
    }

    /** MULSD. */
    public static long multiply(long x, long y, SseStatus status) {
        double product = longBitsToDouble(x) * longBitsToDouble(y);
        long bits = doubleToRawLongBits(product);
        if (status.nearest() && plain(x) && plain(y)) {
            if (aboveLeast(bits)) {
                if (!status.precisionDecided() && productIsInexact(x, y, bits)) {
                    status.raised |= FpException.PE;
                }
                return bits;
            }
            if (x << 1 == 0 || y << 1 == 0) {
                return bits;
            }
        }
        return status.exact.multiply(FORMAT, x, y);
    }

    /** DIVSD. */
    public static long divide(long x, long y, SseStatus status) {
        double b = longBitsToDouble(y);
        double quotient = longBitsToDouble(x) / b;
        long bits = doubleToRawLongBits(quotient);
        if (status.nearest() && aboveLeast(x) && ordinary(y) && aboveLeast(bits)) {
            if (!status.precisionDecided() && (doubleToRawLongBits(quotient * b) != x || productIsInexact(bits, y, x))) {
                status.raised |= FpException.PE;
            }
            return bits;
        }
        return status.exact.divide(FORMAT, x, y);
    }

    /** VFMADD and its kin: {@code x * y + z} rounded once; a sign of 1 turns that of the product or of the addend. */
    public static long multiplyAdd(long x, long y, long z, int productSign, int addendSign, SseStatus status) {
        return status.exact.multiplyAdd(FORMAT, x, y, z, productSign, addendSign);
    }

    /** SQRTSD. */
    public static long squareRoot(long x, SseStatus status) {
        double root = Math.sqrt(longBitsToDouble(x));
        if (status.nearest() && x > 0 && aboveLeast(x)) {
            long bits = doubleToRawLongBits(root);
            if (!status.precisionDecided() && (doubleToRawLongBits(root * root) != x || productIsInexact(bits, bits, x))) {
                status.raised |= FpException.PE;
            }
            return bits;
        }
        return status.exact.root(FORMAT, x);
    }

    /** MINSD. */
    public static long min(long x, long y, SseStatus status) {
        if (plain(x) && plain(y)) {
            return longBitsToDouble(x) < longBitsToDouble(y) ? x : y;
        }
        return status.exact.select(FORMAT, x, y, true);
    }

    /** MAXSD. */
    public static long max(long x, long y, SseStatus status) {
        if (plain(x) && plain(y)) {
            return longBitsToDouble(x) > longBitsToDouble(y) ? x : y;
        }
        return status.exact.select(FORMAT, x, y, false);
    }

    /** UCOMISD, or COMISD if quiet NaNs are invalid: -1, 0, 1, or 2 if unordered. */
    public static int order(long x, long y, boolean quietIsInvalid, SseStatus status) {
        if (plain(x) && plain(y)) {
            double a = longBitsToDouble(x);
            double b = longBitsToDouble(y);
            return a < b ? -1 : a > b ? 1 : 0;
        }
        return status.exact.order(FORMAT, x, y, quietIsInvalid);
    }

    /** CMPSD with predicate 0 to 7: all ones or zero. */
    public static long compare(long x, long y, int predicate, SseStatus status) {
        return Comparison.holds(predicate, order(x, y, Comparison.signals(predicate), status)) ? -1L : 0;
    }

    /** ROUNDSD with an explicit rounding mode. */
    public static long toIntegral(long x, int rounding, boolean suppressPrecision, SseStatus status) {
        if (plain(x)) {
            double a = longBitsToDouble(x);
            double rounded = switch (rounding) {
                case FpException.NEAREST -> Math.rint(a);
                case FpException.DOWN -> Math.floor(a);
                case FpException.UP -> Math.ceil(a);
                default -> x < 0 ? Math.ceil(a) : Math.floor(a);
            };
            if (!suppressPrecision && rounded != a) {
                status.raised |= FpException.PE;
            }
            return doubleToRawLongBits(rounded);
        }
        return status.exact.integral(FORMAT, x, rounding, suppressPrecision);
    }

    /** CVTTSD2SI to a doubleword. */
    public static int truncateToInt32(long x, SseStatus status) {
        double a = longBitsToDouble(x);
        int integer = (int) a;
        if (plain(x) && integer != Integer.MIN_VALUE && integer != Integer.MAX_VALUE) {
            if (integer != a) {
                status.raised |= FpException.PE;
            }
            return integer;
        }
        return (int) status.exact.toInteger(FORMAT, x, 32, FpException.TRUNCATE);
    }

    /** CVTTSD2SI to a quadword. */
    public static long truncateToInt64(long x, SseStatus status) {
        double a = longBitsToDouble(x);
        long integer = (long) a;
        if (plain(x) && integer != Long.MIN_VALUE && integer != Long.MAX_VALUE) {
            if (integer != a) {
                status.raised |= FpException.PE;
            }
            return integer;
        }
        return status.exact.toInteger(FORMAT, x, 64, FpException.TRUNCATE);
    }

    /** CVTSD2SI to a doubleword, CVTPD2DQ. */
    public static int toInt32(long x, SseStatus status) {
        return (int) status.exact.toInteger(FORMAT, x, 32, status.rounding());
    }

    /** CVTSD2SI to a quadword. */
    public static long toInt64(long x, SseStatus status) {
        return status.exact.toInteger(FORMAT, x, 64, status.rounding());
    }

    /** CVTSI2SD from a doubleword, CVTDQ2PD. */
    public static long fromInt32(int value) {
        return doubleToRawLongBits(value);
    }

    /** CVTSI2SD from a quadword. */
    public static long fromInt64(long value, SseStatus status) {
        double converted = value;
        if (status.nearest() && ((long) converted == value && value != Long.MAX_VALUE || status.precisionDecided())) {
            return doubleToRawLongBits(converted);
        }
        return status.exact.fromInteger(FORMAT, value);
    }

    /** CVTSS2SD. */
    public static long fromFp32(int x, SseStatus status) {
        if (Fp32.plain(x)) {
            return doubleToRawLongBits(Float.intBitsToFloat(x));
        }
        return status.exact.convert(BinaryFormat.SINGLE, FORMAT, x & 0xffff_ffffL);
    }

    /** Whether the number is normal. */
    static boolean ordinary(long bits) {
        return ((bits >>> 52) + 1 & 0x7ff) > 1;
    }

    /** Whether the number is normal and not of the least exponents, so that nothing tiny was rounded to it and no residue underflows. */
    private static boolean aboveLeast(long bits) {
        return ((bits >>> 52) + 1 & 0x7ff) > 2;
    }

    /** Whether the number is normal or zero. */
    static boolean plain(long bits) {
        return ordinary(bits) || bits << 1 == 0;
    }

    /** By the exact residue of a rounded sum. */
    private static boolean sumIsInexact(double a, double b, double sum) {
        double second = sum - a;
        return (a - (sum - second)) + (b - second) != 0;
    }

    /** By counting trailing zeros: a product of two significands is exact if and only if the bits beyond the precision are zeros. */
    private static boolean productIsInexact(long x, long y, long product) {
        int carry = (int) ((product >>> 52 & 0x7ff) - (x >>> 52 & 0x7ff) - (y >>> 52 & 0x7ff)) + 1023;
        return Long.numberOfTrailingZeros(x | 1L << 52) + Long.numberOfTrailingZeros(y | 1L << 52) < 52 + carry;
    }
}
