package org.jvmx.devices.apic;

import org.jvmx.bus.Clock;
import org.jvmx.bus.Timer;

/**
 * The timer of a local APIC: its input clock is 1 GHz, so that the input ticks are the clock's nanoseconds. The count follows from the time at which
 * it reaches zero; that does not move when the mode changes.
 */
final class ApicTimer {
    static final int ONE_SHOT = 0;
    static final int PERIODIC = 1;
    static final int TSC_DEADLINE = 2;

    private final Clock clock;
    private final Runnable interrupt;
    private final Timer timer;
    private int mode;
    private int divideConfiguration;
    private int initialCount;
    private boolean running;
    private long zeroAt;
    private long deadline;

    ApicTimer(Clock clock, Runnable interrupt) {
        this.clock = clock;
        this.interrupt = interrupt;
        timer = clock.timer(this::expire);
    }

    void reset() {
        mode = ONE_SHOT;
        divideConfiguration = 0;
        initialCount = 0;
        running = false;
        deadline = 0;
        timer.cancel();
    }

    /** Changes between one-shot and periodic leave the count running; to and from TSC-deadline mode disarm. */
    void mode(int value) {
        if (mode == value) {
            return;
        }
        catchUp();
        if (mode == TSC_DEADLINE || value == TSC_DEADLINE) {
            running = false;
            initialCount = 0;
            deadline = 0;
        }
        mode = value;
        arm();
    }

    int initialCount() {
        return initialCount;
    }

    void initialCount(int value) {
        if (mode == TSC_DEADLINE) {
            return;
        }
        initialCount = value;
        running = value != 0;
        zeroAt = clock.nanos() + period();
        arm();
    }

    int currentCount() {
        if (!running) {
            return 0;
        }
        long left = zeroAt - clock.nanos();
        if (left <= 0) {
            if (mode != PERIODIC) {
                return 0;
            }
            left = period() - -left % period();
        }
        int shift = divideShift();
        return (int) (left + (1L << shift) - 1 >> shift);
    }

    int divideConfiguration() {
        return divideConfiguration;
    }

    void divideConfiguration(int value) {
        catchUp();
        int count = currentCount();
        divideConfiguration = value & 0x0b;
        if (running) {
            zeroAt = clock.nanos() + (Integer.toUnsignedLong(count) << divideShift());
            arm();
        }
    }

    long deadline() {
        if (deadline != 0 && due()) {
            expire();
        }
        return deadline;
    }

    void deadline(long value) {
        if (mode != TSC_DEADLINE) {
            return;
        }
        deadline = value;
        if (value != 0 && due()) {
            expire();
        } else {
            arm();
        }
    }

    LocalApic.TimerState state() {
        return new LocalApic.TimerState(mode, divideConfiguration, initialCount, running, zeroAt, deadline);
    }

    void restore(LocalApic.TimerState state) {
        mode = state.mode();
        divideConfiguration = state.divideConfiguration();
        initialCount = state.initialCount();
        running = state.running();
        zeroAt = state.zeroAt();
        deadline = state.deadline();
        arm();
    }

    private boolean due() {
        return Long.compareUnsigned(clock.tsc(), deadline) >= 0;
    }

    private int divideShift() {
        int encoded = divideConfiguration & 3 | divideConfiguration >> 1 & 4;
        return encoded + 1 & 7;
    }

    private long period() {
        return Integer.toUnsignedLong(initialCount) << divideShift();
    }

    private void arm() {
        if (mode == TSC_DEADLINE && deadline != 0) {
            long at = clock.nanosAtTsc(deadline);
            if (at != Long.MAX_VALUE) {
                timer.arm(at);
                return;
            }
        } else if (running) {
            timer.arm(zeroAt);
            return;
        }
        timer.cancel();
    }

    /** What was due before a change still happens. */
    private void catchUp() {
        if (running && clock.nanos() >= zeroAt) {
            expire();
        }
    }

    private void expire() {
        if (mode == TSC_DEADLINE) {
            if (deadline == 0) {
                return;
            }
            if (!due()) {
                arm();
                return;
            }
            deadline = 0;
            timer.cancel();
        } else if (!running) {
            return;
        } else if (mode == PERIODIC && initialCount != 0) {
            zeroAt += ((clock.nanos() - zeroAt) / period() + 1) * period();
            arm();
        } else {
            running = false;
            timer.cancel();
        }
        interrupt.run();
    }
}
