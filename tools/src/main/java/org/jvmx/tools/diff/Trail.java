package org.jvmx.tools.diff;

import org.jvmx.isa.Decoder;
import org.jvmx.isa.Disassembler;

/** The last instructions before a divergence. */
final class Trail {
    private final int size;
    private final long[] indexes;
    private final long[] offsets;
    private final int[] codeSizes;
    private final byte[][] codes;
    private final int[] lengths;
    private int next;
    private long recorded;

    Trail(int size) {
        this.size = size;
        indexes = new long[size];
        offsets = new long[size];
        codeSizes = new int[size];
        codes = new byte[size][Decoder.MAX_LENGTH];
        lengths = new int[size];
    }

    /** One more instruction, which begins with the first {@code available} of {@code code}. */
    void record(long index, long offset, int codeSize, byte[] code, int available) {
        indexes[next] = index;
        offsets[next] = offset;
        codeSizes[next] = codeSize;
        lengths[next] = available;
        System.arraycopy(code, 0, codes[next], 0, available);
        next = (next + 1) % size;
        recorded++;
    }

    /** All of them, oldest first; the last one is the one that diverged. */
    String text() {
        StringBuilder text = new StringBuilder();
        int kept = (int) Math.min(size, recorded);
        for (int n = kept; n > 0; n--) {
            int at = Math.floorMod(next - n, size);
            String line = lengths[at] == 0 ? "(cannot be read)"
                    : Disassembler.listing(codes[at], 0, lengths[at], codeSizes[at], offsets[at], 1).strip();
            text.append("%s%,14d  %s%n".formatted(n == 1 ? ">" : " ", indexes[at], line));
        }
        return text.toString();
    }
}
