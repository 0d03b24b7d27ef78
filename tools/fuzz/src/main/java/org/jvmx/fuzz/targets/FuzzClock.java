package org.jvmx.fuzz.targets;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.bus.Clock;
import org.jvmx.bus.Timer;

/** A clock that an input moves. A device that wants to be woken more often than there can be reason for is a finding. */
final class FuzzClock implements Clock {
    private static final int MOST_ALARMS = 400_000;

    private final List<Alarm> alarms = new ArrayList<>();
    private long now;

    /** Lets time pass, running timers at their deadlines in order. */
    void advanceTo(long target) {
        int rung = 0;
        for (Alarm next = earliest(); next != null && next.deadline <= target; next = earliest()) {
            now = Math.max(now, next.deadline);
            next.armed = false;
            next.action.run();
            Check.require(++rung < MOST_ALARMS, "woken too often");
        }
        now = Math.max(now, target);
    }

    private Alarm earliest() {
        Alarm best = null;
        for (int n = 0; n < alarms.size(); n++) {
            Alarm alarm = alarms.get(n);
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
