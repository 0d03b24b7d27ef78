package org.jvmx.cpu.fp;

/**
 * The comparison of packed strings in all its modes: PCMPESTRI, PCMPESTRM, PCMPISTRI, PCMPISTRM. SDM Vol. 1, "String and Text Processing
 * Instructions".
 */
public final class StringComparison {
    private static final int WORDS = 0x01;
    private static final int SIGNED = 0x02;
    private static final int EQUAL_ANY = 0;
    private static final int RANGES = 1;
    private static final int EQUAL_EACH = 2;
    private static final int NEGATIVE = 0x10;
    private static final int MASKED = 0x20;
    private static final int MOST_SIGNIFICANT = 0x40;

    private StringComparison() {
    }

    /** How many elements an operand has. */
    public static int elements(int control) {
        return (control & WORDS) != 0 ? 8 : 16;
    }

    /** The length of a string that ends at its first zero element. */
    public static int implicitLength(long low, long high, int control) {
        int count = elements(control);
        int length = 0;
        while (length < count && element(low, high, length, control) != 0) {
            length++;
        }
        return length;
    }

    /** The length that a register gives: its magnitude, at most all elements. */
    public static int explicitLength(long register, int control) {
        int count = elements(control);
        return register > count || register < -count ? count : (int) Math.abs(register);
    }

    /** The result mask, one bit an element of the second string (IntRes2). */
    public static int compare(long low1, long high1, int length1, long low2, long high2, int length2, int control) {
        int count = elements(control);
        int result = 0;
        for (int j = 0; j < count; j++) {
            boolean match = switch (control >>> 2 & 3) {
                case EQUAL_ANY -> j < length2 && inSet(low1, high1, length1, element(low2, high2, j, control), control);
                case RANGES -> j < length2 && inRanges(low1, high1, length1, element(low2, high2, j, control), control);
                case EQUAL_EACH -> j >= length1 || j >= length2
                        ? j >= length1 && j >= length2
                        : element(low1, high1, j, control) == element(low2, high2, j, control);
                default -> startsAt(low1, high1, length1, low2, high2, length2, j, control);
            };
            result |= match ? 1 << j : 0;
        }
        if ((control & NEGATIVE) == 0) {
            return result;
        }
        return result ^ (1 << ((control & MASKED) != 0 ? length2 : count)) - 1;
    }

    /** The index that xSTRI gives. */
    public static int index(int mask, int control) {
        if (mask == 0) {
            return elements(control);
        }
        return (control & MOST_SIGNIFICANT) != 0 ? 31 - Integer.numberOfLeadingZeros(mask) : Integer.numberOfTrailingZeros(mask);
    }

    /** The low half of the mask that xSTRM gives: bits, or whole elements. */
    public static long maskLow(int mask, int control) {
        if ((control & MOST_SIGNIFICANT) == 0) {
            return mask;
        }
        return (control & WORDS) != 0 ? spread(mask, 4, 16) : spread(mask, 8, 8);
    }

    /** The high half of the mask that xSTRM gives. */
    public static long maskHigh(int mask, int control) {
        if ((control & MOST_SIGNIFICANT) == 0) {
            return 0;
        }
        return (control & WORDS) != 0 ? spread(mask >>> 4, 4, 16) : spread(mask >>> 8, 8, 8);
    }

    private static long spread(int mask, int count, int bits) {
        long result = 0;
        for (int i = 0; i < count; i++) {
            result |= (mask >>> i & 1) * ((1L << bits) - 1) << i * bits;
        }
        return result;
    }

    private static int element(long low, long high, int index, int control) {
        if ((control & WORDS) != 0) {
            long shifted = (index < 4 ? low : high) >>> 16 * (index & 3);
            return (control & SIGNED) != 0 ? (short) shifted : (int) shifted & 0xffff;
        }
        long shifted = (index < 8 ? low : high) >>> 8 * (index & 7);
        return (control & SIGNED) != 0 ? (byte) shifted : (int) shifted & 0xff;
    }

    private static boolean inSet(long low, long high, int length, int value, int control) {
        for (int i = 0; i < length; i++) {
            if (element(low, high, i, control) == value) {
                return true;
            }
        }
        return false;
    }

    private static boolean inRanges(long low, long high, int length, int value, int control) {
        for (int i = 0; i + 1 < length; i += 2) {
            if (element(low, high, i, control) <= value && value <= element(low, high, i + 1, control)) {
                return true;
            }
        }
        return false;
    }

    private static boolean startsAt(long low1, long high1, int length1, long low2, long high2, int length2, int start, int control) {
        int compared = Math.min(length1, elements(control) - start);
        for (int i = 0; i < compared; i++) {
            if (start + i >= length2 || element(low1, high1, i, control) != element(low2, high2, start + i, control)) {
                return false;
            }
        }
        return true;
    }
}
