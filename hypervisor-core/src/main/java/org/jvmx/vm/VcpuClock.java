package org.jvmx.vm;

import org.jvmx.bus.Clock;
import org.jvmx.bus.Timer;
import org.jvmx.vmx.Registers;

/**
 * The machine's time as one virtual processor sees it: time and timers are the machine's, the time-stamp counter is its own. Without an
 * adjustment by the guest the counters of all processors show the same.
 */
public final class VcpuClock implements Clock {
    private final MachineClock machine;
    private final Registers processor;
    /** What the counter is ahead of the processor's, without {@link #adjust}. */
    private long lead;
    private long adjust;

    VcpuClock(MachineClock machine, Registers processor) {
        this.machine = machine;
        this.processor = processor;
    }

    @Override
    public long nanos() {
        return machine.nanos();
    }

    @Override
    public Timer timer(Runnable action) {
        return machine.timer(action);
    }

    @Override
    public long tsc() {
        return processor.tsc() + tscOffset();
    }

    @Override
    public long nanosAtTsc(long tsc) {
        long now = tsc();
        long nanos = nanos();
        if (Long.compareUnsigned(tsc, now) <= 0) {
            return nanos;
        }
        long left = tsc - now;
        long wait = left < 0 ? Long.MAX_VALUE : toNanos(left);
        return nanos + wait < 0 ? Long.MAX_VALUE : nanos + wait;
    }

    private long toNanos(long ticks) {
        long hz = processor.tscHz();
        return hz == 0 ? ticks : ticks / hz * MachineClock.NANOS + ticks % hz * MachineClock.NANOS / hz;
    }

    /** The guest writes its time-stamp counter. */
    void writeTsc(long value) {
        adjust += value - tsc();
        machine.leap();
    }

    /** IA32_TSC_ADJUST. */
    long tscAdjust() {
        return adjust;
    }

    /** The guest writes IA32_TSC_ADJUST, which moves the counter along. */
    void writeTscAdjust(long value) {
        adjust = value;
        machine.leap();
    }

    /** What the TSC-offset field of the VMCS has to be at an entry now. */
    long tscOffset() {
        lead = machine.lead(processor, lead);
        return lead + adjust;
    }
}
