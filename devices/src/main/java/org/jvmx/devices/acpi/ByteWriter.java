package org.jvmx.devices.acpi;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Little-endian fields one after the other. */
class ByteWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    ByteWriter u8(int... values) {
        for (int value : values) {
            bytes.write(value);
        }
        return this;
    }

    ByteWriter u16(int value) {
        return u8(value, value >> 8);
    }

    ByteWriter u32(long value) {
        return u16((int) value).u16((int) (value >> 16));
    }

    ByteWriter u64(long value) {
        return u32(value).u32(value >>> 32);
    }

    ByteWriter zeros(int count) {
        for (int i = 0; i < count; i++) {
            bytes.write(0);
        }
        return this;
    }

    /** ASCII, filled up with {@code fill} to {@code size} bytes. */
    ByteWriter text(String text, int size, char fill) {
        raw(text.getBytes(StandardCharsets.US_ASCII));
        for (int i = text.length(); i < size; i++) {
            bytes.write(fill);
        }
        return this;
    }

    ByteWriter raw(byte[] content) {
        bytes.writeBytes(content);
        return this;
    }

    int size() {
        return bytes.size();
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
