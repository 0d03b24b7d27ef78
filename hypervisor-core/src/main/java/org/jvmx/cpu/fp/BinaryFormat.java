package org.jvmx.cpu.fp;

/** The half, single and double precision formats as data. SDM Vol. 1, "Floating-Point Data Types". */
final class BinaryFormat {
    static final BinaryFormat HALF = new BinaryFormat(10, 5);
    static final BinaryFormat SINGLE = new BinaryFormat(23, 8);
    static final BinaryFormat DOUBLE = new BinaryFormat(52, 11);

    final int fractionBits;
    final int signBit;
    final int greatestBiased;
    final int bias;
    final long infinity;
    final long quietBit;
    final long defaultNan;

    private BinaryFormat(int fractionBits, int exponentBits) {
        this.fractionBits = fractionBits;
        signBit = fractionBits + exponentBits;
        greatestBiased = (1 << exponentBits) - 1;
        bias = greatestBiased >>> 1;
        infinity = (long) greatestBiased << fractionBits;
        quietBit = 1L << (fractionBits - 1);
        defaultNan = 1L << signBit | infinity | quietBit;
    }

    int precision() {
        return fractionBits + 1;
    }

    long signed(int sign, long magnitude) {
        return (long) sign << signBit | magnitude;
    }

    /** The encoding of a rounded number within the format's range; the top bit is clear if and only if it is denormal or zero. */
    long encode(Exact number) {
        long fraction = number.high << 1 >>> (64 - fractionBits);
        long biased = number.high < 0 ? number.exponent + bias : 0;
        return signed(number.sign, biased << fractionBits | fraction);
    }

    /** The masked response to overflow: infinity, or the largest finite number where rounding is toward zero from there. */
    long overflowed(int sign, int rounding) {
        boolean toInfinity = rounding == FpException.NEAREST || rounding == (sign == 0 ? FpException.UP : FpException.DOWN);
        return signed(sign, toInfinity ? infinity : infinity - 1);
    }
}
