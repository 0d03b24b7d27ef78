package org.jvmx.cpu.fp;

/** Packed multiplications, sums across lanes and their kin on the lanes of a quadword. SDM Vol. 2. */
public final class PackedProduct {
    private static final long WORD = 0xffff;

    private PackedProduct() {
    }

    /** PMULLW. */
    public static long multiplyLowWords(long a, long b) {
        long result = 0;
        for (int shift = 0; shift < 64; shift += 16) {
            result |= (word(a, shift) * word(b, shift) & WORD) << shift;
        }
        return result;
    }

    /** PMULHW. */
    public static long multiplyHighWords(long a, long b) {
        long result = 0;
        for (int shift = 0; shift < 64; shift += 16) {
            result |= (word(a, shift) * word(b, shift) >>> 16 & WORD) << shift;
        }
        return result;
    }

    /** PMULHUW. */
    public static long multiplyHighUnsignedWords(long a, long b) {
        long result = 0;
        for (int shift = 0; shift < 64; shift += 16) {
            result |= ((a >>> shift & WORD) * (b >>> shift & WORD) >>> 16) << shift;
        }
        return result;
    }

    /** PMULHRSW. */
    public static long multiplyHighRoundedWords(long a, long b) {
        long result = 0;
        for (int shift = 0; shift < 64; shift += 16) {
            result |= ((word(a, shift) * word(b, shift) >> 14) + 1 >> 1 & WORD) << shift;
        }
        return result;
    }

    /** PMULLD. */
    public static long multiplyLowDoublewords(long a, long b) {
        return a * b & 0xffff_ffffL | (a >>> 32) * (b >>> 32) << 32;
    }

    /** PMULUDQ. */
    public static long multiplyUnsignedDoublewords(long a, long b) {
        return (a & 0xffff_ffffL) * (b & 0xffff_ffffL);
    }

    /** PMULDQ. */
    public static long multiplySignedDoublewords(long a, long b) {
        return (long) (int) a * (int) b;
    }

    /** PMADDWD. */
    public static long multiplyAddWords(long a, long b) {
        long low = word(a, 0) * word(b, 0) + word(a, 16) * word(b, 16);
        long high = word(a, 32) * word(b, 32) + word(a, 48) * word(b, 48);
        return low & 0xffff_ffffL | high << 32;
    }

    /** PMADDUBSW: unsigned bytes of a, signed bytes of b. */
    public static long multiplyAddBytes(long a, long b) {
        long result = 0;
        for (int shift = 0; shift < 64; shift += 16) {
            long even = (a >>> shift & 0xff) * (byte) (b >>> shift);
            long odd = (a >>> shift + 8 & 0xff) * (byte) (b >>> shift + 8);
            result |= (saturateWord(even + odd) & WORD) << shift;
        }
        return result;
    }

    /** PSADBW. */
    public static long sumOfAbsoluteDifferences(long a, long b) {
        long differences = PackedInteger.subtractUnsignedSaturatedBytes(a, b) | PackedInteger.subtractUnsignedSaturatedBytes(b, a);
        long pairs = (differences & 0x00ff_00ff_00ff_00ffL) + (differences >>> 8 & 0x00ff_00ff_00ff_00ffL);
        return pairs * 0x0001_0001_0001_0001L >>> 48;
    }

    /** PHADDW: the sums of neighbours of a, then of b. */
    public static long horizontalAddWords(long a, long b) {
        return PackedInteger.addWords(evenWords(a, b), oddWords(a, b));
    }

    /** PHADDSW. */
    public static long horizontalAddSaturatedWords(long a, long b) {
        return PackedInteger.addSignedSaturatedWords(evenWords(a, b), oddWords(a, b));
    }

    /** PHADDD. */
    public static long horizontalAddDoublewords(long a, long b) {
        return a + (a >>> 32) & 0xffff_ffffL | b + (b >>> 32) << 32;
    }

    /** PHSUBW. */
    public static long horizontalSubtractWords(long a, long b) {
        return PackedInteger.subtractWords(evenWords(a, b), oddWords(a, b));
    }

    /** PHSUBSW. */
    public static long horizontalSubtractSaturatedWords(long a, long b) {
        return PackedInteger.subtractSignedSaturatedWords(evenWords(a, b), oddWords(a, b));
    }

    /** PHSUBD. */
    public static long horizontalSubtractDoublewords(long a, long b) {
        return a - (a >>> 32) & 0xffff_ffffL | b - (b >>> 32) << 32;
    }

    /**
     * One half of MPSADBW: four sums, for the windows of the 11 bytes at {@code a}'s offset, against one block of four bytes of
     * {@code block}.
     */
    public static long multipleSums(long aLow, long aHigh, int offset, int block) {
        long result = 0;
        for (int window = 0; window < 4; window++) {
            int at = offset + window;
            long bytes = at >= 8 ? aHigh >>> 8 * (at - 8) : at == 0 ? aLow : aLow >>> 8 * at | aHigh << 64 - 8 * at;
            result |= sumOfAbsoluteDifferences(bytes & 0xffff_ffffL, block & 0xffff_ffffL) << 16 * window;
        }
        return result;
    }

    /** PHMINPOSUW: the least unsigned word, and above it its index. */
    public static long leastUnsignedWord(long low, long high) {
        long least = low & WORD;
        int index = 0;
        for (int i = 1; i < 8; i++) {
            long word = (i < 4 ? low >>> 16 * i : high >>> 16 * (i - 4)) & WORD;
            if (word < least) {
                least = word;
                index = i;
            }
        }
        return least | (long) index << 16;
    }

    static long saturateWord(long value) {
        return Math.max(Short.MIN_VALUE, Math.min(Short.MAX_VALUE, value));
    }

    private static long word(long x, int shift) {
        return (short) (x >>> shift);
    }

    private static long evenWords(long a, long b) {
        return PackedShuffle.evenWords(a) | PackedShuffle.evenWords(b) << 32;
    }

    private static long oddWords(long a, long b) {
        return PackedShuffle.evenWords(a >>> 16) | PackedShuffle.evenWords(b >>> 16) << 32;
    }
}
