package org.jvmx.bus;

/**
 * Conversion between a {@link Clock}'s nanoseconds and the ticks of a slower oscillator that started with it, without drift.
 *
 * @param hertz ticks a second, at most 1 GHz
 */
public record Frequency(long hertz) {
    private static final long NANOS = 1_000_000_000;

    /** Whole ticks in {@code nanos}. */
    public long ticks(long nanos) {
        return Math.floorDiv(nanos, NANOS) * hertz + Math.floorMod(nanos, NANOS) * hertz / NANOS;
    }

    /** The first nanosecond at which {@link #ticks} is {@code ticks}. */
    public long nanosAt(long ticks) {
        return Math.floorDiv(ticks, hertz) * NANOS + (Math.floorMod(ticks, hertz) * NANOS + hertz - 1) / hertz;
    }
}
