package org.jvmx.loader.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jvmx.loader.LoadException;

/** A file in memory, read little-endian and within its bounds: what lies outside is a {@link LoadException} that names the file. */
public final class ImageBytes {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final String name;
    private final byte[] bytes;

    public ImageBytes(String name, byte[] bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    public String name() {
        return name;
    }

    /** The bytes themselves, not a copy. */
    public byte[] array() {
        return bytes;
    }

    public int length() {
        return bytes.length;
    }

    /** Whether {@code size} bytes at {@code offset} are in the file. */
    public boolean has(long offset, long size) {
        return offset >= 0 && size >= 0 && size <= bytes.length && offset <= bytes.length - size;
    }

    /** Refuses a file that ends before {@code offset + size}. */
    public void require(long offset, long size, String what) {
        if (!has(offset, size)) {
            throw new LoadException("%s is truncated or corrupt: %s should be at offset 0x%x with 0x%x bytes, and the file ends at 0x%x"
                    .formatted(name, what, offset, size, bytes.length));
        }
    }

    public int u8(long offset) {
        require(offset, 1, "a byte");
        return bytes[(int) offset] & 0xff;
    }

    public int u16(long offset) {
        require(offset, 2, "a 16-bit value");
        return (short) SHORT.get(bytes, (int) offset) & 0xffff;
    }

    /** 32 bits as a signed number: for magic numbers, flags and checksums. */
    public int i32(long offset) {
        require(offset, 4, "a 32-bit value");
        return (int) INT.get(bytes, (int) offset);
    }

    /** 32 bits as an unsigned number: for sizes and addresses. */
    public long u32(long offset) {
        return i32(offset) & 0xffff_ffffL;
    }

    public long u64(long offset) {
        require(offset, 8, "a 64-bit value");
        return (long) LONG.get(bytes, (int) offset);
    }

    /** The characters up to the next zero byte or the end of the file. */
    public String text(int offset, int limit) {
        require(offset, 0, "a text");
        int end = offset;
        while (end < bytes.length && end - offset < limit && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, offset, end - offset, StandardCharsets.ISO_8859_1);
    }
}
