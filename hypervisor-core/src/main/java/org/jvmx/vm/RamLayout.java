package org.jvmx.vm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.jvmx.error.ConfigException;
import org.jvmx.memory.GuestMemory;
import org.jvmx.memory.HostMemory;

/** Places RAM in a host-physical space so that large pages can map it: guest- and host-physical addresses are equal modulo 2 MiB or 1 GiB. */
final class RamLayout {
    private static final long PAGE_2M = 2 << 20;
    private static final long PAGE_1G = 1 << 30;

    /** Room for VMCS regions, bitmaps, ROMs and devices' memory. */
    private static final long OVERHEAD = 32 << 20;

    private final HostMemory host;
    private final GuestMemory memory;

    RamLayout(List<MemoryRange> ram, LongFunction<HostMemory> memory) {
        long size = OVERHEAD;
        long end = 0;
        for (MemoryRange range : ram) {
            check(range, end);
            end = range.end();
            size += range.size() + 2 * padding(range) + range.size() / 256;
        }
        host = memory.apply(size);
        List<GuestMemory.Range> ranges = new ArrayList<>();
        for (MemoryRange range : ram) {
            ranges.add(new GuestMemory.Range(range.base(), range.size(), place(range)));
        }
        this.memory = new GuestMemory(host, ranges);
    }

    private static void check(MemoryRange range, long end) {
        boolean pages = ((range.base() | range.size()) & HostMemory.PAGE - 1) == 0;
        if (!pages || range.size() <= 0 || range.base() < end) {
            throw new ConfigException("RAM at 0x%x of 0x%x bytes is not possible: give ascending ranges of whole 4 KiB pages"
                    .formatted(range.base(), range.size()));
        }
    }

    private long place(MemoryRange range) {
        long align = padding(range);
        long next = host.allocate(0);
        long gap = range.base() - next & align - 1;
        host.allocate(gap);
        return host.allocate(range.size());
    }

    private static long padding(MemoryRange range) {
        return range.size() >= 2 * PAGE_1G ? PAGE_1G : PAGE_2M;
    }

    HostMemory host() {
        return host;
    }

    GuestMemory memory() {
        return memory;
    }
}
