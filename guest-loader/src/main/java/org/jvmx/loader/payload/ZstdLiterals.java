package org.jvmx.loader.payload;

import java.util.Arrays;

/** The literals section of zstd blocks, by RFC 8878, "Literals Section". Keeps the Huffman code from block to block. */
final class ZstdLiterals {
    private static final int RAW = 0;
    private static final int RLE = 1;
    private static final int TREELESS = 3;

    private final byte[] bytes = new byte[Zstd.LARGEST_BLOCK];
    private int length;
    private HuffmanTable huffman;

    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Reads the section of one block; the literals are in {@link #array()} up to {@link #length()}. */
    void read(Input in) throws CorruptException {
        int first = in.u8();
        int type = first & 3;
        int format = first >>> 2 & 3;
        if (type == RAW || type == RLE) {
            int more = (format & 1) == 0 ? 0 : format == 1 ? 1 : 2;
            long header = in.little(more) << 8 | first;
            length = checked((int) (header >>> ((format & 1) == 0 ? 3 : 4)));
            if (type == RAW) {
                System.arraycopy(in.array(), in.take(length), bytes, 0, length);
            } else {
                Arrays.fill(bytes, 0, length, (byte) in.u8());
            }
        } else {
            int width = format < 2 ? 10 : 4 * format + 6;
            long header = in.little(width == 10 ? 2 : format + 1) << 8 | first;
            int mask = (1 << width) - 1;
            length = checked((int) (header >>> 4) & mask);
            compressed(in.part((int) (header >>> 4 + width) & mask), type == TREELESS, format != 0);
        }
    }

    private static int checked(int size) throws CorruptException {
        if (size > Zstd.LARGEST_BLOCK) {
            throw new CorruptException("a block with %d literals".formatted(size));
        }
        return size;
    }

    private void compressed(Input in, boolean treeless, boolean fourStreams) throws CorruptException {
        if (!treeless) {
            huffman = HuffmanTable.read(in);
        } else if (huffman == null) {
            throw new CorruptException("a block repeats a Huffman code before the first");
        }
        if (!fourStreams) {
            huffman.decode(in, bytes, 0, length);
            return;
        }
        int part = (length + 3) / 4;
        int[] sizes = {(int) in.little(2), (int) in.little(2), (int) in.little(2)};
        if (3 * part > length) {
            throw new CorruptException("%d literals in four streams".formatted(length));
        }
        for (int i = 0; i < 3; i++) {
            huffman.decode(in.part(sizes[i]), bytes, i * part, part);
        }
        huffman.decode(in, bytes, 3 * part, length - 3 * part);
    }
}
