package org.jvmx.tools.pc;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jvmx.bus.Clock;
import org.jvmx.bus.Timer;
import org.jvmx.devices.keyboard.I8042;

/** Somebody who types on the keyboard no faster than the guest reads it. Belongs to the vCPU's thread. */
final class Typing {
    private static final long PERIOD_NANOS = 2_000_000;
    /** A character that finds no room for so long has no key, or the guest does not look at its keyboard. */
    private static final int MOST_TRIES = 500;

    private final I8042 keyboard;
    private final Clock clock;
    private final Timer timer;
    private final Queue<Character> waiting = new ArrayDeque<>();
    private int tries;

    Typing(I8042 keyboard, Clock clock) {
        this.keyboard = keyboard;
        this.clock = clock;
        this.timer = clock.timer(this::next);
    }

    void type(char character) {
        waiting.add(character);
        if (!timer.armed()) {
            next();
        }
    }

    private void next() {
        if (waiting.isEmpty()) {
            return;
        }
        if (keyboard.type(waiting.element()) || ++tries == MOST_TRIES) {
            waiting.remove();
            tries = 0;
        }
        timer.arm(clock.nanos() + PERIOD_NANOS);
    }
}
