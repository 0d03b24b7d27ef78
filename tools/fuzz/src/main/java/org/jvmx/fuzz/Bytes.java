package org.jvmx.fuzz;

/** Takes an input apart. What is missing at its end reads zero. */
public final class Bytes {
    private static final long[] EDGES =
            {0, 1, -1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0xfff, 0x1000, 0x7fff_ffffL, 0x8000_0000L, 0xffff_ffffL,
                0x7fff_ffff_ffffL, 0x8000_0000_0000L, 0xffff_8000_0000_0000L, Long.MAX_VALUE, Long.MIN_VALUE, 0x3fff_ffff_ffffL,
                0x4000_0000_0000L, 0xf_ffff,
                0x10_0000, 0xffff_ffff_f000L};

    private final byte[] input;
    private int at;

    public Bytes(byte[] input) {
        this.input = input;
    }

    /** Whether there is more. */
    public boolean more() {
        return at < input.length;
    }

    /** Bytes that are left. */
    public int left() {
        return input.length - at;
    }

    public int u8() {
        return at < input.length ? input[at++] & 0xff : 0;
    }

    public int u16() {
        return u8() | u8() << 8;
    }

    public int i32() {
        return u16() | u16() << 16;
    }

    public long i64() {
        return i32() & 0xffff_ffffL | (long) i32() << 32;
    }

    /** A number below {@code bound}, which is at most 65,536. */
    public int below(int bound) {
        return (bound > 256 ? u16() : u8()) % bound;
    }

    public boolean bool() {
        return (u8() & 1) != 0;
    }

    /** A 64-bit value of few bytes: an edge, a power of two or near it, a small number, or all of it spelled out. */
    public long value() {
        int kind = u8();
        return switch (kind >> 5) {
            case 0 -> kind;
            case 1, 2 -> EDGES[(kind - 32) % EDGES.length];
            case 3 -> 1L << u8();
            case 4 -> (1L << (kind & 31)) + (byte) u8();
            case 5 -> u16();
            case 6 -> i32();
            default -> i64();
        };
    }

    /** The next bytes, at most {@code count}. */
    public byte[] take(int count) {
        byte[] taken = new byte[Math.max(0, Math.min(count, left()))];
        System.arraycopy(input, at, taken, 0, taken.length);
        at += taken.length;
        return taken;
    }

    /** All that is left. */
    public byte[] rest() {
        return take(left());
    }
}
