package org.jvmx.vm;

import org.jvmx.bus.InterruptController;

/** An interrupt controller of two wires. */
final class Wires implements InterruptController {
    int vector = -1;
    boolean nmi;
    int priority;

    @Override
    public boolean pending() {
        return vector >= 0;
    }

    @Override
    public int acknowledge() {
        int taken = vector;
        vector = -1;
        return taken;
    }

    @Override
    public boolean nmiPending() {
        return nmi;
    }

    @Override
    public void acknowledgeNmi() {
        nmi = false;
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
