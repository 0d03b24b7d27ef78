package org.jvmx.vm;

import org.jvmx.vmx.VirtualProcessor;

/**
 * INIT signals and start-up IPIs for one virtual processor, kept until its next VM entry. A processor that waits for a start-up IPI takes no
 * INIT; one that does not wait loses start-up IPIs. SDM Vol. 3, "MP Initialization Protocol Algorithm for MP Systems".
 */
final class Signals {
    private static final int NONE = -1;

    private boolean any;
    private boolean waiting;
    private boolean init;
    private int startup = NONE;

    void init() {
        init = !waiting;
        startup = NONE;
        any = true;
    }

    void startup(int vector) {
        if (init || waiting) {
            startup = vector;
        }
    }

    /** From now on the processor waits for a start-up IPI. */
    void await() {
        waiting = true;
        init = false;
        any = true;
    }

    /** The processor has got its start-up IPI. */
    void started() {
        waiting = false;
        startup = NONE;
        any = init;
    }

    /** Whether there is anything to ask for. */
    boolean any() {
        return any;
    }

    /** Whether the processor waits for a start-up IPI. */
    boolean waiting() {
        return waiting;
    }

    /** Whether the next VM entry is for a signal. */
    boolean pending() {
        return waiting ? startup != NONE : init;
    }

    /** Shows the processor the signal that is pending; false if it knows no signals and the monitor is to act in its place. */
    boolean raise(VirtualProcessor processor) {
        return waiting ? processor.startup(startup) : processor.init();
    }

    /** The vector of the start-up IPI that is pending. */
    int vector() {
        return startup;
    }
}
