package org.jvmx.loader.payload;

/** Compressed bytes, read forwards within their bounds. */
final class Input {
    private final byte[] bytes;
    private final int end;
    private int at;

    Input(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.at = start;
        this.end = end;
    }

    byte[] array() {
        return bytes;
    }

    int at() {
        return at;
    }

    int end() {
        return end;
    }

    int left() {
        return end - at;
    }

    /** Passes over {@code count} bytes and gives the offset of the first. */
    int take(long count) throws CorruptException {
        if (count < 0 || count > end - at) {
            throw new CorruptException("it ends at offset %d, %d more bytes are needed at %d".formatted(end, count, at));
        }
        int start = at;
        at += (int) count;
        return start;
    }

    int u8() throws CorruptException {
        return bytes[take(1)] & 0xff;
    }

    /** A little-endian number of {@code count} bytes, at most 8. */
    long little(int count) throws CorruptException {
        int start = take(count);
        long value = 0;
        for (int i = count - 1; i >= 0; i--) {
            value = value << 8 | bytes[start + i] & 0xff;
        }
        return value;
    }

    /** A big-endian number of {@code count} bytes, at most 8. */
    long big(int count) throws CorruptException {
        int start = take(count);
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 8 | bytes[start + i] & 0xff;
        }
        return value;
    }

    /** The next {@code count} bytes as an input of their own. */
    Input part(long count) throws CorruptException {
        int start = take(count);
        return new Input(bytes, start, at);
    }
}
