package org.jvmx.vm;

import org.jvmx.arch.Hot;
import org.jvmx.vmx.ExitReason;

/** The last VM exits of one virtual processor, always on: a few stores an exit, printed when the processor dies. */
public final class FlightRecorder {
    /** How many exits are kept. */
    public static final int SIZE = 1024;

    private static final int WORDS = 4;
    private static final int RIP = 1;
    private static final int QUALIFICATION = 2;
    private static final int NANOS = 3;
    private static final ExitReason[] REASONS = ExitReason.values();

    private final long[] ring = new long[SIZE * WORDS];
    private long count;

    FlightRecorder() {
    }

    @Hot
    void record(ExitReason reason, long rip, long qualification, long nanos) {
        int at = (int) count & SIZE - 1;
        at *= WORDS;
        ring[at] = reason.ordinal();
        ring[at + RIP] = rip;
        ring[at + QUALIFICATION] = qualification;
        ring[at + NANOS] = nanos;
        count++;
    }

    /** Exits seen in all. */
    public long count() {
        return count;
    }

    /** Writes the last {@code most} exits, oldest first, one a line. */
    public void print(StringBuilder text, int most) {
        long first = Math.max(0, count - Math.min(most, SIZE));
        for (long n = first; n < count; n++) {
            int at = ((int) n & SIZE - 1) * WORDS;
            text.append("  %10d  t=%-14d rip=%-18s %-20s qualification=0x%x%n".formatted(n, ring[at + NANOS],
                    "0x" + Long.toHexString(ring[at + RIP]), REASONS[(int) ring[at]], ring[at + QUALIFICATION]));
        }
    }
}
