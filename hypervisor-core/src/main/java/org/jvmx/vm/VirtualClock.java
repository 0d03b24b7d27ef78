package org.jvmx.vm;

/** Time by retired instructions, one a nanosecond, plus what was skipped while the guest was idle and what exits were charged. */
public final class VirtualClock extends MachineClock {
    private long ahead;

    /** Time 0. */
    public VirtualClock() {
    }

    @Override
    public long nanos() {
        return retired() + ahead;
    }

    @Override
    void skip(long nanos) {
        ahead += nanos;
        advanceTsc(nanos);
    }

    @Override
    long budget() {
        long deadline = nextDeadline();
        return deadline == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(1, deadline - nanos());
    }

    @Override
    boolean follows() {
        return false;
    }
}
