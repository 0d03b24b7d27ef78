package org.jvmx.kvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jvmx.error.BackendException;
import org.jvmx.kvm.ffi.Errno;
import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.kvm.ffi.SystemCalls;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.GuestMapping;
import org.jvmx.vmx.Vmx;

/**
 * A guest-physical address space of KVM's memory slots. A slot is all rights or read-only; a range without any right has no slot but keeps its
 * frames. Neighbours that continue each other share a slot. Linux, "The Definitive KVM API Documentation", KVM_SET_USER_MEMORY_REGION.
 */
final class MemorySlots implements GuestMapping {
    private static final int LOG_DIRTY_FLAG = 1;
    private static final int READ_ONLY_FLAG = 1 << 1;
    private static final int READ_ONLY = READ | EXECUTE;
    private static final int PAGE_SHIFT = 12;
    private static final long BITMAP = Layouts.offset(Layouts.DIRTY_LOG, "dirty_bitmap");
    private static final long SLOT = Layouts.offset(Layouts.MEMORY_REGION, "slot");
    private static final long FLAGS = Layouts.offset(Layouts.MEMORY_REGION, "flags");
    private static final long GUEST = Layouts.offset(Layouts.MEMORY_REGION, "guest_phys_addr");
    private static final long SIZE = Layouts.offset(Layouts.MEMORY_REGION, "memory_size");
    private static final long USER = Layouts.offset(Layouts.MEMORY_REGION, "userspace_addr");

    /**
     * What is mapped from {@code gpa} on; {@code slot} is -1 for a range without rights, {@code dirty} the pages whose writes KVM has told of
     * already, null where they are not logged.
     */
    private record Region(long gpa, long size, long hpa, int rights, BitSet dirty, int slot) {
        long end() {
            return gpa + size;
        }

        boolean logged() {
            return dirty != null;
        }

        boolean continues(Region before) {
            return before.end() == gpa && before.hpa + before.size == hpa && before.rights == rights && !logged() && !before.logged();
        }
    }

    private final SystemCalls calls;
    private final int machine;
    private final HostMemory host;
    private final int limit;
    private final MemorySegment argument;
    private final TreeMap<Long, Region> regions = new TreeMap<>();
    private final BitSet used = new BitSet();

    MemorySlots(KvmSystem system, int machine, HostMemory host, Arena arena) {
        this.calls = system.calls();
        this.machine = machine;
        this.host = host;
        this.limit = Math.max(32, system.value(Capability.NR_MEMSLOTS));
        this.argument = arena.allocate(Layouts.MEMORY_REGION);
    }

    @Override
    public void map(long gpa, long size, long hpa, int rights) {
        check(gpa | size | hpa, rights);
        carve(gpa, size);
        add(new Region(gpa, size, hpa, rights, null, -1));
    }

    @Override
    public void unmap(long gpa, long size) {
        check(gpa | size, 0);
        carve(gpa, size);
    }

    @Override
    public void protect(long gpa, long size, int rights) {
        check(gpa | size, rights);
        for (Region part : carve(gpa, size)) {
            add(new Region(part.gpa, part.size, part.hpa, rights, part.dirty, -1));
        }
    }

    @Override
    public void logDirty(long gpa, long size, boolean on) {
        check(gpa | size, 0);
        for (Region part : carve(gpa, size)) {
            add(new Region(part.gpa, part.size, part.hpa, part.rights, on ? new BitSet() : null, -1));
        }
    }

    @Override
    public int takeDirty(long gpa, long size, long[] pages) {
        check(gpa | size, 0);
        Arrays.fill(pages, 0);
        int count = 0;
        for (Region region : overlapping(gpa, gpa + size)) {
            if (region.logged()) {
                collect(region);
                int from = (int) (Math.max(gpa, region.gpa) - region.gpa >> PAGE_SHIFT);
                int to = (int) (Math.min(gpa + size, region.end()) - region.gpa >> PAGE_SHIFT);
                for (int n = region.dirty.nextSetBit(from); n >= 0 && n < to; n = region.dirty.nextSetBit(n + 1)) {
                    long page = n + (region.gpa - gpa >> PAGE_SHIFT);
                    pages[(int) (page / Long.SIZE)] |= 1L << page;
                    count++;
                }
                region.dirty.clear(from, to);
            }
        }
        return count;
    }

    /** Adds what KVM has logged since it was asked last; to ask makes it start anew. */
    private void collect(Region region) {
        if (region.slot < 0) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            int words = (int) (region.size / HostMemory.PAGE + Long.SIZE - 1) / Long.SIZE;
            MemorySegment bitmap = arena.allocate(ValueLayout.JAVA_LONG, words);
            MemorySegment log = arena.allocate(Layouts.DIRTY_LOG);
            log.set(ValueLayout.JAVA_INT, 0, region.slot);
            log.set(ValueLayout.JAVA_LONG, BITMAP, bitmap.address());
            KvmSystem.require(calls.ioctl(machine, Ioctl.GET_DIRTY_LOG, log), "the dirty log of a memory slot");
            region.dirty.or(BitSet.valueOf(bitmap.toArray(ValueLayout.JAVA_LONG)));
        }
    }

    @Override
    public int rights(long gpa) {
        Region region = at(gpa);
        return region == null ? 0 : region.rights;
    }

    @Override
    public long toHost(long gpa) {
        Region region = at(gpa);
        return region == null ? -1 : region.hpa + (gpa - region.gpa);
    }

    @Override
    public void use(Vmx vmx) {
        // a virtual processor of KVM has the slots of its machine and no other
    }

    private Region at(long gpa) {
        Map.Entry<Long, Region> entry = regions.floorEntry(gpa);
        return entry == null || gpa >= entry.getValue().end() ? null : entry.getValue();
    }

    private static void check(long addresses, int rights) {
        if ((addresses & HostMemory.PAGE - 1) != 0 || addresses < 0) {
            throw new IllegalArgumentException("0x%x is not a multiple of 4 KiB below 2^63".formatted(addresses));
        }
        if (rights != 0 && rights != READ_ONLY && rights != ALL) {
            throw new IllegalArgumentException("KVM has no memory slot with the rights " + rights);
        }
    }

    /** Takes a range out; returns what was in it. */
    private List<Region> carve(long gpa, long size) {
        long end = gpa + size;
        List<Region> inside = new ArrayList<>();
        for (Region region : overlapping(gpa, end)) {
            if (region.logged()) {
                collect(region);
            }
            remove(region);
            long start = Math.max(gpa, region.gpa);
            long stop = Math.min(end, region.end());
            if (region.gpa < start) {
                insert(part(region, region.gpa, start));
            }
            if (stop < region.end()) {
                insert(part(region, stop, region.end()));
            }
            inside.add(part(region, start, stop));
        }
        return inside;
    }

    private List<Region> overlapping(long from, long end) {
        Region first = at(from);
        return List.copyOf(regions.subMap(first == null ? from : first.gpa, end).values());
    }

    private static Region part(Region region, long from, long to) {
        long start = from - region.gpa;
        BitSet dirty = region.logged() ? region.dirty.get((int) (start >> PAGE_SHIFT), (int) (to - region.gpa >> PAGE_SHIFT)) : null;
        return new Region(from, to - from, region.hpa + start, region.rights, dirty, -1);
    }

    /** Inserts a region, joined with its neighbours where they continue each other. */
    private void add(Region region) {
        Region joined = region;
        Map.Entry<Long, Region> before = regions.lowerEntry(region.gpa);
        if (before != null && joined.continues(before.getValue())) {
            remove(before.getValue());
            joined = new Region(before.getKey(), before.getValue().size + joined.size, before.getValue().hpa, joined.rights, null, -1);
        }
        Region after = regions.get(joined.end());
        if (after != null && after.continues(joined)) {
            remove(after);
            joined = new Region(joined.gpa, joined.size + after.size, joined.hpa, joined.rights, null, -1);
        }
        insert(joined);
    }

    private void insert(Region region) {
        if (region.rights == 0) {
            regions.put(region.gpa, region);
            return;
        }
        int slot = used.nextClearBit(0);
        if (slot >= limit) {
            throw new BackendException(
                    "all %d memory slots of KVM are in use: map fewer, larger ranges, or use --backend software".formatted(limit));
        }
        set(slot, (region.rights == ALL ? 0 : READ_ONLY_FLAG) | (region.logged() ? LOG_DIRTY_FLAG : 0), region, region.size);
        used.set(slot);
        regions.put(region.gpa, new Region(region.gpa, region.size, region.hpa, region.rights, region.dirty, slot));
    }

    private void remove(Region region) {
        if (region.slot >= 0) {
            set(region.slot, 0, region, 0);
            used.clear(region.slot);
        }
        regions.remove(region.gpa);
    }

    private void set(int slot, int flags, Region region, long size) {
        argument.set(ValueLayout.JAVA_INT, SLOT, slot);
        argument.set(ValueLayout.JAVA_INT, FLAGS, flags);
        argument.set(ValueLayout.JAVA_LONG, GUEST, region.gpa);
        argument.set(ValueLayout.JAVA_LONG, SIZE, size);
        argument.set(ValueLayout.JAVA_LONG, USER, host.address(region.hpa));
        int result = calls.ioctl(machine, Ioctl.SET_USER_MEMORY_REGION, argument);
        if (result < 0) {
            throw new BackendException("KVM refuses memory slot %d, guest-physical 0x%x to 0x%x: %s".formatted(slot, region.gpa,
                    region.end() - 1, Errno.text(result)));
        }
    }

    /** How many slots there are. */
    int limit() {
        return limit;
    }
}
