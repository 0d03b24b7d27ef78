package org.jvmx.vm;

/**
 * A guest all of whose processors wait for an event. The clock jumps to the next timer; while input may come from outside, it is let pass in
 * wall time instead. A guest that nothing can wake is stopped.
 */
final class Idle {
    private static final long LONGEST_WAIT = 3_600_000_000_000L;

    private final Vcpu[] vcpus;
    private final MachineClock clock;
    private final Mailbox mailbox;
    private final Pacer pacer;

    Idle(Machine machine, Vcpu[] vcpus) {
        this.vcpus = vcpus;
        this.clock = machine.clock();
        this.mailbox = machine.mailbox();
        this.pacer = machine.spec().pacer();
    }

    /** Lets time pass, to the next timer at most, or stops the machine. */
    void pass() {
        if (stopIfHopeless()) {
            return;
        }
        long next = clock.nextDeadline();
        if (mailbox.mayReceive() || clock.follows()) {
            long left = next == Long.MAX_VALUE ? LONGEST_WAIT : next - clock.nanos();
            clock.skip(Math.min(left, pacer.park(left)));
        } else {
            clock.skip(next - clock.nanos());
        }
    }

    /** Stops the machine if nothing can ever wake one of its processors. */
    boolean stopIfHopeless() {
        if (!interruptible()) {
            forever(vcpus.length == 1 ? "the guest halted with interrupts disabled" : "all processors halted with interrupts disabled");
            return true;
        }
        if (clock.nextDeadline() == Long.MAX_VALUE && !mailbox.mayReceive()) {
            forever("the guest halted and nothing is left that could interrupt it");
            return true;
        }
        return false;
    }

    private boolean interruptible() {
        for (Vcpu vcpu : vcpus) {
            if (vcpu.events().interruptsEnabled()) {
                return true;
            }
        }
        return false;
    }

    private void forever(String message) {
        mailbox.stop(StopReason.of(StopReason.Kind.HALTED_FOREVER, message));
    }
}
