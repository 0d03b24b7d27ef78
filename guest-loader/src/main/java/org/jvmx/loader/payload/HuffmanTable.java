package org.jvmx.loader.payload;

/** A Huffman code for literals, by RFC 8878, "Huffman Coding": one table indexed by as many bits as the longest code has. */
final class HuffmanTable {
    private static final int LONGEST = 11;
    private static final int MOST_WEIGHTS = 255;
    private static final int WEIGHT_LOG = 6;

    private final int longest;
    private final byte[] symbols;
    private final byte[] lengths;

    private HuffmanTable(int longest) {
        this.longest = longest;
        symbols = new byte[1 << longest];
        lengths = new byte[1 << longest];
    }

    /** Reads a tree description. */
    static HuffmanTable read(Input in) throws CorruptException {
        int[] weights = new int[MOST_WEIGHTS + 1];
        int header = in.u8();
        int count = header < 128 ? compressed(in.part(header), weights) : direct(in, weights, header - 127);
        return of(weights, count);
    }

    private static int direct(Input in, int[] weights, int count) throws CorruptException {
        for (int i = 0; i < count; i += 2) {
            int pair = in.u8();
            weights[i] = pair >>> 4;
            weights[i + 1] = pair & 15;
        }
        weights[count] = 0;
        return count;
    }

    /** Weights in an FSE stream with two states that take turns until the bits run out. */
    private static int compressed(Input in, int[] weights) throws CorruptException {
        FseTable table = FseTable.read(in, WEIGHT_LOG, LONGEST + 1);
        BackwardBits bits = new BackwardBits(in);
        int state = bits.read(table.log());
        int other = bits.read(table.log());
        if (bits.left() < 0) {
            throw new CorruptException("the Huffman weights have no bits");
        }
        int count = 0;
        while (bits.left() >= 0) {
            if (count > MOST_WEIGHTS - 2) {
                throw new CorruptException("more than %d Huffman weights".formatted(MOST_WEIGHTS));
            }
            weights[count++] = table.symbol(state);
            int advanced = table.next(state, bits);
            state = other;
            other = advanced;
        }
        weights[count++] = table.symbol(state);
        return count;
    }

    /** The table for weights, of which the last is not stored but fills the code up to a power of two. */
    private static HuffmanTable of(int[] weights, int count) throws CorruptException {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += 1 << weights[i] >> 1;
        }
        int longest = 32 - Integer.numberOfLeadingZeros(sum);
        int left = (1 << longest) - sum;
        if (sum == 0 || longest > LONGEST || Integer.bitCount(left) != 1) {
            throw new CorruptException("the Huffman weights sum up to %d, which makes no code".formatted(sum));
        }
        weights[count] = 32 - Integer.numberOfLeadingZeros(left);
        HuffmanTable table = new HuffmanTable(longest);
        int at = 0;
        for (int weight = 1; weight <= longest; weight++) {
            for (int symbol = 0; symbol <= count; symbol++) {
                if (weights[symbol] == weight) {
                    at = table.fill(at, symbol, weight);
                }
            }
        }
        return table;
    }

    private int fill(int at, int symbol, int weight) {
        int end = at + (1 << weight - 1);
        for (int i = at; i < end; i++) {
            symbols[i] = (byte) symbol;
            lengths[i] = (byte) (longest + 1 - weight);
        }
        return end;
    }

    /** Decodes one stream of exactly {@code count} literals. */
    void decode(Input in, byte[] target, int offset, int count) throws CorruptException {
        BackwardBits bits = new BackwardBits(in);
        for (int i = offset; i < offset + count; i++) {
            int code = bits.peek(longest);
            target[i] = symbols[code];
            bits.skip(lengths[code]);
        }
        if (bits.left() != 0) {
            throw new CorruptException("a Huffman stream has %d bits left".formatted(bits.left()));
        }
    }
}
