package org.jvmx.tools.diff;

import org.jvmx.bus.InterruptController;

/** The interrupt controller of our machine while a peer leads: nothing is pending but what the peer has just taken. */
final class PeerInterrupts implements InterruptController {
    private int vector = -1;
    private int priority;

    PeerInterrupts() {
    }

    /** This one is pending now; -1 for none. */
    void pending(int which) {
        vector = which;
    }

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
