package org.jvmx.vm;

import org.jvmx.bus.MmioDevice;
import org.jvmx.bus.PortDevice;

/** A place to which a write is a message by itself. */
record Doorbell(Runnable ring) implements PortDevice, MmioDevice {
    @Override
    public int in(int offset, int size) {
        return -1;
    }

    @Override
    public void out(int offset, int size, int value) {
        ring.run();
    }

    @Override
    public long read(long offset, int size) {
        return -1;
    }

    @Override
    public void write(long offset, int size, long value) {
        ring.run();
    }
}
