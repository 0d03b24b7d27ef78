package org.jvmx.cpu.semantics;

import java.util.SplittableRandom;

/**
 * Floating-point operands that are likely to go wrong: boundaries of exponents and significands, NaNs, infinities, denormals, pairs that
 * nearly cancel.
 */
public final class NastyNumbers {
    private static final int[] PRECISIONS = {0, 2, 3, 3};

    public final SplittableRandom random;
    /** The last double extended number. */
    public int signExponent;
    public long significand;

    public NastyNumbers(long seed) {
        this(new SplittableRandom(seed));
    }

    public NastyNumbers(SplittableRandom random) {
        this.random = random;
    }

    private long fraction(int bits) {
        long ones = -1L >>> 64 - bits;
        return switch (random.nextInt(10)) {
            case 0 -> 0;
            case 1 -> 1L << random.nextInt(bits);
            case 2 -> ones;
            case 3 -> ones << random.nextInt(bits) & ones;
            case 4 -> random.nextInt(4);
            case 5 -> ones - random.nextInt(4);
            case 6 -> ones >>> random.nextInt(bits);
            default -> random.nextLong() & ones;
        };
    }

    /** A biased exponent; {@code near} is that of a partner, or -1. */
    private int exponent(int greatest, int near) {
        return switch (random.nextInt(12)) {
            case 0 -> 0;
            case 1 -> greatest;
            case 2 -> 1 + random.nextInt(3);
            case 3 -> greatest - 1 - random.nextInt(3);
            case 4 -> random.nextInt(greatest + 1);
            case 5 -> greatest / 2 + random.nextInt(140) - 70;
            default -> near < 0 ? greatest / 2 + random.nextInt(5) - 2 : Math.clamp(near + random.nextInt(130) - 65, 0, greatest);
        };
    }

    public long fp64(long partner) {
        int near = partner == 0 ? -1 : (int) (partner >>> 52) & 0x7ff;
        return random.nextLong() & 1L << 63 | (long) (exponent(0x7ff, near) & 0x7ff) << 52 | fraction(52);
    }

    public int fp32(int partner) {
        int near = partner == 0 ? -1 : partner >>> 23 & 0xff;
        return random.nextInt() & 1 << 31 | (exponent(0xff, near) & 0xff) << 23 | (int) fraction(23);
    }

    /** Two single-precision numbers. */
    public long fp32Pair(long partner) {
        return fp32((int) partner) & 0xffff_ffffL | (long) fp32((int) (partner >>> 32)) << 32;
    }

    /** Sets {@link #signExponent} and {@link #significand}; unnormals and pseudo-denormals are among them. */
    public void fp80(int near) {
        int exponent = exponent(0x7fff, near) & 0x7fff;
        signExponent = random.nextInt(2) << 15 | exponent;
        significand = fraction(63);
        boolean regular = random.nextInt(24) != 0;
        if (exponent != 0 == regular) {
            significand |= 1L << 63;
        }
    }

    /** A control word with random rounding and precision and, now and then, unmasked exceptions. */
    public int controlWord() {
        int word = 0x7f | random.nextInt(4) << 10 | PRECISIONS[random.nextInt(4)] << 8;
        return random.nextInt(3) == 0 ? word & ~random.nextInt(64) : word;
    }

    /** MXCSR with random rounding, DAZ and FTZ, sticky flags and, now and then, unmasked exceptions. */
    public int mxcsr() {
        int value = 0x1f80 | (random.nextBoolean() ? random.nextInt(4) << 13 : 0);
        value |= (random.nextInt(3) == 0 ? 0x40 : 0) | (random.nextInt(3) == 0 ? 0x8000 : 0);
        value |= random.nextInt(3) == 0 ? random.nextInt(64) : 0;
        return random.nextInt(3) == 0 ? value & ~(random.nextInt(64) << 7) : value;
    }
}
