package org.jvmx.vm;

/** Decides which virtual processor of a machine runs when, and on which thread. */
interface Scheduler {
    /** Runs the guest until the mailbox holds a reason to stop. */
    void run();

    /** Makes every virtual processor look at the mailbox soon; from any thread. */
    default void wake() {
        // they do so often enough
    }

    /** The virtual processor that runs, or ran last, on this thread. */
    Vcpu current();
}
