package org.jvmx.vm;

/**
 * A halt of one virtual processor as a monitor lives it: it polls for an event as long as a policy says, and then gives the processor away, which makes
 * the wake-up longer. What that takes is the cost model's to say.
 */
final class Halt {
    private final PolicyStack policies;
    private final MachineClock clock;
    private final EventInjector events;
    private final StoppedVcpu view;
    private final long wakeUp;
    private long since;
    private long polls;
    private boolean waits;

    Halt(Vcpu vcpu, StoppedVcpu view) {
        this.policies = vcpu.machine().policies();
        this.clock = vcpu.machine().clock();
        this.events = vcpu.events();
        this.view = view;
        this.wakeUp = vcpu.machine().spec().cost().wakeUp();
    }

    /** The guest executed HLT. */
    void begin() {
        waits = !events.wakes();
        if (waits) {
            since = clock.nanos();
            polls = policies.halt(view);
        }
    }

    /** An event has come. */
    void end() {
        if (!waits) {
            return;
        }
        long waited = clock.nanos() - since;
        boolean caught = waited <= polls;
        long latency = caught ? 0 : wakeUp;
        policies.charge(latency);
        policies.counters().woke(polls, waited, caught, latency);
        policies.wake(view, waited, caught);
    }
}
