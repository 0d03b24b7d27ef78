package org.jvmx.cpu.fp;

/** Packed shifts of the lanes of a quadword by one count, which may exceed the lane. SDM Vol. 2, PSLLx, PSRLx, PSRAx. */
public final class PackedShift {
    private PackedShift() {
    }

    /** PSLLW. */
    public static long leftWords(long a, long count) {
        return count < 0 || count > 15 ? 0 : a << count & lanes16((0xffffL << count) & 0xffff);
    }

    /** PSLLD. */
    public static long leftDoublewords(long a, long count) {
        return count < 0 || count > 31 ? 0 : a << count & lanes32((0xffff_ffffL << count) & 0xffff_ffffL);
    }

    /** PSLLQ. */
    public static long leftQuadwords(long a, long count) {
        return count < 0 || count > 63 ? 0 : a << count;
    }

    /** PSRLW. */
    public static long rightWords(long a, long count) {
        return count < 0 || count > 15 ? 0 : a >>> count & lanes16(0xffffL >>> count);
    }

    /** PSRLD. */
    public static long rightDoublewords(long a, long count) {
        return count < 0 || count > 31 ? 0 : a >>> count & lanes32(0xffff_ffffL >>> count);
    }

    /** PSRLQ. */
    public static long rightQuadwords(long a, long count) {
        return count < 0 || count > 63 ? 0 : a >>> count;
    }

    /** PSRAW. */
    public static long arithmeticRightWords(long a, long count) {
        int shift = count < 0 || count > 15 ? 15 : (int) count;
        long signs = PackedInteger.fill(a & PackedInteger.HIGH_16, 16);
        return rightWords(a, shift) | signs & ~lanes16(0xffffL >>> shift);
    }

    /** PSRAD. */
    public static long arithmeticRightDoublewords(long a, long count) {
        int shift = count < 0 || count > 31 ? 31 : (int) count;
        return (long) (int) a >> shift & 0xffff_ffffL | a >> 32 >> shift << 32;
    }

    /** The low half of PSLLDQ. */
    public static long leftBytesLow(long low, int count) {
        return count > 7 ? 0 : low << 8 * count;
    }

    /** The high half of PSLLDQ. */
    public static long leftBytesHigh(long low, long high, int count) {
        if (count == 0) {
            return high;
        }
        return count > 15 ? 0 : count > 7 ? low << 8 * (count - 8) : high << 8 * count | low >>> 64 - 8 * count;
    }

    /** The low half of PSRLDQ. */
    public static long rightBytesLow(long low, long high, int count) {
        if (count == 0) {
            return low;
        }
        return count > 15 ? 0 : count > 7 ? high >>> 8 * (count - 8) : low >>> 8 * count | high << 64 - 8 * count;
    }

    /** The high half of PSRLDQ. */
    public static long rightBytesHigh(long high, int count) {
        return count > 7 ? 0 : high >>> 8 * count;
    }

    private static long lanes16(long lane) {
        return lane * 0x0001_0001_0001_0001L;
    }

    private static long lanes32(long lane) {
        return lane * 0x1_0000_0001L;
    }
}
