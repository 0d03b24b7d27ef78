package org.jvmx.loader.payload;

/** A decoding table of Finite State Entropy, by RFC 8878, "FSE". */
final class FseTable {
    private final int log;
    private final byte[] symbols;
    private final byte[] bits;
    private final short[] bases;

    private FseTable(int log) {
        this.log = log;
        symbols = new byte[1 << log];
        bits = new byte[1 << log];
        bases = new short[1 << log];
    }

    /** The accuracy log: how many bits an initial state has. */
    int log() {
        return log;
    }

    int symbol(int state) {
        return symbols[state] & 0xff;
    }

    /** The state after {@code state}, with its bits from {@code stream}. */
    int next(int state, BackwardBits stream) {
        return bases[state] + stream.read(bits[state]);
    }

    /** The table with one symbol and no bits. */
    static FseTable constant(int symbol) {
        FseTable table = new FseTable(0);
        table.symbols[0] = (byte) symbol;
        return table;
    }

    /** The table of normalised counts; -1 stands for "less than one". */
    static FseTable of(int log, int[] counts, int used) throws CorruptException {
        FseTable table = new FseTable(log);
        int size = 1 << log;
        int high = size;
        for (int symbol = 0; symbol < used; symbol++) {
            if (counts[symbol] < 0) {
                table.symbols[--high] = (byte) symbol;
            }
        }
        table.spread(counts, used, high);
        int[] next = new int[used];
        for (int symbol = 0; symbol < used; symbol++) {
            next[symbol] = Math.abs(counts[symbol]);
        }
        for (int state = 0; state < size; state++) {
            int number = next[table.symbols[state] & 0xff]++;
            int width = log - (31 - Integer.numberOfLeadingZeros(number));
            table.bits[state] = (byte) width;
            table.bases[state] = (short) ((number << width) - size);
        }
        return table;
    }

    private void spread(int[] counts, int used, int high) throws CorruptException {
        int size = 1 << log;
        int step = (size >> 1) + (size >> 3) + 3;
        int position = 0;
        for (int symbol = 0; symbol < used; symbol++) {
            for (int i = 0; i < counts[symbol]; i++) {
                symbols[position] = (byte) symbol;
                do {
                    position = position + step & size - 1;
                } while (position >= high);
            }
        }
        if (position != 0) {
            throw new CorruptException("an FSE table is not filled evenly");
        }
    }

    /** Reads a table description, RFC 8878, "FSE Table Description". */
    static FseTable read(Input in, int largestLog, int largestSymbol) throws CorruptException {
        ForwardBits bits = new ForwardBits(in);
        int log = bits.read(4) + 5;
        if (log > largestLog) {
            throw new CorruptException("an FSE table has accuracy %d, at most %d is allowed".formatted(log, largestLog));
        }
        int[] counts = new int[largestSymbol + 1];
        int symbol = 0;
        int remaining = 1 << log;
        while (remaining > 0) {
            if (symbol > largestSymbol) {
                throw new CorruptException("an FSE table has more than %d symbols".formatted(largestSymbol + 1));
            }
            int count = bits.atMost(remaining + 1) - 1;
            counts[symbol++] = count;
            remaining -= Math.abs(count);
            if (count == 0) {
                symbol += bits.zeroRun();
            }
        }
        bits.finish();
        return of(log, counts, Math.min(symbol, largestSymbol + 1));
    }

    /** Bits from the lowest of the first byte upwards. */
    private static final class ForwardBits {
        private final Input in;
        private final Input ahead;
        private long word;
        private int have;
        private int used;

        ForwardBits(Input in) throws CorruptException {
            this.in = in;
            this.ahead = new Input(in.array(), in.at(), in.end());
        }

        int read(int count) throws CorruptException {
            int value = peek(count);
            drop(count);
            return value;
        }

        private int peek(int count) throws CorruptException {
            while (have < count) {
                word |= (ahead.left() > 0 ? (long) ahead.u8() : 0) << have;
                have += 8;
            }
            return (int) word & (1 << count) - 1;
        }

        private void drop(int count) {
            word >>>= count;
            have -= count;
            used += count;
        }

        /** A number from 0 to {@code largest}; the small ones take one bit less where the range is no power of two. */
        int atMost(int largest) throws CorruptException {
            int width = 32 - Integer.numberOfLeadingZeros(largest);
            int value = peek(width);
            int low = value & (1 << width - 1) - 1;
            int spare = (1 << width) - 1 - largest;
            if (low < spare) {
                drop(width - 1);
                return low;
            }
            drop(width);
            return value >= 1 << width - 1 ? value - spare : value;
        }

        /** How many more zero counts follow: two bits at a time, 3 says that more come. */
        int zeroRun() throws CorruptException {
            int run = 0;
            int part;
            do {
                part = read(2);
                run += part;
            } while (part == 3 && ahead.left() > 0);
            return run;
        }

        /** Passes over what was read, in whole bytes. */
        void finish() throws CorruptException {
            in.take(used + 7 >> 3);
        }
    }
}
