package org.jvmx.cpu.semantics;

import org.jvmx.memory.RawMemory;

/** Runs of equal elements in native memory, upwards, with the results of one element after the other. */
final class Runs {
    private static final long BYTES = 0x0101_0101_0101_0101L;

    private Runs() {
    }

    /** One element, zero-extended. */
    static long get(long address, int size) {
        return switch (size) {
            case 1 -> RawMemory.getByte(address) & 0xff;
            case 2 -> RawMemory.getShort(address) & 0xffff;
            case 4 -> RawMemory.getInt(address) & 0xffff_ffffL;
            default -> RawMemory.getLong(address);
        };
    }

    private static void put(long address, int size, long value) {
        switch (size) {
            case 1 -> RawMemory.putByte(address, (byte) value);
            case 2 -> RawMemory.putShort(address, (short) value);
            case 4 -> RawMemory.putInt(address, (int) value);
            default -> RawMemory.putLong(address, value);
        }
    }

    /** Copies elements one by one; a target within the source repeats what was copied. */
    static void copy(long source, long target, int count, int size) {
        long bytes = (long) count * size;
        if (target <= source || target >= source + bytes) {
            RawMemory.copy(source, target, bytes);
            return;
        }
        for (long at = 0; at < bytes; at += size) {
            put(target + at, size, get(source + at, size));
        }
    }

    /** Stores the low bytes of a value {@code count} times. */
    static void fill(long target, int count, int size, long value) {
        long bytes = (long) count * size;
        long repeated = (value & 0xff) * BYTES;
        if (((repeated ^ value) & Cpu.mask(size)) == 0) {
            RawMemory.fill(target, bytes, (byte) value);
            return;
        }
        for (long at = 0; at < bytes; at += size) {
            put(target + at, size, value);
        }
    }

    /** How many pairs have been compared when one is not equal (or, unless {@code whileEqual}, is), or all have been. */
    static int compare(long a, long b, int count, int size, boolean whileEqual) {
        int done = 0;
        boolean equal;
        do {
            long at = (long) done * size;
            equal = get(a + at, size) == get(b + at, size);
            done++;
        } while (equal == whileEqual && done < count);
        return done;
    }

    /** As {@link #compare}, against one value. */
    static int scan(long page, long wanted, int count, int size, boolean whileEqual) {
        int done = 0;
        boolean equal;
        do {
            equal = get(page + (long) done * size, size) == wanted;
            done++;
        } while (equal == whileEqual && done < count);
        return done;
    }
}
