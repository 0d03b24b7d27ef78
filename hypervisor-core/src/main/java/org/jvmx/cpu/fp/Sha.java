package org.jvmx.cpu.fp;

/** The SHA extensions. Results go to a pair of quadwords, low half first. FIPS 180-4; SDM Vol. 2, SHA1RNDS4 to SHA256RNDS2. */
public final class Sha {
    private static final int[] CONSTANTS = {0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6};

    private Sha() {
    }

    /** SHA1RNDS4. */
    public static void sha1Rounds4(long low, long high, long messageLow, long messageHigh, int function, long[] result) {
        int a = upper(high);
        int b = (int) high;
        int c = upper(low);
        int d = (int) low;
        int e = 0;
        for (int round = 0; round < 4; round++) {
            long half = round < 2 ? messageHigh : messageLow;
            int message = (round & 1) == 0 ? upper(half) : (int) half;
            int next = mix(function & 3, b, c, d) + Integer.rotateLeft(a, 5) + message + e + CONSTANTS[function & 3];
            e = d;
            d = c;
            c = Integer.rotateLeft(b, 30);
            b = a;
            a = next;
        }
        put(result, d, c, b, a);
    }

    private static int mix(int function, int b, int c, int d) {
        return switch (function) {
            case 0 -> b & c ^ ~b & d;
            case 2 -> b & c ^ b & d ^ c & d;
            default -> b ^ c ^ d;
        };
    }

    /** SHA1NEXTE. */
    public static void sha1NextE(long high, long sourceLow, long sourceHigh, long[] result) {
        result[0] = sourceLow;
        result[1] = sourceHigh + ((long) Integer.rotateLeft(upper(high), 30) << 32);
    }

    /** SHA1MSG1. */
    public static void sha1Message1(long low, long high, long sourceHigh, long[] result) {
        result[0] = low ^ sourceHigh;
        result[1] = high ^ low;
    }

    /** SHA1MSG2. */
    public static void sha1Message2(long low, long high, long sourceLow, long sourceHigh, long[] result) {
        int w16 = Integer.rotateLeft(upper(high) ^ (int) sourceHigh, 1);
        int w17 = Integer.rotateLeft((int) high ^ upper(sourceLow), 1);
        int w18 = Integer.rotateLeft(upper(low) ^ (int) sourceLow, 1);
        int w19 = Integer.rotateLeft((int) low ^ w16, 1);
        put(result, w19, w18, w17, w16);
    }

    /** SHA256RNDS2: {@code low, high} is the destination, then the source, then the low quadword of XMM0. */
    public static void sha256Rounds2(long low, long high, long sourceLow, long sourceHigh, long messages, long[] result) {
        int a = upper(sourceHigh);
        int b = (int) sourceHigh;
        int c = upper(high);
        int d = (int) high;
        int e = upper(sourceLow);
        int f = (int) sourceLow;
        int g = upper(low);
        int h = (int) low;
        for (int round = 0; round < 2; round++) {
            int sigma1 = Integer.rotateRight(e, 6) ^ Integer.rotateRight(e, 11) ^ Integer.rotateRight(e, 25);
            int t = h + sigma1 + (e & f ^ ~e & g) + (round == 0 ? (int) messages : upper(messages));
            int sigma0 = Integer.rotateRight(a, 2) ^ Integer.rotateRight(a, 13) ^ Integer.rotateRight(a, 22);
            int majority = a & b ^ a & c ^ b & c;
            h = g;
            g = f;
            f = e;
            e = d + t;
            d = c;
            c = b;
            b = a;
            a = t + sigma0 + majority;
        }
        put(result, f, e, b, a);
    }

    /** SHA256MSG1. */
    public static void sha256Message1(long low, long high, long sourceLow, long[] result) {
        int w1 = upper(low);
        int w2 = (int) high;
        int w3 = upper(high);
        put(result, (int) low + small0(w1), w1 + small0(w2), w2 + small0(w3), w3 + small0((int) sourceLow));
    }

    /** SHA256MSG2. */
    public static void sha256Message2(long low, long high, long sourceHigh, long[] result) {
        int w16 = (int) low + small1((int) sourceHigh);
        int w17 = upper(low) + small1(upper(sourceHigh));
        put(result, w16, w17, (int) high + small1(w16), upper(high) + small1(w17));
    }

    private static int small0(int x) {
        return Integer.rotateRight(x, 7) ^ Integer.rotateRight(x, 18) ^ x >>> 3;
    }

    private static int small1(int x) {
        return Integer.rotateRight(x, 17) ^ Integer.rotateRight(x, 19) ^ x >>> 10;
    }

    private static int upper(long half) {
        return (int) (half >>> 32);
    }

    private static void put(long[] result, int d0, int d1, int d2, int d3) {
        result[0] = d0 & 0xffff_ffffL | (long) d1 << 32;
        result[1] = d2 & 0xffff_ffffL | (long) d3 << 32;
    }
}
