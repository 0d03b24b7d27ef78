package org.jvmx.cpu.fp;

/**
 * The rounds of the Advanced Encryption Standard, as AES-NI has them: one half of the state at a time, before the round key is added.
 * FIPS 197; SDM Vol. 2, AESENC.
 */
public final class Aes {
    private static final int[] SUBSTITUTION = new int[256];
    private static final int[] INVERSE_SUBSTITUTION = new int[256];
    /** The column that a substituted byte of row 0 contributes after MixColumns. */
    private static final int[] MIXED = new int[256];
    /** The column that a byte of row 0 contributes after InvMixColumns. */
    private static final int[] INVERSE_MIXED = new int[256];

    static {
        int power = 1;
        int inverse = 1;
        do {
            power = times(power, 3);
            inverse = times(inverse, 0xf6);
            int bits = inverse | inverse << 8;
            SUBSTITUTION[power] = (bits ^ bits >>> 4 ^ bits >>> 5 ^ bits >>> 6 ^ bits >>> 7 ^ 0x63) & 0xff;
        } while (power != 1);
        SUBSTITUTION[0] = 0x63;
        for (int x = 0; x < 256; x++) {
            int s = SUBSTITUTION[x];
            INVERSE_SUBSTITUTION[s] = x;
            MIXED[x] = times(s, 2) | s << 8 | s << 16 | times(s, 3) << 24;
            INVERSE_MIXED[x] = times(x, 14) | times(x, 9) << 8 | times(x, 13) << 16 | times(x, 11) << 24;
        }
    }

    private Aes() {
    }

    /** ShiftRows, SubBytes and MixColumns. */
    public static long encrypt(long low, long high, boolean upper) {
        int column = upper ? 2 : 0;
        return encryptColumn(low, high, column) & 0xffff_ffffL | (long) encryptColumn(low, high, column + 1) << 32;
    }

    /** ShiftRows and SubBytes. */
    public static long encryptLast(long low, long high, boolean upper) {
        long result = 0;
        for (int i = 0; i < 8; i++) {
            int row = i & 3;
            int column = (i >> 2) + (upper ? 2 : 0);
            result |= (long) SUBSTITUTION[state(low, high, row, column + row)] << 8 * i;
        }
        return result;
    }

    /** InvShiftRows, InvSubBytes and InvMixColumns. */
    public static long decrypt(long low, long high, boolean upper) {
        int column = upper ? 2 : 0;
        return decryptColumn(low, high, column) & 0xffff_ffffL | (long) decryptColumn(low, high, column + 1) << 32;
    }

    /** InvShiftRows and InvSubBytes. */
    public static long decryptLast(long low, long high, boolean upper) {
        long result = 0;
        for (int i = 0; i < 8; i++) {
            int row = i & 3;
            int column = (i >> 2) + (upper ? 2 : 0);
            result |= (long) INVERSE_SUBSTITUTION[state(low, high, row, column - row)] << 8 * i;
        }
        return result;
    }

    /** AESIMC of one half. */
    public static long inverseMixColumns(long half) {
        return inverseMixColumn((int) half) & 0xffff_ffffL | (long) inverseMixColumn((int) (half >>> 32)) << 32;
    }

    /** AESKEYGENASSIST: one half of the result from the same half of the source. */
    public static long keyGenerationAssist(long half, int roundConstant) {
        int word = (int) (half >>> 32);
        int substituted = 0;
        for (int shift = 0; shift < 32; shift += 8) {
            substituted |= SUBSTITUTION[word >>> shift & 0xff] << shift;
        }
        return substituted & 0xffff_ffffL | (long) (Integer.rotateRight(substituted, 8) ^ roundConstant & 0xff) << 32;
    }

    private static int encryptColumn(long low, long high, int column) {
        return MIXED[state(low, high, 0, column)]
                ^ Integer.rotateLeft(MIXED[state(low, high, 1, column + 1)], 8)
                ^ Integer.rotateLeft(MIXED[state(low, high, 2, column + 2)], 16)
                ^ Integer.rotateLeft(MIXED[state(low, high, 3, column + 3)], 24);
    }

    private static int decryptColumn(long low, long high, int column) {
        return INVERSE_MIXED[INVERSE_SUBSTITUTION[state(low, high, 0, column)]]
                ^ Integer.rotateLeft(INVERSE_MIXED[INVERSE_SUBSTITUTION[state(low, high, 1, column - 1)]], 8)
                ^ Integer.rotateLeft(INVERSE_MIXED[INVERSE_SUBSTITUTION[state(low, high, 2, column - 2)]], 16)
                ^ Integer.rotateLeft(INVERSE_MIXED[INVERSE_SUBSTITUTION[state(low, high, 3, column - 3)]], 24);
    }

    private static int inverseMixColumn(int column) {
        return INVERSE_MIXED[column & 0xff]
                ^ Integer.rotateLeft(INVERSE_MIXED[column >>> 8 & 0xff], 8)
                ^ Integer.rotateLeft(INVERSE_MIXED[column >>> 16 & 0xff], 16)
                ^ Integer.rotateLeft(INVERSE_MIXED[column >>> 24], 24);
    }

    private static int state(long low, long high, int row, int column) {
        long half = (column & 2) == 0 ? low : high;
        return (int) (half >>> 32 * (column & 1) + 8 * row) & 0xff;
    }

    /** Multiplication in the field of 256 elements. */
    private static int times(int a, int b) {
        int product = 0;
        for (int bit = 0, x = a; bit < 8; bit++, x = x << 1 ^ (x >>> 7) * 0x11b) {
            product ^= (b >>> bit & 1) * x;
        }
        return product;
    }
}
