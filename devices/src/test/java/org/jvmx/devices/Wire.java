package org.jvmx.devices;

import org.jvmx.bus.IrqLine;

/** An interrupt line that remembers its level and counts rising edges. */
public final class Wire implements IrqLine {
    private boolean high;
    private int edges;

    /** A line that is low. */
    public Wire() {
    }

    @Override
    public void set(boolean level) {
        if (level && !high) {
            edges++;
        }
        high = level;
    }

    public boolean high() {
        return high;
    }

    public int edges() {
        return edges;
    }
}
