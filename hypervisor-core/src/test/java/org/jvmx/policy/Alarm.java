package org.jvmx.policy;

import org.jvmx.bus.PortDevice;

/** A port that does something when it is written to. */
record Alarm(Runnable action) implements PortDevice {
    @Override
    public int in(int offset, int size) {
        return 0;
    }

    @Override
    public void out(int offset, int size, int value) {
        action.run();
    }
}
