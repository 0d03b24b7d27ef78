package org.jvmx.vm;

import java.util.Arrays;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.GuestMapping;

/** Pages of all ones where nothing is, for what has no access that could be answered; the last few that were asked for. */
final class OpenPages {
    private static final int PAGES = 16;

    private final HostMemory host;
    private final GuestMapping mapping;
    private final long[] open = new long[PAGES];
    private long frame = -1;
    private int next;

    OpenPages(HostMemory host, GuestMapping mapping) {
        this.host = host;
        this.mapping = mapping;
        Arrays.fill(open, -1);
    }

    /** A page of all ones that writes do change: what is written where nothing is cannot be told from memory by a walk or a delivery. */
    void open(long page) {
        if (frame < 0) {
            frame = host.allocate(HostMemory.PAGE);
        }
        byte[] ones = new byte[HostMemory.PAGE];
        Arrays.fill(ones, (byte) -1);
        host.write(frame, ones, 0, ones.length);
        if (open[next] >= 0) {
            mapping.unmap(open[next], HostMemory.PAGE);
        }
        open[next] = page;
        next = (next + 1) % PAGES;
        mapping.map(page, HostMemory.PAGE, frame, GuestMapping.ALL);
    }
}
