package org.jvmx.vm;

/**
 * A guest that waits for an event. The clock jumps to the next timer; while input may come from outside, it is let pass in wall time instead.
 * A guest that nothing can wake is stopped.
 */
final class Idle {
    private static final long LONGEST_WAIT = 3_600_000_000_000L;

    private final Machine machine;
    private final MachineClock clock;
    private final Mailbox mailbox;
    private final Pacer pacer;
    private final EventInjector events;

    Idle(Machine machine, EventInjector events) {
        this.machine = machine;
        this.clock = machine.clock();
        this.mailbox = machine.mailbox();
        this.pacer = machine.spec().pacer();
        this.events = events;
    }

    /** Lets time pass until the guest wakes or the machine stops; true if it woke. */
    boolean await() {
        while (true) {
            mailbox.drain();
            clock.runDue();
            Inspector inspector = machine.inspector();
            if (mailbox.stopReason() != null || inspector != null && !inspector.passesIdle()) {
                return false;
            }
            if (events.wakes() || events.singleStepping()) {
                return true;
            }
            if (!events.interruptsEnabled()) {
                return forever("the guest halted with interrupts disabled");
            }
            long next = clock.nextDeadline();
            if (mailbox.mayReceive() || clock.follows() && next != Long.MAX_VALUE) {
                pass(next);
            } else if (next == Long.MAX_VALUE) {
                return forever("the guest halted and nothing is left that could interrupt it");
            } else {
                clock.skip(next - clock.nanos());
            }
        }
    }

    private void pass(long next) {
        long left = next == Long.MAX_VALUE ? LONGEST_WAIT : next - clock.nanos();
        clock.skip(Math.min(left, pacer.park(left)));
    }

    private boolean forever(String message) {
        mailbox.stop(StopReason.of(StopReason.Kind.HALTED_FOREVER, message));
        return false;
    }
}
