package org.jvmx.vm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Durations in nanoseconds in classes of at most 1/32 of their size: one writer, any reader, nothing allocated by recording. */
public final class Latencies {
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int BITS = 5;
    private static final int PARTS = 1 << BITS;
    private static final int CLASSES = (64 - BITS) * PARTS;
    private static final int COUNT = CLASSES;
    private static final int SUM = CLASSES + 1;
    private static final int MAX = CLASSES + 2;

    private final long[] counts = new long[CLASSES + 3];

    /** Without any. */
    public Latencies() {
    }

    /** Adds one. */
    public void record(long nanos) {
        long value = Math.max(0, nanos);
        add(classOf(value), 1);
        add(COUNT, 1);
        add(SUM, value);
        if (value > counts[MAX]) {
            LONGS.setOpaque(counts, MAX, value);
        }
    }

    private void add(int at, long much) {
        LONGS.setOpaque(counts, at, counts[at] + much);
    }

    private static int classOf(long value) {
        int top = 63 - Long.numberOfLeadingZeros(value | 1);
        return top <= BITS ? (int) value : (top - BITS) * PARTS + (int) (value >>> top - BITS);
    }

    /** The largest value of a class. */
    private static long largest(int of) {
        int shift = of / PARTS - 1;
        return shift <= 0 ? of : ((long) (of % PARTS + PARTS) + 1 << shift) - 1;
    }

    /** How many. */
    public long count() {
        return (long) LONGS.getOpaque(counts, COUNT);
    }

    /** Their sum. */
    public long sum() {
        return (long) LONGS.getOpaque(counts, SUM);
    }

    /** The longest. */
    public long max() {
        return (long) LONGS.getOpaque(counts, MAX);
    }

    /** The value that a share of them, 0 to 1, does not exceed; 0 if there is none. */
    public long quantile(double share) {
        long wanted = Math.max(1, (long) Math.ceil(share * count()));
        long seen = 0;
        for (int at = 0; at < CLASSES; at++) {
            seen += (long) LONGS.getOpaque(counts, at);
            if (seen >= wanted) {
                return Math.min(largest(at), max());
            }
        }
        return max();
    }

    /** Adds all of another's. */
    public void add(Latencies other) {
        for (int at = 0; at < MAX; at++) {
            add(at, (long) LONGS.getOpaque(other.counts, at));
        }
        LONGS.setOpaque(counts, MAX, Math.max(max(), other.max()));
    }
}
