package org.jvmx.loader.payload;

import java.util.Arrays;

/** Where a decoder writes: grows with what really comes out, up to the announced size, so that a corrupt size takes no memory. */
final class Output {
    private static final int FIRST = 1 << 16;

    private final int limit;
    private byte[] bytes;
    private int length;

    Output(int limit) {
        this.limit = limit;
        this.bytes = new byte[Math.min(limit, FIRST)];
    }

    int length() {
        return length;
    }

    boolean full() {
        return length == limit;
    }

    /** The array behind it, valid until the next {@link #room}. */
    byte[] array() {
        return bytes;
    }

    /** Makes room for {@code count} more bytes. */
    void room(int count) throws CorruptException {
        if (count < 0 || count > limit - length) {
            throw new CorruptException("it decodes to more than the announced %d bytes".formatted(limit));
        }
        if (count > bytes.length - length) {
            long doubled = Math.max(2L * bytes.length, (long) length + count);
            bytes = Arrays.copyOf(bytes, (int) Math.min(doubled, limit));
        }
    }

    /** Says that {@code count} bytes were written to {@link #array()}. */
    void advance(int count) {
        length += count;
    }

    void literals(byte[] source, int offset, int count) throws CorruptException {
        room(count);
        System.arraycopy(source, offset, bytes, length, count);
        length += count;
    }

    void repeat(byte value, int count) throws CorruptException {
        room(count);
        Arrays.fill(bytes, length, length + count, value);
        length += count;
    }

    /** Copies {@code count} bytes from {@code distance} bytes back, not before {@code start}; the two may overlap. */
    void match(int distance, int count, int start) throws CorruptException {
        if (distance <= 0 || distance > length - start) {
            throw new CorruptException("a match %d bytes back at offset %d".formatted(distance, length));
        }
        room(count);
        int to = length;
        int from = to - distance;
        length += count;
        if (distance >= count) {
            System.arraycopy(bytes, from, bytes, to, count);
            return;
        }
        for (int i = 0; i < count; i++) {
            bytes[to + i] = bytes[from + i];
        }
    }

    /** All that was written, if it is as much as announced. */
    byte[] complete() throws CorruptException {
        if (length != limit) {
            throw new CorruptException("it decodes to %d bytes, announced are %d".formatted(length, limit));
        }
        return bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
    }
}
