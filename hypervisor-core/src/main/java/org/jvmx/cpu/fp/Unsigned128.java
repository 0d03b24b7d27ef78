package org.jvmx.cpu.fp;

/** Division and square root of unsigned 128-bit integers that are held in two longs. */
final class Unsigned128 {
    private static final long LOW_HALF = 0xffff_ffffL;

    private Unsigned128() {
    }

    static int compare(long high, long low, long otherHigh, long otherLow) {
        return high != otherHigh ? Long.compareUnsigned(high, otherHigh) : Long.compareUnsigned(low, otherLow);
    }

    /** The quotient of {@code high:low} and a divisor whose top bit is set and which exceeds {@code high}. */
    static long divide(long high, long low, long divisor) {
        long first = digit(high, low >>> 32, divisor);
        long rest = (high << 32 | low >>> 32) - first * divisor;
        return (first << 32) + digit(rest, low & LOW_HALF, divisor);
    }

    /** One 32-bit digit of a quotient: {@code (high * 2^32 + next) / divisor}. */
    private static long digit(long high, long next, long divisor) {
        long top = divisor >>> 32;
        long bottom = divisor & LOW_HALF;
        long digit = Long.divideUnsigned(high, top);
        long rest = high - digit * top;
        while (digit > LOW_HALF || Long.compareUnsigned(digit * bottom, rest << 32 | next) > 0) {
            digit--;
            rest += top;
            if (rest > LOW_HALF) {
                break;
            }
        }
        return digit;
    }

    /** The integer square root of {@code high:low}, where one of the two top bits is set. */
    static long root(long high, long low) {
        double estimate = Math.sqrt(toDouble(high)) * 0x1p32;
        long root = estimate >= 0x1.fffffffffffffp63 ? -1L : fromDouble(estimate);
        if (Long.compareUnsigned(high, root) < 0) {
            long quotient = divide(high, low, root);
            root = (root >>> 1) + (quotient >>> 1) + (root & quotient & 1);
        }
        while (exceeds(root, high, low)) {
            root--;
        }
        while (root != -1L && !exceeds(root + 1, high, low)) {
            root++;
        }
        return root;
    }

    private static boolean exceeds(long root, long high, long low) {
        int order = Long.compareUnsigned(Math.unsignedMultiplyHigh(root, root), high);
        return order > 0 || order == 0 && Long.compareUnsigned(root * root, low) > 0;
    }

    private static double toDouble(long unsigned) {
        return unsigned >= 0 ? unsigned : (unsigned >>> 1 | unsigned & 1) * 2.0;
    }

    private static long fromDouble(double value) {
        return value < 0x1p63 ? (long) value : (long) (value - 0x1p63) + Long.MIN_VALUE;
    }
}
