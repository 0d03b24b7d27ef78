package org.jvmx.vm;

import java.util.Arrays;
import java.util.function.LongUnaryOperator;
import org.jvmx.arch.Hot;
import org.jvmx.bus.Timer;

/**
 * The armed timers of a machine: a binary heap by deadline; of equal deadlines the one that was armed first is due first. Arming allocates
 * nothing.
 */
final class TimerQueue {
    private static final int IDLE = -1;

    private final class Event implements Timer {
        private final Runnable action;
        private final boolean device;
        private long asked;
        private long deadline;
        private long order;
        private int at = IDLE;

        Event(Runnable action, boolean device) {
            this.action = action;
            this.device = device;
        }

        @Hot
        @Override
        public void arm(long deadlineNanos) {
            asked = deadlineNanos;
            deadline = policy == null || !device ? deadlineNanos : policy.applyAsLong(deadlineNanos);
            order = armings++;
            if (at == IDLE) {
                at = count++;
                heap[at] = this;
            }
            down(up(at));
        }

        @Override
        public void cancel() {
            if (at != IDLE) {
                remove(this);
            }
        }

        @Override
        public boolean armed() {
            return at != IDLE;
        }

        boolean before(Event other) {
            return deadline != other.deadline ? deadline < other.deadline : order < other.order;
        }
    }

    private Event[] heap = new Event[8];
    private int timers;
    private int count;
    private long armings;
    private LongUnaryOperator policy;
    private long ranAt = Long.MIN_VALUE;
    private long ranFor;

    /** Who says when a timer that is armed expires; null for nobody. */
    void policy(LongUnaryOperator who) {
        policy = who;
    }

    /** A new timer of a device, disarmed. */
    Timer timer(Runnable action) {
        return timer(action, true);
    }

    /** A new timer that no policy is asked about, disarmed. */
    Timer monitorTimer(Runnable action) {
        return timer(action, false);
    }

    private Timer timer(Runnable action, boolean device) {
        if (++timers > heap.length) {
            heap = Arrays.copyOf(heap, 2 * heap.length);
        }
        return new Event(action, device);
    }

    /** The earliest deadline, {@link Long#MAX_VALUE} if no timer is armed. */
    long next() {
        return count == 0 ? Long.MAX_VALUE : heap[0].deadline;
    }

    /** Runs what is due at {@code now}, and what that makes due. */
    @Hot
    void runDue(long now) {
        while (count > 0 && heap[0].deadline <= now) {
            Event event = heap[0];
            remove(event);
            if (ranAt != now) {
                ranAt = now;
                ranFor = event.asked;
            }
            event.action.run();
        }
    }

    /** What the timer that runs now brings was due at another moment than the timer. */
    void due(long nanos) {
        ranFor = nanos;
    }

    /** For what moment the timer was set that ran last, or first among several that ran at once; {@code otherwise} if none ran since a time. */
    long dueSince(long time, long otherwise) {
        return ranAt >= time ? ranFor : otherwise;
    }

    private void remove(Event event) {
        int hole = event.at;
        event.at = IDLE;
        Event last = heap[--count];
        heap[count] = null;
        if (last != event) {
            heap[hole] = last;
            last.at = hole;
            down(up(hole));
        }
    }

    private int up(int from) {
        int at = from;
        while (at > 0 && heap[at].before(heap[at - 1 >> 1])) {
            swap(at, at - 1 >> 1);
            at = at - 1 >> 1;
        }
        return at;
    }

    private void down(int from) {
        int at = from;
        while (2 * at + 1 < count) {
            int child = 2 * at + 1;
            if (child + 1 < count && heap[child + 1].before(heap[child])) {
                child++;
            }
            if (!heap[child].before(heap[at])) {
                return;
            }
            swap(at, child);
            at = child;
        }
    }

    private void swap(int a, int b) {
        Event moved = heap[a];
        heap[a] = heap[b];
        heap[b] = moved;
        heap[a].at = a;
        heap[b].at = b;
    }
}
