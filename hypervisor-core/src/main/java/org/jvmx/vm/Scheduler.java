package org.jvmx.vm;

/** Decides which virtual processor of a machine runs when, and on which thread. */
interface Scheduler {
    /** Runs the guest until the mailbox holds a reason to stop. */
    void run();

    /** The virtual processor that runs, or ran last, on this thread. */
    Vcpu current();
}
