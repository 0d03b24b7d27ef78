package org.jvmx.vm;

import org.jvmx.vmx.Registers;

/** Time by the host. The guest's time-stamp counter is moved to it at each entry, and never back. */
public final class HostClock extends MachineClock {
    /** Between two looks at the time. */
    private static final long SLICE = 50_000;

    /** How far the counter may lag before it is moved. */
    private static final long TOLERANCE = 10_000;

    /** The longest that a guest is left alone where the processor's counter tells the time. */
    private static final long LONGEST = 100_000_000;

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
        leap();
        long hz = tscHz();
        long next = nextStop();
        return hz == 0 ? SLICE : ticks(next, hz);
    }

    @Override
    long lead(Registers processor, long before) {
        if (processor.tscHz() != 0) {
            return before;
        }
        long lag = nanos() - processor.tsc() - before;
        return lag > TOLERANCE ? before + lag : before;
    }

    /** Until the next timer is due, in ticks of a counter that runs by itself. */
    private long ticks(long next, long hz) {
        long left = next == Long.MAX_VALUE ? LONGEST : Math.clamp(next - nanos(), 0, LONGEST);
        return Math.max(1, left * (hz / 1000) / (NANOS / 1000));
    }

    @Override
    boolean follows() {
        return true;
    }
}
