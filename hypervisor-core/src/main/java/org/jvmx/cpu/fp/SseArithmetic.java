package org.jvmx.cpu.fp;

/**
 * The exact way of every SSE operation, for all operands, rounding modes and controls, on either format. SDM Vol. 1, "SIMD Floating-Point
 * Exceptions".
 */
final class SseArithmetic {
    private final SseStatus status;
    private final Arithmetic arithmetic = new Arithmetic();

    SseArithmetic(SseStatus status) {
        this.status = status;
    }

    long add(BinaryFormat format, long x, long y) {
        load(format, x, y);
        return eitherNan() ? nan(format, x, y) : finish(format, arithmetic.add(status.rounding()));
    }

    long subtract(BinaryFormat format, long x, long y) {
        load(format, x, y);
        if (eitherNan()) {
            return nan(format, x, y);
        }
        arithmetic.b.sign ^= 1;
        return finish(format, arithmetic.add(status.rounding()));
    }

    long multiply(BinaryFormat format, long x, long y) {
        load(format, x, y);
        return eitherNan() ? nan(format, x, y) : finish(format, arithmetic.multiply());
    }

    /** {@code x * y + z}, rounded once; the signs of product and addend may be turned. Of NaNs the first in this order is the result. */
    long multiplyAdd(BinaryFormat format, long x, long y, long z, int productSign, int addendSign) {
        load(format, x, y);
        Operand c = arithmetic.c;
        c.load(format, z);
        if (c.denormal && status.denormalsAreZeros()) {
            c.makeZero();
        }
        if (eitherNan() || c.isNan()) {
            status.raised |= c.kind == Operand.SIGNALING_NAN ? FpException.IE : 0;
            return eitherNan() ? nan(format, x, y) : z | format.quietBit;
        }
        arithmetic.a.sign ^= productSign;
        c.sign ^= addendSign;
        return finish(format, arithmetic.multiplyAdd(status.rounding()));
    }

    long divide(BinaryFormat format, long x, long y) {
        load(format, x, y);
        return eitherNan() ? nan(format, x, y) : finish(format, arithmetic.divide());
    }

    long root(BinaryFormat format, long x) {
        load(format, x, x);
        return eitherNan() ? nan(format, x, x) : finish(format, arithmetic.root());
    }

    /** MIN and MAX: the second operand unless the first is strictly less (greater). */
    long select(BinaryFormat format, long x, long y, boolean less) {
        int order = order(format, x, y, true);
        boolean first = less ? order == -1 : order == 1;
        Operand chosen = first ? arithmetic.a : arithmetic.b;
        boolean zeroed = chosen.kind == Operand.ZERO;
        return zeroed ? format.signed(chosen.sign, 0) : first ? x : y;
    }

    /** -1, 0, 1, or 2 if unordered; quiet NaNs raise IE only if asked for. */
    int order(BinaryFormat format, long x, long y, boolean quietIsInvalid) {
        load(format, x, y);
        Operand a = arithmetic.a;
        Operand b = arithmetic.b;
        if (a.isNan() || b.isNan()) {
            boolean signaling = a.kind == Operand.SIGNALING_NAN || b.kind == Operand.SIGNALING_NAN;
            status.raised |= signaling || quietIsInvalid ? FpException.IE : 0;
            return 2;
        }
        status.raised |= a.denormal | b.denormal ? FpException.DE : 0;
        return arithmetic.compare();
    }

    /** Rounds to an integral value in the same format. */
    long integral(BinaryFormat format, long x, int rounding, boolean suppressPrecision) {
        load(format, x, x);
        if (eitherNan()) {
            return nan(format, x, x);
        }
        Operand a = arithmetic.a;
        if (a.kind == Operand.INFINITE || a.kind == Operand.FINITE && a.exponent >= format.fractionBits) {
            return x;
        }
        int flags = arithmetic.integer(rounding) & FpException.PE;
        status.raised |= suppressPrecision ? 0 : flags;
        Exact result = arithmetic.result;
        result.normalize();
        return result.isZero() ? format.signed(a.sign, 0) : format.encode(result);
    }

    /** Converts to a signed integer of {@code bits} bits; what does not fit is the integer indefinite. */
    long toInteger(BinaryFormat format, long x, int bits, int rounding) {
        load(format, x, x);
        int flags = arithmetic.integer(rounding);
        long magnitude = arithmetic.result.high;
        boolean negative = arithmetic.result.sign != 0;
        long limit = 1L << (bits - 1);
        boolean fits = flags != FpException.IE && Long.compareUnsigned(magnitude, negative ? limit : limit - 1) <= 0;
        if (!fits) {
            status.raised |= FpException.IE;
            return limit;
        }
        status.raised |= flags & FpException.PE;
        return negative ? -magnitude : magnitude;
    }

    long fromInteger(BinaryFormat format, long value) {
        arithmetic.a.loadInteger(value);
        if (arithmetic.a.kind == Operand.ZERO) {
            return 0;
        }
        arithmetic.flags = 0;
        arithmetic.result.set(arithmetic.a.sign, arithmetic.a.exponent, arithmetic.a.significand);
        return finish(format, Operand.FINITE);
    }

    /** Converts between the formats. */
    long convert(BinaryFormat from, BinaryFormat to, long x) {
        load(from, x, x);
        Operand a = arithmetic.a;
        if (a.isNan()) {
            return convertedNan(from, to, x);
        }
        arithmetic.flags = a.denormal ? FpException.DE : 0;
        arithmetic.result.set(a.sign, a.exponent, a.significand);
        return finish(to, a.kind);
    }

    private long convertedNan(BinaryFormat from, BinaryFormat to, long x) {
        Operand a = arithmetic.a;
        status.raised |= a.kind == Operand.SIGNALING_NAN ? FpException.IE : 0;
        long fraction = x << (64 - from.fractionBits) >>> (64 - to.fractionBits);
        return to.signed(a.sign, to.infinity | to.quietBit | fraction);
    }

    /** Half to single precision: exact, so no denormal counts, and none is taken for zero. */
    long fromHalf(int half) {
        Operand a = arithmetic.a;
        a.load(BinaryFormat.HALF, half);
        if (a.isNan()) {
            return convertedNan(BinaryFormat.HALF, BinaryFormat.SINGLE, half);
        }
        arithmetic.flags = 0;
        arithmetic.result.set(a.sign, a.exponent, a.significand);
        return a.kind == Operand.FINITE ? BinaryFormat.SINGLE.encode(arithmetic.result) : finish(BinaryFormat.SINGLE, a.kind);
    }

    /** Single to half precision; FTZ has no effect. A denormal is inexact even where the exponent of an unmasked underflow could hold it. */
    long toHalf(int single, int rounding) {
        long x = single & 0xffff_ffffL;
        load(BinaryFormat.SINGLE, x, x);
        Operand a = arithmetic.a;
        if (a.isNan()) {
            return convertedNan(BinaryFormat.SINGLE, BinaryFormat.HALF, x);
        }
        arithmetic.flags = 0;
        arithmetic.result.set(a.sign, a.exponent, a.significand);
        if (a.kind != Operand.FINITE) {
            return finish(BinaryFormat.HALF, a.kind);
        }
        status.raised |= a.denormal ? FpException.DE | FpException.PE : 0;
        return round(BinaryFormat.HALF, arithmetic.result, rounding, false);
    }

    private void load(BinaryFormat format, long x, long y) {
        arithmetic.a.load(format, x);
        arithmetic.b.load(format, y);
        if (status.denormalsAreZeros()) {
            if (arithmetic.a.denormal) {
                arithmetic.a.makeZero();
            }
            if (arithmetic.b.denormal) {
                arithmetic.b.makeZero();
            }
        }
    }

    private boolean eitherNan() {
        return arithmetic.a.isNan() || arithmetic.b.isNan();
    }

    /** The first operand that is a NaN, made quiet. */
    private long nan(BinaryFormat format, long x, long y) {
        Operand a = arithmetic.a;
        boolean signaling = a.kind == Operand.SIGNALING_NAN || arithmetic.b.kind == Operand.SIGNALING_NAN;
        status.raised |= signaling ? FpException.IE : 0;
        return (a.isNan() ? x : y) | format.quietBit;
    }

    private long finish(BinaryFormat format, int kind) {
        status.raised |= arithmetic.flags;
        Exact result = arithmetic.result;
        return switch (kind) {
            case Arithmetic.ZERO -> format.signed(result.sign, 0);
            case Arithmetic.INFINITE -> format.signed(result.sign, format.infinity);
            case Arithmetic.INVALID -> format.defaultNan;
            default -> round(format, result, status.rounding(), (status.mxcsr & SseStatus.FTZ) != 0);
        };
    }

    private long round(BinaryFormat format, Exact result, int rounding, boolean flushToZero) {
        boolean underflowMasked = status.masked(FpException.UE);
        boolean flush = underflowMasked && flushToZero;
        int flags = result.round(format.precision(), 1 - format.bias, format.bias, rounding, underflowMasked && !flush);
        if (flush && (flags & FpException.UE) != 0) {
            status.raised |= FpException.UE | FpException.PE;
            return format.signed(result.sign, 0);
        }
        if ((flags & FpException.OE) != 0) {
            status.raised |= flags & FpException.ALL | (status.masked(FpException.OE) ? FpException.PE : 0);
            return format.overflowed(result.sign, rounding);
        }
        status.raised |= flags & FpException.ALL;
        return (flags & FpException.UE) != 0 && !underflowMasked ? 0 : format.encode(result);
    }
}
