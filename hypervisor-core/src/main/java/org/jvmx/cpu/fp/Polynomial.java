package org.jvmx.cpu.fp;

/**
 * Arithmetic of polynomials over two elements: carry-less products and the checksum of the CRC32 instruction. SDM Vol. 2, PCLMULQDQ and
 * CRC32.
 */
public final class Polynomial {
    private static final int REFLECTED_POLYNOMIAL = 0x82f6_3b78;
    private static final int[] CHECKSUMS = new int[256];

    static {
        for (int x = 0; x < 256; x++) {
            int checksum = x;
            for (int bit = 0; bit < 8; bit++) {
                checksum = checksum >>> 1 ^ (checksum & 1) * REFLECTED_POLYNOMIAL;
            }
            CHECKSUMS[x] = checksum;
        }
    }

    private Polynomial() {
    }

    /** The low quadword of the carry-less product. */
    public static long productLow(long a, long b) {
        long product = 0;
        for (long rest = b; rest != 0; rest &= rest - 1) {
            product ^= a << Long.numberOfTrailingZeros(rest);
        }
        return product;
    }

    /** The high quadword of the carry-less product. */
    public static long productHigh(long a, long b) {
        long product = 0;
        for (long rest = b & -2L; rest != 0; rest &= rest - 1) {
            product ^= a >>> 64 - Long.numberOfTrailingZeros(rest);
        }
        return product;
    }

    /** CRC32 of the low {@code bytes} bytes of the data. */
    public static int crc32c(int checksum, long data, int bytes) {
        int result = checksum;
        long rest = data;
        for (int i = 0; i < bytes; i++, rest >>>= 8) {
            result = CHECKSUMS[(result ^ (int) rest) & 0xff] ^ result >>> 8;
        }
        return result;
    }
}
