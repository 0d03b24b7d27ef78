package org.jvmx.kvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
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
    private static final int READ_ONLY_FLAG = 1 << 1;
    private static final int READ_ONLY = READ | EXECUTE;
    private static final long SLOT = Layouts.offset(Layouts.MEMORY_REGION, "slot");
    private static final long FLAGS = Layouts.offset(Layouts.MEMORY_REGION, "flags");
    private static final long GUEST = Layouts.offset(Layouts.MEMORY_REGION, "guest_phys_addr");
    private static final long SIZE = Layouts.offset(Layouts.MEMORY_REGION, "memory_size");
    private static final long USER = Layouts.offset(Layouts.MEMORY_REGION, "userspace_addr");

    /** What is mapped from {@code gpa} on; {@code slot} is -1 for a range without rights. */
    private record Region(long gpa, long size, long hpa, int rights, int slot) {
        long end() {
            return gpa + size;
        }

        boolean continues(Region before) {
            return before.end() == gpa && before.hpa + before.size == hpa && before.rights == rights;
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
        add(new Region(gpa, size, hpa, rights, -1));
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
            add(new Region(part.gpa, part.size, part.hpa, rights, -1));
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
        Region first = at(gpa);
        long from = first == null ? gpa : first.gpa;
        for (Region region : List.copyOf(regions.subMap(from, end).values())) {
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

    private static Region part(Region region, long from, long to) {
        return new Region(from, to - from, region.hpa + (from - region.gpa), region.rights, -1);
    }

    /** Inserts a region, joined with its neighbours where they continue each other. */
    private void add(Region region) {
        Region joined = region;
        Map.Entry<Long, Region> before = regions.lowerEntry(region.gpa);
        if (before != null && joined.continues(before.getValue())) {
            remove(before.getValue());
            joined = new Region(before.getKey(), before.getValue().size + joined.size, before.getValue().hpa, joined.rights, -1);
        }
        Region after = regions.get(joined.end());
        if (after != null && after.continues(joined)) {
            remove(after);
            joined = new Region(joined.gpa, joined.size + after.size, joined.hpa, joined.rights, -1);
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
        set(slot, region.rights == ALL ? 0 : READ_ONLY_FLAG, region, region.size);
        used.set(slot);
        regions.put(region.gpa, new Region(region.gpa, region.size, region.hpa, region.rights, slot));
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
