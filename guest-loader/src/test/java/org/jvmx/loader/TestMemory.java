package org.jvmx.loader;

import java.util.List;
import org.jvmx.memory.GuestMemory;
import org.jvmx.memory.HostMemory;

/** RAM of a PC: 640 KiB, a hole, and the rest from 1 MiB up. */
public final class TestMemory implements AutoCloseable {
    private static final long LOW = 0xa_0000;
    private static final long HIGH = 0x10_0000;

    private final HostMemory host;
    private final GuestMemory guest;

    public TestMemory(long mebibytes) {
        long size = mebibytes << 20;
        host = new HostMemory(size);
        long base = host.allocate(size);
        guest = new GuestMemory(host, List.of(new GuestMemory.Range(0, LOW, base), new GuestMemory.Range(HIGH, size - HIGH, base + HIGH)));
    }

    public GuestMemory guest() {
        return guest;
    }

    public HostMemory host() {
        return host;
    }

    /** Bytes out of guest memory. */
    public byte[] bytes(long gpa, int count) {
        byte[] bytes = new byte[count];
        guest.read(gpa, bytes, 0, count);
        return bytes;
    }

    /** The characters up to the next zero byte. */
    public String text(long gpa) {
        StringBuilder text = new StringBuilder();
        for (long at = gpa; guest.readByte(at) != 0; at++) {
            text.append((char) guest.readByte(at));
        }
        return text.toString();
    }

    @Override
    public void close() {
        host.close();
    }
}
