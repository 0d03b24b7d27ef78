package org.jvmx.software;

import java.util.Arrays;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.GuestMapping;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;

/**
 * A guest-physical address space: EPT paging structures in host-physical memory, with the largest pages that alignment allows. SDM Vol. 3,
 * "EPT Translation Mechanism".
 *
 * <p>Where processors run in several threads, changes are made while all of them stand still.
 *
 * <p>A mapping without rights is an entry that is not present but keeps its frame; an entry of 0 maps nothing.
 */
final class EptMapping implements GuestMapping {
    private static final int PAGE = HostMemory.PAGE;
    private static final int ENTRIES = 512;
    private static final int TOP = 4;
    private static final int LARGEST_LEAF = 3;

    private static final long RIGHTS = ALL;
    private static final long WRITE_BACK = 6 << 3;
    private static final long LARGE = 1 << 7;
    private static final long FRAME = 0x000f_ffff_ffff_f000L;
    private static final long DIRTY = 1 << 9;
    /** A 4 KiB page whose writes are logged, in a bit that processors ignore. */
    private static final long LOGGED = 1L << 52;
    /** In the EPTP: walk length 4, write-back. */
    private static final long POINTER = TOP - 1 << 3 | 6;
    /** In the EPTP: accessed and dirty flags. Without a log they are off, for with them a walk of the guest's tables needs write access. */
    private static final long FLAGS = 1 << 6;

    private final HostMemory host;
    private final long root;
    private long[] free = new long[8];
    private int freeCount;
    private Vmx[] users = {};
    private boolean stale;
    private long logged;

    EptMapping(HostMemory host) {
        this.host = host;
        this.root = host.allocate(PAGE);
    }

    /** The EPT pointer. */
    long pointer() {
        return root | POINTER | (logged > 0 ? FLAGS : 0);
    }

    @Override
    public void use(Vmx vmx) {
        users = Arrays.copyOf(users, users.length + 1);
        users[users.length - 1] = vmx;
        vmx.write(VmcsField.EPT_POINTER, pointer());
    }

    @Override
    public void map(long gpa, long size, long hpa, int rights) {
        check(gpa | size | hpa, rights);
        host.lockBus();
        try {
            long done = 0;
            while (done < size) {
                int level = largest(gpa + done, hpa + done, size - done);
                long entry = hpa + done | WRITE_BACK | rights | (level > 1 ? LARGE : 0);
                put(gpa + done, level, entry);
                done += span(level);
            }
            invalidate();
        } finally {
            host.unlockBus();
        }
    }

    @Override
    public void unmap(long gpa, long size) {
        check(gpa | size, 0);
        changeAll(gpa, gpa + size, 0, false);
    }

    @Override
    public void protect(long gpa, long size, int rights) {
        check(gpa | size, rights);
        changeAll(gpa, gpa + size, rights, true);
    }

    private void changeAll(long from, long to, int rights, boolean keep) {
        host.lockBus();
        try {
            change(root, TOP, 0, from, to, rights, keep);
            invalidate();
        } finally {
            host.unlockBus();
        }
    }

    @Override
    public int rights(long gpa) {
        return (int) (leaf(gpa) & RIGHTS);
    }

    @Override
    public long toHost(long gpa) {
        long table = root;
        for (int level = TOP;; level--) {
            long entry = host.readLong(slot(table, gpa, level));
            if (entry == 0) {
                return -1;
            }
            if (isLeaf(entry, level)) {
                return entry & FRAME | gpa & span(level) - 1;
            }
            table = entry & FRAME;
        }
    }

    private long leaf(long gpa) {
        long slot = leafSlot(gpa);
        return slot < 0 ? 0 : host.readLong(slot);
    }

    /** Where the entry that maps an address is; -1 if nothing does. */
    private long leafSlot(long gpa) {
        long table = root;
        for (int level = TOP;; level--) {
            long slot = slot(table, gpa, level);
            long entry = host.readLong(slot);
            if (entry == 0) {
                return -1;
            }
            if (isLeaf(entry, level)) {
                return slot;
            }
            table = entry & FRAME;
        }
    }

    @Override
    public void logDirty(long gpa, long size, boolean on) {
        check(gpa | size, 0);
        host.lockBus();
        try {
            long before = pointer();
            for (long at = gpa; at < gpa + size; at += PAGE) {
                if (leafSlot(at) >= 0) {
                    log(at, on);
                }
            }
            if (pointer() != before) {
                for (Vmx user : users) {
                    user.write(VmcsField.EPT_POINTER, pointer());
                }
            }
            stale = true;
            invalidate();
        } finally {
            host.unlockBus();
        }
    }

    /** The page gets an entry of its own, not dirty. */
    private void log(long gpa, boolean on) {
        long table = root;
        for (int level = TOP; level > 1; level--) {
            table = descend(slot(table, gpa, level), level);
        }
        long slot = slot(table, gpa, 1);
        long old = host.readLong(slot);
        set(slot, old, old & ~(LOGGED | DIRTY) | (on ? LOGGED : 0));
    }

    @Override
    public int takeDirty(long gpa, long size, long[] pages) {
        check(gpa | size, 0);
        Arrays.fill(pages, 0);
        int count = 0;
        host.lockBus();
        try {
            for (int n = 0; n < size / PAGE; n++) {
                long slot = leafSlot(gpa + (long) n * PAGE);
                long entry = slot < 0 ? 0 : host.readLong(slot);
                if ((entry & LOGGED) != 0 && (entry & DIRTY) != 0) {
                    set(slot, entry, entry & ~DIRTY);
                    pages[n / Long.SIZE] |= 1L << n;
                    count++;
                }
            }
            invalidate();
        } finally {
            host.unlockBus();
        }
        return count;
    }

    private static void check(long addresses, int rights) {
        if ((addresses & PAGE - 1) != 0 || addresses < 0) {
            throw new IllegalArgumentException("0x%x is not a multiple of 4 KiB below 2^63".formatted(addresses));
        }
        if ((rights & ~RIGHTS) != 0 || (rights & (READ | WRITE)) == WRITE) {
            throw new IllegalArgumentException("EPT has no page with the rights " + rights);
        }
    }

    private static long span(int level) {
        return 1L << 12 + 9 * (level - 1);
    }

    private static int largest(long gpa, long hpa, long size) {
        int level = LARGEST_LEAF;
        while (level > 1 && (((gpa | hpa) & span(level) - 1) != 0 || size < span(level))) {
            level--;
        }
        return level;
    }

    private static long slot(long table, long gpa, int level) {
        return table + (gpa >>> 12 + 9 * (level - 1) & ENTRIES - 1) * 8;
    }

    private static boolean isLeaf(long entry, int level) {
        return level == 1 || (entry & LARGE) != 0;
    }

    /** Replaces whatever is at {@code gpa} on that level. */
    private void put(long gpa, int level, long entry) {
        long table = root;
        for (int at = TOP; at > level; at--) {
            table = descend(slot(table, gpa, at), at);
        }
        long slot = slot(table, gpa, level);
        long old = host.readLong(slot);
        if (old != 0 && !isLeaf(old, level)) {
            release(old & FRAME, level - 1);
        }
        set(slot, old, entry);
    }

    /** The table below a slot: made if nothing was there, split off if a large page was. */
    private long descend(long slot, int level) {
        long entry = host.readLong(slot);
        if (entry != 0 && !isLeaf(entry, level)) {
            return entry & FRAME;
        }
        long table = takeTable();
        if (entry != 0) {
            long part = entry & ~(level == 2 ? LARGE : 0);
            for (int n = 0; n < ENTRIES; n++) {
                host.writeLong(table + 8L * n, part + n * span(level - 1));
            }
        }
        set(slot, entry, table | RIGHTS);
        return table;
    }

    /** Unmaps or changes the rights of what is mapped from {@code from} to {@code to}; returns whether the table is empty after it. */
    private boolean change(long table, int level, long base, long from, long to, int rights, boolean keep) {
        boolean empty = true;
        for (int n = 0; n < ENTRIES; n++) {
            long start = base + n * span(level);
            long slot = table + 8L * n;
            long entry = host.readLong(slot);
            if (entry != 0 && start < to && start + span(level) > from) {
                changeEntry(slot, entry, level, start, from, to, rights, keep);
            }
            empty &= host.readLong(slot) == 0;
        }
        return empty;
    }

    private void changeEntry(long slot, long entry, int level, long start, long from, long to, int rights, boolean keep) {
        boolean whole = from <= start && start + span(level) <= to;
        if (isLeaf(entry, level) && whole) {
            set(slot, entry, keep ? entry & ~RIGHTS | rights : 0);
        } else if (change(descend(slot, level), level - 1, start, from, to, rights, keep)) {
            long emptied = host.readLong(slot);
            set(slot, emptied, 0);
            giveTable(emptied & FRAME);
        }
    }

    private void set(long slot, long old, long entry) {
        stale |= (old & RIGHTS) != 0 && old != entry;
        logged += (entry & LOGGED) - (old & LOGGED) >> 52;
        host.writeLong(slot, entry);
    }

    private void release(long table, int level) {
        for (int n = 0; n < ENTRIES; n++) {
            long entry = host.readLong(table + 8L * n);
            if (entry != 0 && !isLeaf(entry, level)) {
                release(entry & FRAME, level - 1);
            }
            logged -= level == 1 ? (entry & LOGGED) >> 52 : 0;
        }
        giveTable(table);
    }

    private long takeTable() {
        if (freeCount == 0) {
            return host.allocate(PAGE);
        }
        long table = free[--freeCount];
        host.clear(table, PAGE);
        return table;
    }

    private void giveTable(long table) {
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = table;
    }

    private void invalidate() {
        if (!stale) {
            return;
        }
        stale = false;
        for (Vmx user : users) {
            if (user.invept(Vmx.INVEPT_SINGLE_CONTEXT, pointer()) != Vmx.SUCCEED) {
                throw new IllegalStateException("INVEPT fails");
            }
        }
    }
}
