package org.jvmx.loader.payload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A bit stream that is read from its end, by RFC 8878, "Bitstreams": the highest set bit of the last byte marks where it begins. Bits
 * before the first byte read as zeros and make {@link #left} negative.
 */
final class BackwardBits {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private final int start;
    private final int end;
    private long left;

    BackwardBits(Input in) throws CorruptException {
        bytes = in.array();
        start = in.at();
        end = in.end();
        int last = in.left() == 0 ? 0 : bytes[end - 1] & 0xff;
        if (last == 0) {
            throw new CorruptException("a bit stream has no end mark");
        }
        left = 8L * (in.left() - 1) + 31 - Integer.numberOfLeadingZeros(last);
    }

    /** Bits that have not been read; negative after reading beyond the beginning. */
    long left() {
        return left;
    }

    /** The next {@code count} bits, at most 32. */
    int read(int count) {
        int value = peek(count);
        left -= count;
        return value;
    }

    void skip(int count) {
        left -= count;
    }

    /** The next {@code count} bits, at most 32, without reading them. */
    int peek(int count) {
        if (left >= count) {
            return bits(left - count, count);
        }
        return left <= 0 ? 0 : bits(0, (int) left) << count - left;
    }

    private int bits(long position, int count) {
        int at = start + (int) (position >>> 3);
        long word = at + 8 <= bytes.length ? (long) LONG.get(bytes, at) : tail(at);
        return (int) (word >>> (position & 7) & (1L << count) - 1);
    }

    private long tail(int at) {
        long word = 0;
        for (int i = end - 1; i >= at; i--) {
            word = word << 8 | bytes[i] & 0xff;
        }
        return word;
    }
}
