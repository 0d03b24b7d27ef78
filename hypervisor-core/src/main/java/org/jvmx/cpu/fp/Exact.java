package org.jvmx.cpu.fp;

/**
 * The exact result of an operation, waiting to be rounded: {@code (-1)^sign * high:low * 2^(exponent - 127)}, top bit set unless it is
 * zero. What does not fit is or-ed into the lowest bit, which is enough for correct rounding to 64 bits or fewer. SDM Vol. 1, "Rounding".
 */
final class Exact {
    /** Set with the flags of a rounding that increased the magnitude: condition code C1 of the x87 status word. */
    static final int ROUNDED_UP = 0x200;

    int sign;
    int exponent;
    long high;
    long low;

    /** Sets a number of 64 significant bits, the top one set. */
    void set(int newSign, int newExponent, long significand) {
        sign = newSign;
        exponent = newExponent;
        high = significand;
        low = 0;
    }

    void product(int exponents, long x, long y) {
        high = Math.unsignedMultiplyHigh(x, y);
        low = x * y;
        exponent = exponents + 1;
        normalize();
    }

    /** The quotient of two numbers whose top bits are set. */
    void quotient(int exponents, long x, long y) {
        boolean less = Long.compareUnsigned(x, y) < 0;
        long upper = less ? x : x >>> 1;
        long lower = less ? 0 : x << 63;
        exponent = less ? exponents - 1 : exponents;
        high = Unsigned128.divide(upper, lower, y);
        long rest = lower - high * y;
        low = Unsigned128.divide(rest, 0, y);
        low |= low * y == 0 ? 0 : 1;
    }

    /** The square root of a number whose top bit is set. */
    void root(int exponentOfSquare, long x) {
        boolean odd = (exponentOfSquare & 1) != 0;
        long upper = odd ? x : x >>> 1;
        long lower = odd ? 0 : x << 63;
        exponent = exponentOfSquare >> 1;
        high = Unsigned128.root(upper, lower);
        long rest = lower - high * high;
        long borrow = Long.compareUnsigned(lower, high * high) < 0 ? 1 : 0;
        long restHigh = upper - Math.unsignedMultiplyHigh(high, high) - borrow;
        boolean restExceedsRoot = restHigh != 0 || Long.compareUnsigned(rest, high) > 0;
        low = restExceedsRoot ? 0xc000L << 48 : rest == 0 ? 0 : 0x4000L << 48;
    }

    /** Adds the magnitude of a number that is not larger. */
    void plus(int otherExponent, long significand) {
        int distance = exponent - otherExponent;
        long otherHigh = distance > 63 ? 0 : significand >>> distance;
        long otherLow = shiftedLow(significand, distance);
        low = otherLow;
        high += otherHigh;
        if (Long.compareUnsigned(high, otherHigh) < 0) {
            low = low >>> 1 | low & 1 | high << 63;
            high = high >>> 1 | Long.MIN_VALUE;
            exponent++;
        }
    }

    /** Subtracts the magnitude of a number that is not larger. */
    void minus(int otherExponent, long significand) {
        int distance = exponent - otherExponent;
        long otherHigh = distance > 63 ? 0 : significand >>> distance;
        long otherLow = shiftedLow(significand, distance);
        low = -otherLow;
        high -= otherHigh + (otherLow == 0 ? 0 : 1);
        normalize();
    }

    /** Adds another number, which is used up; neither is zero, and the sum may be. What the smaller one has below 128 bits sticks. */
    void add(Exact other) {
        if (exponent < other.exponent || exponent == other.exponent && Unsigned128.compare(high, low, other.high, other.low) < 0) {
            swap(other);
        }
        other.denormalize(exponent);
        if (sign != other.sign) {
            high -= other.high + (Long.compareUnsigned(low, other.low) < 0 ? 1 : 0);
            low -= other.low;
            normalize();
            return;
        }
        low += other.low;
        long carry = Long.compareUnsigned(low, other.low) < 0 ? 1 : 0;
        boolean overflows = Long.compareUnsigned(high, ~other.high - carry) > 0;
        high += other.high + carry;
        if (overflows) {
            low = low >>> 1 | low & 1 | high << 63;
            high = high >>> 1 | Long.MIN_VALUE;
            exponent++;
        }
    }

    private void swap(Exact other) {
        int ownSign = sign;
        int ownExponent = exponent;
        long ownHigh = high;
        long ownLow = low;
        set(other.sign, other.exponent, other.high);
        low = other.low;
        other.set(ownSign, ownExponent, ownHigh);
        other.low = ownLow;
    }

    private static long shiftedLow(long significand, int distance) {
        if (distance == 0) {
            return 0;
        }
        if (distance <= 64) {
            return significand << (64 - distance);
        }
        return distance < 128 ? significand >>> (distance - 64) | (significand << (128 - distance) == 0 ? 0 : 1) : 1;
    }

    void normalize() {
        if (high == 0) {
            high = low;
            low = 0;
            exponent -= 64;
        }
        int zeros = Long.numberOfLeadingZeros(high);
        if (zeros != 0 && high != 0) {
            high = high << zeros | low >>> (64 - zeros);
            low <<= zeros;
            exponent -= zeros;
        }
    }

    boolean isZero() {
        return (high | low) == 0;
    }

    /** Shifts right until the exponent is {@code newExponent}. */
    void denormalize(int newExponent) {
        int distance = newExponent - exponent;
        exponent = newExponent;
        if (distance >= 128) {
            low = isZero() ? 0 : 1;
            high = 0;
        } else if (distance >= 64) {
            long lost = distance == 64 ? low : low | high << (128 - distance);
            low = (distance == 64 ? high : high >>> (distance - 64)) | (lost == 0 ? 0 : 1);
            high = 0;
        } else if (distance > 0) {
            long lost = low << (64 - distance);
            low = low >>> distance | high << (64 - distance) | (lost == 0 ? 0 : 1);
            high >>>= distance;
        }
    }

    /** Rounds to the {@code precision} top bit positions; returns PE and ROUNDED_UP as they apply. */
    int roundTo(int precision, int rounding) {
        long unit = 1L << (64 - precision);
        long tail = high & unit - 1;
        if ((tail | low) == 0) {
            return 0;
        }
        boolean up = switch (rounding) {
            case FpException.NEAREST -> nearestIsUp(unit, tail);
            case FpException.DOWN -> sign != 0;
            case FpException.UP -> sign == 0;
            default -> false;
        };
        high -= tail;
        low = 0;
        if (!up) {
            return FpException.PE;
        }
        high += unit;
        if (high == 0) {
            high = Long.MIN_VALUE;
            exponent++;
        }
        return FpException.PE | ROUNDED_UP;
    }

    private boolean nearestIsUp(long unit, long tail) {
        if (unit == 1) {
            return low < 0 && (low != Long.MIN_VALUE || (high & 1) != 0);
        }
        long half = unit >>> 1;
        return (tail & half) != 0 && (tail & half - 1 | low | high & unit) != 0;
    }

    /**
     * Rounds to a format with least normal exponent {@code least} and greatest exponent {@code greatest}; returns OE, UE, PE and
     * ROUNDED_UP. After overflow, and after unmasked underflow, the exponent is out of the format's range. Tininess is detected after
     * rounding.
     */
    int round(int precision, int least, int greatest, int rounding, boolean underflowMasked) {
        int unroundedExponent = exponent;
        long unroundedHigh = high;
        long unroundedLow = low;
        int flags = roundTo(precision, rounding);
        if (exponent > greatest) {
            return flags | FpException.OE;
        }
        if (exponent >= least) {
            return flags;
        }
        if (!underflowMasked) {
            return flags | FpException.UE;
        }
        exponent = unroundedExponent;
        high = unroundedHigh;
        low = unroundedLow;
        denormalize(least);
        flags = roundTo(precision, rounding);
        return flags == 0 ? 0 : flags | FpException.UE;
    }
}
