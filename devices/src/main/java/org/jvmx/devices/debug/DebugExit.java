package org.jvmx.devices.debug;

import java.util.function.IntConsumer;
import org.jvmx.bus.PortDevice;

/** The port by which a guest ends its machine with a value, as QEMU's isa-debug-exit. It has no state. */
public final class DebugExit implements PortDevice {
    /** Where it is. */
    public static final int PORT = 0xf4;
    /** How many ports it takes. */
    public static final int PORTS = 4;

    private final IntConsumer exit;

    /** A port that hands every written value to {@code exit}. */
    public DebugExit(IntConsumer exit) {
        this.exit = exit;
    }

    @Override
    public int in(int offset, int size) {
        return 0;
    }

    @Override
    public void out(int offset, int size, int value) {
        exit.accept(size == 4 ? value : value & (1 << 8 * size) - 1);
    }
}
