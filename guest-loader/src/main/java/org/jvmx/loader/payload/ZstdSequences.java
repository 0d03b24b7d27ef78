package org.jvmx.loader.payload;

/**
 * The sequences section of zstd blocks, by RFC 8878, "Sequences Section" and "Sequence Execution". Keeps the three FSE tables and the last
 * three offsets from block to block.
 */
final class ZstdSequences {
    private static final int[] LITERALS_DEFAULT = {
        4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1
    };
    private static final int[] MATCH_DEFAULT = {
        1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1
    };
    private static final int[] OFFSET_DEFAULT = {
        1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1
    };
    private static final int[] LITERALS_BASE = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512,
        1024, 2048, 4096, 8192, 16384, 32768, 65536
    };
    private static final int[] LITERALS_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        16
    };
    private static final int[] MATCH_BASE = {
        3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
        33, 34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539
    };
    private static final int[] MATCH_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2,
        2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    };
    private static final int LARGEST_OFFSET_CODE = 31;

    private FseTable literalTable;
    private FseTable offsetTable;
    private FseTable matchTable;
    private int offset1 = 1;
    private int offset2 = 4;
    private int offset3 = 8;

    /** Reads the section of one block and carries it out: literals and matches in turn, then the literals that are left. */
    void decode(Input in, ZstdLiterals literals, Output out, int frameStart) throws CorruptException {
        int count = count(in);
        int used = 0;
        if (count > 0) {
            int modes = in.u8();
            if ((modes & 3) != 0) {
                throw new CorruptException("reserved bits in the sequence modes are set");
            }
            literalTable = table(in, modes >>> 6, literalTable, 6, LITERALS_DEFAULT, 9, LITERALS_BASE.length - 1);
            offsetTable = table(in, modes >>> 4 & 3, offsetTable, 5, OFFSET_DEFAULT, 8, LARGEST_OFFSET_CODE);
            matchTable = table(in, modes >>> 2 & 3, matchTable, 6, MATCH_DEFAULT, 9, MATCH_BASE.length - 1);
            used = execute(new BackwardBits(in), count, literals, out, frameStart);
        } else if (in.left() > 0) {
            throw new CorruptException("%d bytes behind a block without sequences".formatted(in.left()));
        }
        out.literals(literals.array(), used, literals.length() - used);
    }

    private static int count(Input in) throws CorruptException {
        int first = in.u8();
        if (first < 128) {
            return first;
        }
        return first < 255 ? (first - 128 << 8) + in.u8() : (int) in.little(2) + 0x7f00;
    }

    private static FseTable table(Input in, int mode, FseTable last, int defaultLog, int[] defaults, int largestLog, int largestSymbol)
            throws CorruptException {
        switch (mode) {
            case 0 :
                return FseTable.of(defaultLog, defaults, defaults.length);
            case 1 :
                int symbol = in.u8();
                if (symbol > largestSymbol) {
                    throw new CorruptException("sequence code %d, at most %d is defined".formatted(symbol, largestSymbol));
                }
                return FseTable.constant(symbol);
            case 2 :
                return FseTable.read(in, largestLog, largestSymbol);
            default :
                if (last == null) {
                    throw new CorruptException("a block repeats an FSE table before the first");
                }
                return last;
        }
    }

    /** Carries out all sequences and gives how many literals they took. */
    private int execute(BackwardBits bits, int count, ZstdLiterals literals, Output out, int frameStart) throws CorruptException {
        int literalState = bits.read(literalTable.log());
        int offsetState = bits.read(offsetTable.log());
        int matchState = bits.read(matchTable.log());
        int used = 0;
        for (int i = 0; i < count; i++) {
            int offsetCode = offsetTable.symbol(offsetState);
            int matchCode = matchTable.symbol(matchState);
            int literalCode = literalTable.symbol(literalState);
            long offsetValue = (1L << offsetCode) + Integer.toUnsignedLong(bits.read(offsetCode));
            int match = MATCH_BASE[matchCode] + bits.read(MATCH_BITS[matchCode]);
            int run = LITERALS_BASE[literalCode] + bits.read(LITERALS_BITS[literalCode]);
            if (i + 1 < count) {
                literalState = literalTable.next(literalState, bits);
                matchState = matchTable.next(matchState, bits);
                offsetState = offsetTable.next(offsetState, bits);
            }
            if (bits.left() < 0 || run > literals.length() - used) {
                throw new CorruptException("sequence %d of %d needs more than its block has".formatted(i, count));
            }
            out.literals(literals.array(), used, run);
            used += run;
            out.match(offset(offsetValue, run == 0), match, frameStart);
        }
        if (bits.left() != 0) {
            throw new CorruptException("%d bits behind the last sequence".formatted(bits.left()));
        }
        return used;
    }

    /** The distance that an offset value means, RFC 8878, "Repeat Offsets". */
    private int offset(long value, boolean noLiterals) throws CorruptException {
        if (value > 3) {
            return remember((int) Math.min(value - 3, Integer.MAX_VALUE));
        }
        int choice = (int) value - 1 + (noLiterals ? 1 : 0);
        if (choice == 0) {
            return offset1;
        }
        if (choice == 1) {
            int offset = offset2;
            offset2 = offset1;
            offset1 = offset;
            return offset;
        }
        int offset = choice == 2 ? offset3 : offset1 - 1;
        if (offset == 0) {
            throw new CorruptException("a repeat offset of zero");
        }
        return remember(offset);
    }

    private int remember(int offset) {
        offset3 = offset2;
        offset2 = offset1;
        offset1 = offset;
        return offset;
    }
}
