package org.jvmx.cpu.fp;

/**
 * An operand taken apart: {@code (-1)^sign * significand * 2^(exponent - 63)}, top bit set, if it is finite. SDM Vol. 1, "Real Number and
 * NaN Encodings".
 */
final class Operand {
    static final int ZERO = 0;
    static final int FINITE = 1;
    static final int INFINITE = 2;
    static final int QUIET_NAN = 3;
    static final int SIGNALING_NAN = 4;
    /** An encoding of the double extended format that the processor does not know: pseudo-NaN, pseudo-infinity, unnormal. */
    static final int UNSUPPORTED = 5;

    int kind;
    int sign;
    int exponent;
    long significand;
    boolean denormal;

    /** Takes apart a single or double precision number. */
    void load(BinaryFormat format, long bits) {
        sign = (int) (bits >>> format.signBit) & 1;
        int biased = (int) (bits >>> format.fractionBits) & format.greatestBiased;
        long fraction = bits << (64 - format.fractionBits);
        denormal = false;
        if (biased == format.greatestBiased) {
            kind = fraction == 0 ? INFINITE : fraction < 0 ? QUIET_NAN : SIGNALING_NAN;
        } else if (biased != 0) {
            kind = FINITE;
            exponent = biased - format.bias;
            significand = Long.MIN_VALUE | fraction >>> 1;
        } else if (fraction == 0) {
            kind = ZERO;
        } else {
            loadDenormal(1 - format.bias, fraction >>> 1);
        }
    }

    /** Takes apart a double extended precision number. */
    void load(int signExponent, long bits) {
        sign = signExponent >>> 15 & 1;
        int biased = signExponent & 0x7fff;
        denormal = false;
        significand = bits;
        exponent = biased - Fp80.BIAS;
        if (biased == 0) {
            if (bits == 0) {
                kind = ZERO;
            } else {
                loadDenormal(1 - Fp80.BIAS, bits);
            }
        } else if (bits >= 0) {
            kind = UNSUPPORTED;
        } else if (biased == 0x7fff) {
            long fraction = bits << 1;
            kind = fraction == 0 ? INFINITE : fraction < 0 ? QUIET_NAN : SIGNALING_NAN;
        } else {
            kind = FINITE;
        }
    }

    private void loadDenormal(int leastExponent, long bits) {
        int zeros = Long.numberOfLeadingZeros(bits);
        kind = FINITE;
        denormal = true;
        exponent = leastExponent - zeros;
        significand = bits << zeros;
    }

    /** Takes an integer. */
    void loadInteger(long value) {
        denormal = false;
        sign = value < 0 ? 1 : 0;
        kind = value == 0 ? ZERO : FINITE;
        long magnitude = Math.abs(value);
        int zeros = Long.numberOfLeadingZeros(magnitude);
        exponent = 63 - zeros;
        significand = magnitude << (zeros & 63);
    }

    void makeZero() {
        kind = ZERO;
        denormal = false;
    }

    boolean isNan() {
        return kind >= QUIET_NAN;
    }
}
