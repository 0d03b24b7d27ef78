package org.jvmx.vm;

import org.jvmx.vmx.Registers;

/**
 * Time by retired instructions, one a nanosecond, plus what was skipped while the guest was idle and what exits were charged. Several
 * processors take turns on one modelled processor: the time is the sum of their instructions, and the same for all of them.
 */
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
        leap();
        ahead += nanos;
    }

    @Override
    long lead(Registers processor, long before) {
        return nanos() - processor.tsc();
    }

    @Override
    long budget() {
        long deadline = nextStop();
        return deadline == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(1, deadline - nanos());
    }

    @Override
    boolean follows() {
        return false;
    }
}
