package org.jvmx.vm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.jvmx.bus.Clock;
import org.jvmx.bus.Timer;
import org.jvmx.vmx.Registers;

/**
 * The time of one machine and its timers; as a {@link Clock} it shows the time-stamp counter of the first processor. Belongs to the thread that
 * runs the machine.
 */
public abstract sealed class MachineClock implements Clock permits VirtualClock, HostClock {
    static final long NANOS = 1_000_000_000;

    private final TimerQueue timers = new TimerQueue();
    private VcpuClock first;
    private Registers running;
    /** Instructions that the processors but the running one have retired. */
    private long parked;
    private long leaps;
    private long period;
    private long stop;
    /** All processors, if they run at the same time. */
    private List<Registers> together;

    MachineClock() {
    }

    /** From now on all processors that are attached run at the same time. */
    final void runTogether() {
        together = new ArrayList<>();
    }

    /** The clock of one more processor, whose counts are read from now on. */
    final VcpuClock attach(Registers processor) {
        VcpuClock clock = new VcpuClock(this, processor);
        if (together != null) {
            together.add(processor);
        }
        if (first == null) {
            first = clock;
            running = processor;
        } else {
            parked += processor.retired();
        }
        return clock;
    }

    /** From now on this processor is the one that runs. */
    final void run(Registers next) {
        parked += running.retired() - next.retired();
        running = next;
        leap();
    }

    /** Time-stamp counters may have moved by something else than instructions. */
    final void leap() {
        leaps++;
    }

    /** How often that was said: while it stays the same so does the TSC offset of the running processor. */
    final long leaps() {
        return leaps;
    }

    /** Instructions that the guest has retired on all its processors; of those that run at the same time, roughly. */
    public final long retired() {
        if (together != null) {
            long sum = 0;
            for (int n = 0; n < together.size(); n++) {
                sum += together.get(n).retired();
            }
            return sum;
        }
        return running == null ? 0 : parked + running.retired();
    }

    @Override
    public final Timer timer(Runnable action) {
        return timers.timer(action);
    }

    /** A timer of the monitor's own, which policies are not asked about. */
    final Timer monitorTimer(Runnable action) {
        return timers.monitorTimer(action);
    }

    @Override
    public final long tsc() {
        return first == null ? 0 : first.tsc();
    }

    @Override
    public final long nanosAtTsc(long tsc) {
        return first == null ? Long.MAX_VALUE : first.nanosAtTsc(tsc);
    }

    /** Ticks a second of the running processor's time-stamp counter if that runs by wall time, or 0. */
    final long tscHz() {
        return running == null ? 0 : running.tscHz();
    }

    /** The deadline of the next timer, {@link Long#MAX_VALUE} if none is armed. */
    public final long nextDeadline() {
        return timers.next();
    }

    /** Stops at every multiple of a period from now on; at none if it is 0. */
    final void tick(long periodNanos) {
        period = periodNanos;
    }

    /** The next moment at which the guest is to be left: that of a timer, or of the tick. To be asked before an entry. */
    final long nextStop() {
        long next = timers.next();
        stop = period == 0 ? next : Math.min(next, (nanos() / period + 1) * period);
        return stop;
    }

    /** Whether the moment that {@link #nextStop} said has come. */
    final boolean stopDue() {
        return stop <= nanos() || timers.next() <= nanos();
    }

    /** Who is asked when a timer is armed; null for nobody. */
    final void timerPolicy(LongUnaryOperator policy) {
        timers.policy(policy);
    }

    /** When what happened since a time was due: at a timer's moment, if one ran since then, else now. */
    final long dueSince(long time) {
        return timers.dueSince(time, nanos());
    }

    /** The timer that runs now brings what was due at that moment, and was held back since. */
    final void due(long nanos) {
        timers.due(nanos);
    }

    /** Runs the timers that are due. */
    final void runDue() {
        if (timers.next() != Long.MAX_VALUE) {
            timers.runDue(nanos());
        }
    }

    /** How far the guest's time-stamp counter, without its adjustment, has to be ahead of the processor's. */
    abstract long lead(Registers processor, long before);

    /** Time passes that no instruction took. */
    abstract void skip(long nanos);

    /** To be called before an entry: the most instructions that may run until a timer could be due. */
    abstract long budget();

    /** Whether waiting takes wall time even if nobody could tell. */
    abstract boolean follows();
}
