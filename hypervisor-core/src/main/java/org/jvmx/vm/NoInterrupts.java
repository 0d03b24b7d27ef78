package org.jvmx.vm;

import org.jvmx.bus.InterruptController;

/** The interrupt controller of a machine that has none. */
final class NoInterrupts implements InterruptController {
    private int priority;

    NoInterrupts() {
    }

    @Override
    public boolean pending() {
        return false;
    }

    @Override
    public int acknowledge() {
        return -1;
    }

    @Override
    public boolean nmiPending() {
        return false;
    }

    @Override
    public void acknowledgeNmi() {
        // there is none
    }

    @Override
    public int tpr() {
        return priority;
    }

    @Override
    public void tpr(int value) {
        priority = value;
    }
}
