package org.jvmx.devices;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.bus.Clock;
import org.jvmx.bus.Timer;

/** A clock that tests move by hand; the time-stamp counter counts nanoseconds. */
public final class FakeClock implements Clock {
    private final List<Alarm> alarms = new ArrayList<>();
    private long now;

    /** A clock at zero. */
    public FakeClock() {
    }

    /** Lets time pass, running timers at their deadlines in order. */
    public void advance(long nanos) {
        advanceTo(now + nanos);
    }

    /** Lets time pass up to a moment. */
    public void advanceTo(long target) {
        for (Alarm next = earliest(); next != null && next.deadline <= target; next = earliest()) {
            now = Math.max(now, next.deadline);
            next.armed = false;
            next.action.run();
        }
        now = target;
    }

    /** Moves time without running timers, as when the processor has not looked yet. */
    public void drift(long nanos) {
        now += nanos;
    }

    private Alarm earliest() {
        Alarm best = null;
        for (int i = 0; i < alarms.size(); i++) {
            Alarm alarm = alarms.get(i);
            if (alarm.armed && (best == null || alarm.deadline < best.deadline)) {
                best = alarm;
            }
        }
        return best;
    }

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public Timer timer(Runnable action) {
        Alarm alarm = new Alarm(action);
        alarms.add(alarm);
        return alarm;
    }

    @Override
    public long tsc() {
        return now;
    }

    @Override
    public long nanosAtTsc(long tsc) {
        return tsc < 0 ? Long.MAX_VALUE : tsc;
    }

    private static final class Alarm implements Timer {
        private final Runnable action;
        private long deadline;
        private boolean armed;

        private Alarm(Runnable action) {
            this.action = action;
        }

        @Override
        public void arm(long deadlineNanos) {
            deadline = deadlineNanos;
            armed = true;
        }

        @Override
        public void cancel() {
            armed = false;
        }

        @Override
        public boolean armed() {
            return armed;
        }
    }
}
