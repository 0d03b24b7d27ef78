package org.jvmx.devices.debug;

import org.jvmx.bus.ByteDevice;
import org.jvmx.bus.ByteSink;

/** The port E9H of Bochs: bytes go out, and reading it tells that it is there. It has no state. */
public final class DebugConsole implements ByteDevice {
    /** Where it is. */
    public static final int PORT = 0xe9;

    private final ByteSink sink;

    /** A console that writes to {@code sink}. */
    public DebugConsole(ByteSink sink) {
        this.sink = sink;
    }

    @Override
    public int in(int offset) {
        return offset == 0 ? PORT : 0xff;
    }

    @Override
    public void out(int offset, int value) {
        if (offset == 0) {
            sink.write(value);
        }
    }
}
