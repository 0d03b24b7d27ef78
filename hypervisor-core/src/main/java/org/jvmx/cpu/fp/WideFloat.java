package org.jvmx.cpu.fp;

/**
 * A floating-point number of 128 significant bits for intermediate results: {@code (-1)^sign * high:low * 2^(exponent - 127)}, top bit
 * set unless zero. Results are truncated; each operation is off by less than a few units of the last place.
 */
final class WideFloat {
    int sign;
    int exponent;
    long high;
    long low;

    WideFloat() {
    }

    WideFloat(int exponent, long high, long low) {
        set(0, exponent, high, low);
    }

    /** The quotient of two small positive integers. */
    static WideFloat ratio(long numerator, long denominator) {
        WideFloat a = new WideFloat();
        WideFloat b = new WideFloat();
        a.setInteger(numerator);
        b.setInteger(denominator);
        WideFloat quotient = new WideFloat();
        quotient.divide(a, b, new WideFloat(), new WideFloat());
        return quotient;
    }

    void set(int newSign, int newExponent, long newHigh, long newLow) {
        sign = newSign;
        exponent = newExponent;
        high = newHigh;
        low = newLow;
    }

    void set(WideFloat other) {
        set(other.sign, other.exponent, other.high, other.low);
    }

    void setInteger(long value) {
        set(value < 0 ? 1 : 0, 63, Math.abs(value), 0);
        normalize();
    }

    boolean isZero() {
        return (high | low) == 0;
    }

    void negate() {
        sign ^= 1;
    }

    void multiply(WideFloat a, WideFloat b) {
        long ah = a.high;
        long al = a.low;
        long bh = b.high;
        long bl = b.low;
        long top = Math.unsignedMultiplyHigh(ah, bh);
        long sum = ah * bh;
        sum += Math.unsignedMultiplyHigh(ah, bl);
        top += Long.compareUnsigned(sum, ah * bh) < 0 ? 1 : 0;
        long cross = Math.unsignedMultiplyHigh(al, bh);
        sum += cross;
        top += Long.compareUnsigned(sum, cross) < 0 ? 1 : 0;
        set(a.sign ^ b.sign, a.exponent + b.exponent + 1, top, sum);
        if (top >= 0 && top != 0) {
            high = top << 1 | sum >>> 63;
            low = sum << 1;
            exponent--;
        }
    }

    void add(WideFloat a, WideFloat b) {
        if (a.isZero() || b.isZero()) {
            set(a.isZero() ? b : a);
            return;
        }
        boolean swap = a.exponent < b.exponent || a.exponent == b.exponent && lessMagnitude(a, b);
        WideFloat large = swap ? b : a;
        WideFloat small = swap ? a : b;
        int distance = large.exponent - small.exponent;
        long smallHigh = distance > 63 ? 0 : small.high >>> distance;
        long smallLow = shiftedLow(small, distance);
        int smallSign = small.sign;
        set(large);
        if (smallSign == sign) {
            addMagnitude(smallHigh, smallLow);
        } else {
            subtractMagnitude(smallHigh, smallLow);
        }
    }

    private static long shiftedLow(WideFloat x, int distance) {
        if (distance == 0) {
            return x.low;
        }
        if (distance < 64) {
            return x.low >>> distance | x.high << (64 - distance);
        }
        return distance < 128 ? x.high >>> (distance - 64) : 0;
    }

    private static boolean lessMagnitude(WideFloat a, WideFloat b) {
        int order = Long.compareUnsigned(a.high, b.high);
        return order < 0 || order == 0 && Long.compareUnsigned(a.low, b.low) < 0;
    }

    private void addMagnitude(long otherHigh, long otherLow) {
        low += otherLow;
        long carry = Long.compareUnsigned(low, otherLow) < 0 ? 1 : 0;
        long sum = high + otherHigh + carry;
        boolean overflow = Long.compareUnsigned(sum, high) < 0 || sum == high && otherHigh != 0;
        high = sum;
        if (overflow) {
            low = low >>> 1 | high << 63;
            high = high >>> 1 | Long.MIN_VALUE;
            exponent++;
        }
    }

    /** What was shifted out of the smaller number counts as the least unit, so that one minus almost nothing is less than one. */
    private void subtractMagnitude(long otherHigh, long otherLow) {
        boolean vanished = (otherHigh | otherLow) == 0;
        long subtrahend = vanished ? 1 : otherLow;
        long borrow = Long.compareUnsigned(low, subtrahend) < 0 ? 1 : 0;
        low -= subtrahend;
        high -= otherHigh + borrow;
        normalize();
    }

    /** {@code a / b}, by two quotients of 64 bits each. */
    void divide(WideFloat a, WideFloat b, WideFloat product, WideFloat rest) {
        firstQuotient(a, b);
        product.multiply(this, b);
        product.negate();
        rest.add(a, product);
        if (!rest.isZero()) {
            product.firstQuotient(rest, b);
            add(this, product);
        }
    }

    private void firstQuotient(WideFloat a, WideFloat b) {
        int quotientSign = a.sign ^ b.sign;
        if (Long.compareUnsigned(a.high, b.high) < 0) {
            set(quotientSign, a.exponent - b.exponent - 1, Unsigned128.divide(a.high, a.low, b.high), 0);
        } else {
            long quotient = Unsigned128.divide(a.high >>> 1, a.high << 63 | a.low >>> 1, b.high);
            set(quotientSign, a.exponent - b.exponent, quotient, 0);
        }
        normalize();
    }

    /** The value of the polynomial with these coefficients, lowest first, at {@code x}. */
    void polynomial(WideFloat[] coefficients, WideFloat x) {
        set(coefficients[coefficients.length - 1]);
        for (int i = coefficients.length - 2; i >= 0; i--) {
            multiply(this, x);
            add(this, coefficients[i]);
        }
    }

    void normalize() {
        if (high == 0) {
            if (low == 0) {
                exponent = 0;
                return;
            }
            high = low;
            low = 0;
            exponent -= 64;
        }
        int zeros = Long.numberOfLeadingZeros(high);
        if (zeros != 0) {
            high = high << zeros | low >>> (64 - zeros);
            low <<= zeros;
            exponent -= zeros;
        }
    }
}
