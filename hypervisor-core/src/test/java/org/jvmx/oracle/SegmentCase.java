package org.jvmx.oracle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A case of the segment oracle, laid out as in its helper process. */
final class SegmentCase {
    static final int SIZE = 0x180;
    static final int RIP = 0x80;
    static final int FLAGS = 0x88;
    static final int FS = 0x90;
    static final int GS = 0x98;
    private static final int SELECTOR = 0xa0;
    private static final int LENGTH = 0xac;
    private static final int CODE_BYTES = 0xb0;
    static final int VECTOR = 0xc0;
    static final int ERROR = 0xc8;
    static final int ADDRESS = 0xd0;
    static final int DIGEST = 0xd8;
    /** Offset and content of the first and of the last word that differ from the pattern. */
    static final int CHANGED = 0xe0;
    static final int PATCHES = 0x100;
    static final int PATCH_SIZE = 0x40;
    static final int PATCH_BYTES = 56;

    /** Linear addresses of the data and the code pages, and bytes of each. */
    static final long DATA = 0x2000_0000L;
    static final long CODE = 0x2100_0000L;
    static final int REGION = 0x1_0000;

    final byte[] bytes = new byte[SIZE];
    final ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);

    SegmentCase() {
    }

    SegmentCase copy() {
        SegmentCase other = new SegmentCase();
        System.arraycopy(bytes, 0, other.bytes, 0, SIZE);
        return other;
    }

    long get(int field) {
        return fields.getLong(field);
    }

    void set(int field, long value) {
        fields.putLong(field, value);
    }

    long gpr(int number) {
        return fields.getLong(8 * number);
    }

    void gpr(int number, long value) {
        fields.putLong(8 * number, value);
    }

    int selector(int segment) {
        return fields.getShort(SELECTOR + 2 * segment) & 0xffff;
    }

    void selector(int segment, int value) {
        fields.putShort(SELECTOR + 2 * segment, (short) value);
    }

    void code(byte[] code, int length) {
        fields.putShort(LENGTH, (short) length);
        fields.put(CODE_BYTES, code, 0, Math.min(16, length));
    }

    int length() {
        return fields.getShort(LENGTH);
    }

    byte[] code() {
        byte[] code = new byte[length()];
        fields.get(CODE_BYTES, code);
        return code;
    }

    /** Has bytes written to the data pages before the instruction runs. */
    void patch(int number, int offset, byte[] content) {
        int at = PATCHES + number * PATCH_SIZE;
        int room = Math.min(content.length, REGION - offset);
        fields.putInt(at, offset);
        fields.putInt(at + 4, room);
        fields.put(at + 8, content, 0, room);
    }

    /** What the data pages hold before each case. */
    static byte[] pattern() {
        byte[] pattern = new byte[REGION];
        for (int n = 0; n < REGION; n++) {
            pattern[n] = (byte) (n * 0x9d + (n >> 8) * 0x3b);
        }
        return pattern;
    }
}
