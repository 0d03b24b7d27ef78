package org.jvmx.loader.payload;

/**
 * An LZO1X stream, by "LZO stream format as understood by Linux' LZO decompressor". Each instruction byte says a match by its high bits;
 * its low two bits, or those of the last distance byte, say how many literals follow the match, and that decides what bytes below 16 mean
 * next.
 */
final class Lzo1x {
    private static final int M2_REACH = 0x800;
    private static final int M4_BASE = 0x4000;

    private final Input in;
    private final Output out;
    private final int start;
    /** Literals copied by the last instruction: 0 to 3 after a match, 4 for a run of literals. */
    private int state;

    private Lzo1x(Input in, Output out) {
        this.in = in;
        this.out = out;
        this.start = out.length();
    }

    static void decode(Input in, Output out) throws CorruptException {
        new Lzo1x(in, out).run();
    }

    private void run() throws CorruptException {
        int first = in.u8();
        boolean more = true;
        if (first > 17) {
            int count = first - 17;
            literals(count);
            state = Math.min(count, 4);
        } else {
            more = instruction(first);
        }
        while (more) {
            more = instruction(in.u8());
        }
        if (in.left() != 0) {
            throw new CorruptException("%d bytes behind the end of an LZO block".formatted(in.left()));
        }
    }

    /** Carries out one instruction; false for the end of the stream. */
    private boolean instruction(int code) throws CorruptException {
        if (code >= 64) {
            int distance = (in.u8() << 3 | code >>> 2 & 7) + 1;
            match(distance, (code >>> 5) + 1, code & 3);
        } else if (code >= 32) {
            int count = length(code, 31) + 2;
            int tail = (int) in.little(2);
            match((tail >>> 2) + 1, count, tail & 3);
        } else if (code >= 16) {
            return farMatch(code);
        } else if (state == 0) {
            literals(length(code, 15) + 3);
            state = 4;
        } else if (state == 4) {
            match((in.u8() << 2 | code >>> 2) + 1 + M2_REACH, 3, code & 3);
        } else {
            match((in.u8() << 2 | code >>> 2) + 1, 2, code & 3);
        }
        return true;
    }

    /** A match from 16 KiB back or farther; distance 16 KiB exactly is the end mark. */
    private boolean farMatch(int code) throws CorruptException {
        int count = length(code, 7) + 2;
        int tail = (int) in.little(2);
        int distance = ((code & 8) << 11) + (tail >>> 2) + M4_BASE;
        if (distance == M4_BASE) {
            return false;
        }
        match(distance, count, tail & 3);
        return true;
    }

    private void match(int distance, int count, int literals) throws CorruptException {
        out.match(distance, count, start);
        literals(literals);
        state = literals;
    }

    private void literals(int count) throws CorruptException {
        out.literals(in.array(), in.take(count), count);
    }

    /** A length in the low bits of {@code code}, or in the bytes that follow if these are 0: 255 for each zero byte, and the next. */
    private int length(int code, int mask) throws CorruptException {
        int length = code & mask;
        if (length != 0) {
            return length;
        }
        length = mask;
        int next = in.u8();
        while (next == 0) {
            length += 255;
            next = in.u8();
        }
        return length + next;
    }
}
