package org.jvmx.vm;

/** Time by the host. The guest's time-stamp counter is moved to it at each entry, and never back. */
public final class HostClock extends MachineClock {
    /** Between two looks at the time. */
    private static final long SLICE = 50_000;

    /** How far the counter may lag before it is moved. */
    private static final long TOLERANCE = 10_000;

    private final Pacer pacer;
    private final long start;

    /** Starts at 0 now. */
    public HostClock(Pacer pacer) {
        this.pacer = pacer;
        this.start = pacer.nanos();
    }

    @Override
    public long nanos() {
        return pacer.nanos() - start;
    }

    @Override
    void skip(long nanos) {
        // it passes by itself
    }

    @Override
    long budget() {
        long lag = nanos() + tscAdjust() - tsc();
        if (lag > TOLERANCE) {
            advanceTsc(lag);
        }
        return SLICE;
    }

    @Override
    boolean follows() {
        return true;
    }
}
