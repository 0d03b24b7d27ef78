package org.jvmx.cpu.fp;

/**
 * RCPPS and RSQRTPS: approximations to 12 bits, which raise no exceptions and flush denormals. Intel processors give the correctly
 * rounded value at the middle of the interval of numbers that share their leading bits (11 for the reciprocal, 10 and the parity of the
 * exponent for the root).
 */
public final class Approximation {
    private static final int INFINITY = 0x7f80_0000;
    private static final int DEFAULT_NAN = 0xffc0_0000;
    private static final int QUIET = 0x0040_0000;
    private static final int SIGN = 0x8000_0000;

    private Approximation() {
    }

    /** RCPSS. */
    public static int reciprocal(int x) {
        int exponent = x >>> 23 & 0xff;
        int sign = x & SIGN;
        if (exponent == 0xff) {
            return (x & 0x7f_ffff) != 0 ? x | QUIET : sign;
        }
        if (exponent == 0) {
            return sign | INFINITY;
        }
        int result = 253 - exponent;
        int middle = 4097 + (x >>> 11 & 0xffe);
        int significand = ((1 << 26) / middle + 1) >>> 1;
        return result <= 0 ? sign : sign | result << 23 | (significand & 0xfff) << 11;
    }

    /** RSQRTSS. */
    public static int reciprocalRoot(int x) {
        int exponent = x >>> 23 & 0xff;
        if (exponent == 0xff && (x & 0x7f_ffff) != 0) {
            return x | QUIET;
        }
        if (exponent == 0) {
            return x & SIGN | INFINITY;
        }
        if (x < 0) {
            return DEFAULT_NAN;
        }
        if (exponent == 0xff) {
            return 0;
        }
        double middle = (2049 + (x >>> 12 & 0x7fe)) * ((exponent & 1) != 0 ? 0x1p-11 : 0x1p-10);
        int significand = (int) (8192 / Math.sqrt(middle) + 0.5);
        return 126 - (exponent - 127 >> 1) << 23 | (significand & 0xfff) << 11;
    }
}
