package org.jvmx.vm;

import java.util.function.Consumer;

/**
 * Looks, from a thread of its own and in wall time, whether a policy that is not JVMX's own comes back. One that does not is interrupted; if that does not
 * help either, somebody else has to end the run without its thread.
 */
final class PolicyWatchdog implements Runnable, AutoCloseable {
    private static final long NANOS = 1_000_000_000L;
    private static final long LOOK = NANOS / 5;

    private final Machine machine;
    private final Thread watched;
    private final long patience;
    private final Consumer<StopReason> stuck;
    private final Pacer pacer = new WallPacer();
    private volatile boolean over;
    private PolicyLink suspect;
    private long call;
    private long since;

    private PolicyWatchdog(Machine machine, long patience, Consumer<StopReason> stuck) {
        this.machine = machine;
        this.watched = Thread.currentThread();
        this.patience = patience;
        this.stuck = stuck;
    }

    /**
     * Watches the policies of a machine that this thread is going to run; null if there is nobody to be watched.
     *
     * @param stuck told why the run has to end when its thread cannot be brought back
     */
    static PolicyWatchdog over(Machine machine, long patienceNanos, Consumer<StopReason> stuck) {
        boolean needed = false;
        for (PolicyLink link : machine.policies().links()) {
            needed |= link.isForeign();
        }
        if (!needed) {
            return null;
        }
        PolicyWatchdog dog = new PolicyWatchdog(machine, patienceNanos, stuck);
        Thread.ofPlatform().daemon().name("policy watchdog").start(dog);
        return dog;
    }

    @Override
    public void run() {
        while (!over) {
            pacer.park(LOOK);
            PolicyLink link = busy();
            if (link == null || link != suspect || link.inside() != call) {
                suspect = link;
                call = link == null ? 0 : link.inside();
                since = pacer.nanos();
            } else if (pacer.nanos() - since > patience) {
                bark(link);
                return;
            }
        }
    }

    /** The policy that is being waited for, or null. */
    private PolicyLink busy() {
        for (PolicyLink link : machine.policies().links()) {
            if (link.isForeign() && link.inside() != 0) {
                return link;
            }
        }
        return null;
    }

    private void bark(PolicyLink link) {
        StopReason reason = PolicyFailure.stuck(link, watched, patience / NANOS);
        machine.stop(reason);
        watched.interrupt();
        long asked = pacer.nanos();
        while (!over && pacer.nanos() - asked < NANOS) {
            pacer.park(LOOK);
        }
        if (!over && link.inside() == call) {
            stuck.accept(reason);
        }
    }

    /** The run is over. */
    @Override
    public void close() {
        over = true;
        pacer.wake();
        Thread.interrupted(); // it may have been meant for a policy that came back by itself
    }
}
