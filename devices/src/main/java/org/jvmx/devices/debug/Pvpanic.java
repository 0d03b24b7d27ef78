package org.jvmx.devices.debug;

import java.util.function.IntConsumer;
import org.jvmx.bus.ByteDevice;

/** The port by which a guest kernel says that it panicked ("PVPANIC DEVICE", QEMU specification). It has no state. */
public final class Pvpanic implements ByteDevice {
    /** Where it is. */
    public static final int PORT = 0x505;
    /** The guest panicked, and the host handles it. */
    public static final int PANICKED = 0x01;
    /** The guest panicked and has loaded a crash kernel, which handles it. */
    public static final int CRASH_LOADED = 0x02;

    private final IntConsumer notice;

    /** A port that hands the events which the guest reports, a set of {@link #PANICKED} and {@link #CRASH_LOADED}, to {@code notice}. */
    public Pvpanic(IntConsumer notice) {
        this.notice = notice;
    }

    @Override
    public int in(int offset) {
        return offset == 0 ? PANICKED | CRASH_LOADED : 0xff;
    }

    @Override
    public void out(int offset, int value) {
        if (offset == 0 && (value & (PANICKED | CRASH_LOADED)) != 0) {
            notice.accept(value & (PANICKED | CRASH_LOADED));
        }
    }
}
