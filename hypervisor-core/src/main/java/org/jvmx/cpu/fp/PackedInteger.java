package org.jvmx.cpu.fp;

/**
 * Packed integer arithmetic on the lanes of a quadword, a whole MMX register or half of an XMM register. Lane 0 is the least significant.
 * SDM Vol. 1, "Programming with Intel MMX Technology".
 */
public final class PackedInteger {
    static final long HIGH_8 = 0x8080_8080_8080_8080L;
    static final long HIGH_16 = 0x8000_8000_8000_8000L;
    static final long HIGH_32 = 0x8000_0000_8000_0000L;

    private PackedInteger() {
    }

    /** PADDB. */
    public static long addBytes(long a, long b) {
        return add(a, b, HIGH_8);
    }

    /** PADDW. */
    public static long addWords(long a, long b) {
        return add(a, b, HIGH_16);
    }

    /** PADDD. */
    public static long addDoublewords(long a, long b) {
        return add(a, b, HIGH_32);
    }

    /** PADDQ. */
    public static long addQuadwords(long a, long b) {
        return a + b;
    }

    /** PSUBB. */
    public static long subtractBytes(long a, long b) {
        return subtract(a, b, HIGH_8);
    }

    /** PSUBW. */
    public static long subtractWords(long a, long b) {
        return subtract(a, b, HIGH_16);
    }

    /** PSUBD. */
    public static long subtractDoublewords(long a, long b) {
        return subtract(a, b, HIGH_32);
    }

    /** PSUBQ. */
    public static long subtractQuadwords(long a, long b) {
        return a - b;
    }

    /** PADDSB. */
    public static long addSignedSaturatedBytes(long a, long b) {
        long sum = add(a, b, HIGH_8);
        return saturate(a, sum, ~(a ^ b) & (a ^ sum), HIGH_8, 8);
    }

    /** PADDSW. */
    public static long addSignedSaturatedWords(long a, long b) {
        long sum = add(a, b, HIGH_16);
        return saturate(a, sum, ~(a ^ b) & (a ^ sum), HIGH_16, 16);
    }

    /** PSUBSB. */
    public static long subtractSignedSaturatedBytes(long a, long b) {
        long difference = subtract(a, b, HIGH_8);
        return saturate(a, difference, (a ^ b) & (a ^ difference), HIGH_8, 8);
    }

    /** PSUBSW. */
    public static long subtractSignedSaturatedWords(long a, long b) {
        long difference = subtract(a, b, HIGH_16);
        return saturate(a, difference, (a ^ b) & (a ^ difference), HIGH_16, 16);
    }

    /** PADDUSB. */
    public static long addUnsignedSaturatedBytes(long a, long b) {
        long sum = add(a, b, HIGH_8);
        return sum | fill((a & b | (a | b) & ~sum) & HIGH_8, 8);
    }

    /** PADDUSW. */
    public static long addUnsignedSaturatedWords(long a, long b) {
        long sum = add(a, b, HIGH_16);
        return sum | fill((a & b | (a | b) & ~sum) & HIGH_16, 16);
    }

    /** PSUBUSB. */
    public static long subtractUnsignedSaturatedBytes(long a, long b) {
        return subtract(a, b, HIGH_8) & ~belowBytes(a, b);
    }

    /** PSUBUSW. */
    public static long subtractUnsignedSaturatedWords(long a, long b) {
        return subtract(a, b, HIGH_16) & ~belowWords(a, b);
    }

    /** PAVGB. */
    public static long averageBytes(long a, long b) {
        return subtract(a | b, (a ^ b) >>> 1 & ~HIGH_8, HIGH_8);
    }

    /** PAVGW. */
    public static long averageWords(long a, long b) {
        return subtract(a | b, (a ^ b) >>> 1 & ~HIGH_16, HIGH_16);
    }

    /** PCMPEQB. */
    public static long equalBytes(long a, long b) {
        return fill(zeroLanes(a ^ b, HIGH_8), 8);
    }

    /** PCMPEQW. */
    public static long equalWords(long a, long b) {
        return fill(zeroLanes(a ^ b, HIGH_16), 16);
    }

    /** PCMPEQD. */
    public static long equalDoublewords(long a, long b) {
        return fill(zeroLanes(a ^ b, HIGH_32), 32);
    }

    /** PCMPEQQ. */
    public static long equalQuadwords(long a, long b) {
        return a == b ? -1L : 0;
    }

    /** PCMPGTB. */
    public static long greaterBytes(long a, long b) {
        return fill(less(b, a, HIGH_8), 8);
    }

    /** PCMPGTW. */
    public static long greaterWords(long a, long b) {
        return fill(less(b, a, HIGH_16), 16);
    }

    /** PCMPGTD. */
    public static long greaterDoublewords(long a, long b) {
        return fill(less(b, a, HIGH_32), 32);
    }

    /** PCMPGTQ. */
    public static long greaterQuadwords(long a, long b) {
        return a > b ? -1L : 0;
    }

    /** PMINSB. */
    public static long minSignedBytes(long a, long b) {
        return select(greaterBytes(b, a), a, b);
    }

    /** PMAXSB. */
    public static long maxSignedBytes(long a, long b) {
        return select(greaterBytes(a, b), a, b);
    }

    /** PMINSW. */
    public static long minSignedWords(long a, long b) {
        return select(greaterWords(b, a), a, b);
    }

    /** PMAXSW. */
    public static long maxSignedWords(long a, long b) {
        return select(greaterWords(a, b), a, b);
    }

    /** PMINSD. */
    public static long minSignedDoublewords(long a, long b) {
        return select(greaterDoublewords(b, a), a, b);
    }

    /** PMAXSD. */
    public static long maxSignedDoublewords(long a, long b) {
        return select(greaterDoublewords(a, b), a, b);
    }

    /** PMINUB. */
    public static long minUnsignedBytes(long a, long b) {
        return select(belowBytes(a, b), a, b);
    }

    /** PMAXUB. */
    public static long maxUnsignedBytes(long a, long b) {
        return select(belowBytes(a, b), b, a);
    }

    /** PMINUW. */
    public static long minUnsignedWords(long a, long b) {
        return select(belowWords(a, b), a, b);
    }

    /** PMAXUW. */
    public static long maxUnsignedWords(long a, long b) {
        return select(belowWords(a, b), b, a);
    }

    /** PMINUD. */
    public static long minUnsignedDoublewords(long a, long b) {
        return select(belowDoublewords(a, b), a, b);
    }

    /** PMAXUD. */
    public static long maxUnsignedDoublewords(long a, long b) {
        return select(belowDoublewords(a, b), b, a);
    }

    /** PABSB. */
    public static long absoluteBytes(long a) {
        return negateWhere(a, fill(a & HIGH_8, 8), HIGH_8);
    }

    /** PABSW. */
    public static long absoluteWords(long a) {
        return negateWhere(a, fill(a & HIGH_16, 16), HIGH_16);
    }

    /** PABSD. */
    public static long absoluteDoublewords(long a) {
        return negateWhere(a, fill(a & HIGH_32, 32), HIGH_32);
    }

    /** PSIGNB. */
    public static long signBytes(long a, long b) {
        return negateWhere(a, fill(b & HIGH_8, 8), HIGH_8) & ~equalBytes(b, 0);
    }

    /** PSIGNW. */
    public static long signWords(long a, long b) {
        return negateWhere(a, fill(b & HIGH_16, 16), HIGH_16) & ~equalWords(b, 0);
    }

    /** PSIGND. */
    public static long signDoublewords(long a, long b) {
        return negateWhere(a, fill(b & HIGH_32, 32), HIGH_32) & ~equalDoublewords(b, 0);
    }

    /** PAND. */
    public static long and(long a, long b) {
        return a & b;
    }

    /** PANDN. */
    public static long andNot(long a, long b) {
        return ~a & b;
    }

    /** POR. */
    public static long or(long a, long b) {
        return a | b;
    }

    /** PXOR. */
    public static long xor(long a, long b) {
        return a ^ b;
    }

    /** The first where the mask's bits are set, else the second. */
    static long select(long mask, long a, long b) {
        return b ^ (a ^ b) & mask;
    }

    static long add(long a, long b, long high) {
        return (a & ~high) + (b & ~high) ^ (a ^ b) & high;
    }

    static long subtract(long a, long b, long high) {
        return (a | high) - (b & ~high) ^ (a ^ ~b) & high;
    }

    /** Whole lanes from their high bits. */
    static long fill(long highBits, int bits) {
        return (highBits << 1) - (highBits >>> (bits - 1));
    }

    private static long zeroLanes(long x, long high) {
        return ~((x & ~high) + ~high | x) & high;
    }

    /** High bits of the lanes where a is less than b, signed. */
    private static long less(long a, long b, long high) {
        return (a & ~b | ~(a ^ b) & subtract(a, b, high)) & high;
    }

    private static long belowBytes(long a, long b) {
        return fill((~a & b | ~(a ^ b) & subtract(a, b, HIGH_8)) & HIGH_8, 8);
    }

    private static long belowWords(long a, long b) {
        return fill((~a & b | ~(a ^ b) & subtract(a, b, HIGH_16)) & HIGH_16, 16);
    }

    private static long belowDoublewords(long a, long b) {
        return fill((~a & b | ~(a ^ b) & subtract(a, b, HIGH_32)) & HIGH_32, 32);
    }

    /** Replaces overflowed lanes by the extreme of the first operand's sign. */
    private static long saturate(long a, long result, long overflow, long high, int bits) {
        long extreme = (a & high) >>> (bits - 1);
        return select(fill(overflow & high, bits), add(extreme, ~high, high), result);
    }

    private static long negateWhere(long a, long mask, long high) {
        return subtract(a ^ mask, mask, high);
    }
}
