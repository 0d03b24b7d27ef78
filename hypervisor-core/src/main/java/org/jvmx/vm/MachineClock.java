package org.jvmx.vm;

import org.jvmx.bus.Clock;
import org.jvmx.bus.Timer;
import org.jvmx.vmx.Registers;

/**
 * The time of one machine, its timers and the guest's time-stamp counter, which runs at 1 GHz. The guest's counter is the processor's plus the
 * offset that is kept here. Belongs to the vCPU's thread.
 */
public abstract sealed class MachineClock implements Clock permits VirtualClock, HostClock {
    static final long NANOS = 1_000_000_000;

    private final TimerQueue timers = new TimerQueue();
    private Registers processor;
    private long tscOffset;
    private long tscAdjust;

    MachineClock() {
    }

    /** From now on the processor's counts are read. */
    void attach(Registers registers) {
        processor = registers;
    }

    /** Instructions that the guest has retired. */
    public final long retired() {
        return processor == null ? 0 : processor.retired();
    }

    @Override
    public final Timer timer(Runnable action) {
        return timers.timer(action);
    }

    @Override
    public final long tsc() {
        return (processor == null ? 0 : processor.tsc()) + tscOffset;
    }

    @Override
    public final long nanosAtTsc(long tsc) {
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
        long hz = tscHz();
        return hz == 0 ? ticks : ticks / hz * NANOS + ticks % hz * NANOS / hz;
    }

    /** Ticks a second of a counter that runs by wall time, or 0. */
    final long tscHz() {
        return processor == null ? 0 : processor.tscHz();
    }

    /** The guest writes its time-stamp counter. */
    final void writeTsc(long value) {
        long change = value - tsc();
        tscOffset += change;
        tscAdjust += change;
    }

    /** IA32_TSC_ADJUST. */
    final long tscAdjust() {
        return tscAdjust;
    }

    /** The guest writes IA32_TSC_ADJUST, which moves the counter along. */
    final void writeTscAdjust(long value) {
        tscOffset += value - tscAdjust;
        tscAdjust = value;
    }

    /** What the TSC-offset field of the VMCS has to be. */
    final long tscOffset() {
        return tscOffset;
    }

    /** Moves the guest's counter forward without an instruction. */
    final void advanceTsc(long ticks) {
        tscOffset += ticks;
    }

    /** The deadline of the next timer, {@link Long#MAX_VALUE} if none is armed. */
    public final long nextDeadline() {
        return timers.next();
    }

    /** Runs the timers that are due. */
    final void runDue() {
        if (timers.next() != Long.MAX_VALUE) {
            timers.runDue(nanos());
        }
    }

    /** Time passes that no instruction took. */
    abstract void skip(long nanos);

    /** To be called before an entry: the most instructions that may run until a timer could be due. */
    abstract long budget();

    /** Whether waiting takes wall time even if nobody could tell. */
    abstract boolean follows();
}
