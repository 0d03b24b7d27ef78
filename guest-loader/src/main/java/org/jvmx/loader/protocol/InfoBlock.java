package org.jvmx.loader.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes of an information structure for the guest: grows while it is written, little-endian, and knows where in guest memory it will be.
 */
final class InfoBlock {
    private final long base;
    private byte[] bytes = new byte[256];
    private int length;

    /** A block that will be at guest-physical {@code base}. */
    InfoBlock(long base) {
        this.base = base;
    }

    /** The guest-physical address of the next byte. */
    long here() {
        return base + length;
    }

    int length() {
        return length;
    }

    InfoBlock skip(int count) {
        ensure(count);
        length += count;
        return this;
    }

    InfoBlock align(int alignment) {
        return skip(-length & alignment - 1);
    }

    InfoBlock u8(int value) {
        ensure(1);
        bytes[length++] = (byte) value;
        return this;
    }

    InfoBlock u16(int value) {
        return u8(value).u8(value >> 8);
    }

    InfoBlock u32(long value) {
        return u16((int) value).u16((int) (value >> 16));
    }

    InfoBlock u64(long value) {
        return u32(value).u32(value >>> 32);
    }

    InfoBlock append(byte[] source) {
        ensure(source.length);
        System.arraycopy(source, 0, bytes, length, source.length);
        length += source.length;
        return this;
    }

    /** The text in UTF-8 with a terminating zero. */
    InfoBlock text(String text) {
        return append(text.getBytes(StandardCharsets.UTF_8)).u8(0);
    }

    /** Overwrites 32 bits that were written or skipped before. */
    void put32(int offset, long value) {
        for (int i = 0; i < 4; i++) {
            bytes[offset + i] = (byte) (value >> 8 * i);
        }
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
        }
    }
}
