package org.jvmx.loader.payload;

/**
 * RFC 8878, "Zstandard Compression and the 'application/zstd' Media Type", without dictionaries. All output stays in one array, so the
 * window that a frame announces costs nothing, however large.
 */
final class Zstd {
    /** Bytes of a block, compressed or not. */
    static final int LARGEST_BLOCK = 128 << 10;

    private static final long MAGIC = 0xfd2f_b528L;
    private static final long SKIPPABLE = 0x184d_2a50L;
    private static final int[] DICTIONARY_ID_SIZES = {0, 1, 2, 4};

    private final Input in;
    private final Output out;

    Zstd(Input in, Output out) {
        this.in = in;
        this.out = out;
    }

    void decode() throws CorruptException {
        while (in.left() > 0) {
            long magic = in.little(4);
            if (magic == MAGIC) {
                frame();
            } else if ((magic & ~15L) == SKIPPABLE) {
                in.take(in.little(4));
            } else {
                throw new CorruptException("a frame begins with %08x".formatted(magic));
            }
        }
    }

    private void frame() throws CorruptException {
        int start = out.length();
        int descriptor = in.u8();
        long size = frameHeader(descriptor);
        ZstdLiterals literals = new ZstdLiterals();
        ZstdSequences sequences = new ZstdSequences();
        boolean last = false;
        while (!last) {
            int header = (int) in.little(3);
            last = (header & 1) != 0;
            block(header >>> 1 & 3, header >>> 3, literals, sequences, start);
        }
        if (size >= 0 && out.length() - start != size) {
            throw new CorruptException("a frame decodes to %d bytes, announced are %d".formatted(out.length() - start, size));
        }
        boolean checksum = (descriptor & 4) != 0;
        if (checksum && in.little(4) != (XxHash64.hash(out.array(), start, out.length() - start) & 0xffff_ffffL)) {
            throw new CorruptException("the checksum of a frame is wrong");
        }
    }

    /** Reads what follows the descriptor and gives the frame's content size, -1 if it does not say. */
    private long frameHeader(int descriptor) throws CorruptException {
        boolean singleSegment = (descriptor & 0x20) != 0;
        if ((descriptor & 8) != 0) {
            throw new CorruptException("a reserved bit of the frame header is set");
        }
        in.take(singleSegment ? 0 : 1);
        long dictionary = in.little(DICTIONARY_ID_SIZES[descriptor & 3]);
        if (dictionary != 0) {
            throw new CorruptException("it needs dictionary %d".formatted(dictionary));
        }
        return switch (descriptor >>> 6) {
            case 0 -> singleSegment ? in.u8() : -1;
            case 1 -> in.little(2) + 256;
            case 2 -> in.little(4);
            default -> in.little(8);
        };
    }

    private void block(int type, int size, ZstdLiterals literals, ZstdSequences sequences, int frameStart) throws CorruptException {
        switch (type) {
            case 0 -> out.literals(in.array(), in.take(size), size);
            case 1 -> out.repeat((byte) in.u8(), size);
            case 2 -> {
                Input block = in.part(size);
                literals.read(block);
                sequences.decode(block, literals, out, frameStart);
            }
            default -> throw new CorruptException("a block of reserved type");
        }
    }
}
