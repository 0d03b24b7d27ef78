package org.jvmx.cpu.fp;

/** Packed moves between lanes: pack, unpack, shuffle, blend, extend. SDM Vol. 2. */
public final class PackedShuffle {
    private static final long EVEN_BYTES = 0x00ff_00ff_00ff_00ffL;
    private static final long EVEN_WORDS = 0x0000_ffff_0000_ffffL;

    private PackedShuffle() {
    }

    /** PACKSSWB: the words of a, then of b. */
    public static long packSignedWords(long a, long b) {
        return evenBytes(clampWords(a, -128, 127)) | evenBytes(clampWords(b, -128, 127)) << 32;
    }

    /** PACKUSWB. */
    public static long packUnsignedWords(long a, long b) {
        return evenBytes(clampWords(a, 0, 255)) | evenBytes(clampWords(b, 0, 255)) << 32;
    }

    /** PACKSSDW. */
    public static long packSignedDoublewords(long a, long b) {
        return packDoublewords(a, Short.MIN_VALUE, Short.MAX_VALUE) | packDoublewords(b, Short.MIN_VALUE, Short.MAX_VALUE) << 32;
    }

    /** PACKUSDW. */
    public static long packUnsignedDoublewords(long a, long b) {
        return packDoublewords(a, 0, 0xffff) | packDoublewords(b, 0, 0xffff) << 32;
    }

    /** PUNPCKLBW of quadwords. */
    public static long interleaveLowBytes(long a, long b) {
        return spreadBytes(a & 0xffff_ffffL) | spreadBytes(b & 0xffff_ffffL) << 8;
    }

    /** PUNPCKHBW of quadwords. */
    public static long interleaveHighBytes(long a, long b) {
        return spreadBytes(a >>> 32) | spreadBytes(b >>> 32) << 8;
    }

    /** PUNPCKLWD of quadwords. */
    public static long interleaveLowWords(long a, long b) {
        return spreadWords(a & 0xffff_ffffL) | spreadWords(b & 0xffff_ffffL) << 16;
    }

    /** PUNPCKHWD of quadwords. */
    public static long interleaveHighWords(long a, long b) {
        return spreadWords(a >>> 32) | spreadWords(b >>> 32) << 16;
    }

    /** PUNPCKLDQ of quadwords. */
    public static long interleaveLowDoublewords(long a, long b) {
        return a & 0xffff_ffffL | b << 32;
    }

    /** PUNPCKHDQ of quadwords. */
    public static long interleaveHighDoublewords(long a, long b) {
        return a >>> 32 | b & 0xffff_ffff_0000_0000L;
    }

    /** PSHUFB of a quadword. */
    public static long shuffleBytes(long a, long control) {
        long result = 0;
        for (int shift = 0; shift < 64; shift += 8) {
            long select = control >>> shift;
            if ((select & 0x80) == 0) {
                result |= (a >>> 8 * (select & 7) & 0xff) << shift;
            }
        }
        return result;
    }

    /** Half of PSHUFB of a double quadword: the eight bytes that {@code control} selects. */
    public static long shuffleBytes(long low, long high, long control) {
        long result = 0;
        for (int shift = 0; shift < 64; shift += 8) {
            long select = control >>> shift;
            if ((select & 0x80) == 0) {
                result |= (((select & 8) == 0 ? low : high) >>> 8 * (select & 7) & 0xff) << shift;
            }
        }
        return result;
    }

    /** PSHUFW; also the moved half of PSHUFLW and PSHUFHW. */
    public static long shuffleWords(long a, int order) {
        long result = 0;
        for (int i = 0; i < 4; i++) {
            result |= (a >>> 16 * (order >>> 2 * i & 3) & 0xffff) << 16 * i;
        }
        return result;
    }

    /** Two doublewords of a double quadword, by the low four bits of the order: half of PSHUFD or SHUFPS. */
    public static long selectDoublewords(long low, long high, int order) {
        long first = (order & 2) == 0 ? low : high;
        long second = (order & 8) == 0 ? low : high;
        return first >>> 32 * (order & 1) & 0xffff_ffffL | second >>> 32 * (order >>> 2 & 1) << 32;
    }

    /** PALIGNR of quadwords: bytes from {@code shift} on of {@code high:low}. */
    public static long align(long high, long low, int shift) {
        if (shift >= 8) {
            return shift >= 16 ? 0 : high >>> 8 * (shift - 8);
        }
        return shift == 0 ? low : low >>> 8 * shift | high << 64 - 8 * shift;
    }

    /** The bytes of b where the high bits of the mask's bytes are set, else of a: PBLENDVB. */
    public static long blendBytes(long a, long b, long mask) {
        return PackedInteger.select(PackedInteger.fill(mask & PackedInteger.HIGH_8, 8), b, a);
    }

    /** BLENDVPS. */
    public static long blendDoublewords(long a, long b, long mask) {
        return PackedInteger.select(PackedInteger.fill(mask & PackedInteger.HIGH_32, 32), b, a);
    }

    /** BLENDVPD. */
    public static long blendQuadwords(long a, long b, long mask) {
        return mask < 0 ? b : a;
    }

    /** Half of PBLENDW, by the low four bits of the mask. */
    public static long blendWords(long a, long b, int mask) {
        long words = mask & 1 | (mask & 2) << 15 | (mask & 4L) << 30 | (mask & 8L) << 45;
        return PackedInteger.select(words * 0xffff, b, a);
    }

    /** Eight bytes' worth of lanes of {@code to} bits from the low lanes of {@code from} bits: PMOVSX, PMOVZX. */
    public static long extend(long source, int from, int to, boolean signed) {
        long laneMask = to == 64 ? -1L : (1L << to) - 1;
        long result = 0;
        for (int lane = 0; lane < 64 / to; lane++) {
            long value = source << 64 - from - lane * from;
            result |= ((signed ? value >> 64 - from : value >>> 64 - from) & laneMask) << lane * to;
        }
        return result;
    }

    /** The high bits of the eight bytes: PMOVMSKB of a quadword. */
    public static int signsOfBytes(long a) {
        return (int) ((a & PackedInteger.HIGH_8) * 0x0002_0408_1020_4081L >>> 56);
    }

    /** The words at even places, together in the low half. */
    static long evenWords(long a) {
        return a & 0xffff | a >>> 16 & 0xffff_0000L;
    }

    private static long evenBytes(long a) {
        long x = a & EVEN_BYTES;
        return evenWords((x | x >>> 8) & EVEN_WORDS);
    }

    private static long spreadBytes(long low) {
        return (spreadWords(low) | spreadWords(low) << 8) & EVEN_BYTES;
    }

    private static long spreadWords(long low) {
        return (low | low << 16) & EVEN_WORDS;
    }

    private static long clampWords(long a, int least, int greatest) {
        long result = 0;
        for (int shift = 0; shift < 64; shift += 16) {
            result |= (Math.max(least, Math.min(greatest, (short) (a >>> shift))) & 0xffffL) << shift;
        }
        return result;
    }

    private static long packDoublewords(long a, int least, int greatest) {
        long low = Math.max(least, Math.min(greatest, (int) a)) & 0xffff;
        return low | (Math.max(least, Math.min(greatest, (int) (a >> 32))) & 0xffffL) << 16;
    }
}
