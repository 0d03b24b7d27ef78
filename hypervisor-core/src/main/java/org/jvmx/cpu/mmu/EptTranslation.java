package org.jvmx.cpu.mmu;

import java.util.Arrays;

import org.jvmx.cpu.state.CpuState;
import org.jvmx.cpu.state.ExitSignal;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.ExitReason;

/**
 * The layer of the processor that turns guest-physical addresses into host-physical ones, through the EPT paging structures when the VMCS enables
 * them. SDM, "The Extended Page Table Mechanism (EPT)".
 */
public abstract class EptTranslation extends CpuState {
    public static final int READ = 0;
    public static final int WRITE = 1;
    public static final int FETCH = 2;

    /** Width of physical addresses in bits. */
    public static final int PHYSICAL_BITS = 46;
    protected static final long FRAME_MASK = (1L << PHYSICAL_BITS) - 1 & -4096L;

    private static final int CACHE = 1024;
    private static final long LARGE = 1 << 7;
    private static final long ACCESSED = 1 << 8;
    private static final long DIRTY = 1 << 9;

    /** An entry changed while the walk was on its way: it begins anew. */
    private static final long CHANGED = -2;

    /** Exit-qualification bits of EPT violations. */
    private static final int LINEAR_VALID = 1 << 7;
    private static final int FINAL_TRANSLATION = 1 << 8;

    public final HostMemory host;

    private final long[] cachedPages = new long[CACHE];
    private final long[] cachedFrames = new long[CACHE];
    private final int[] cachedRights = new int[CACHE];

    /** What the current access would have wanted, for the exit information of an EPT violation. */
    private long accessLinear;
    private int accessQualification;

    protected EptTranslation(HostMemory host) {
        this.host = host;
        Arrays.fill(cachedPages, -1);
    }

    /** Forgets all cached guest-physical translations. */
    protected final void flushEptCache() {
        Arrays.fill(cachedPages, -1);
    }

    /** Says for which linear address the next guest-physical accesses are made, as exit information has it. */
    protected final void translating(long linear) {
        accessLinear = linear;
        accessQualification = LINEAR_VALID;
    }

    /** Says that the next guest-physical accesses have no linear address (PDPTE loads, task-less accesses). */
    protected final void notTranslating() {
        accessLinear = 0;
        accessQualification = 0;
    }

    /**
     * The host-physical address behind the final guest-physical address of an access.
     *
     * @return the address, or -1 if EPT does not permit the access: then {@link #eptViolation} says it to the monitor
     * @throws ExitSignal for an EPT misconfiguration
     */
    protected final long hostPhysical(long gpa, int access) {
        if (!controls.ept()) {
            return gpa;
        }
        int at = (int) (gpa >>> 12) & CACHE - 1;
        if (cachedPages[at] == (gpa & -4096L) && (cachedRights[at] >>> access & 1) != 0) {
            return cachedFrames[at] | gpa & 4095;
        }
        long hpa;
        do {
            hpa = walk(gpa, access);
        } while (hpa == CHANGED);
        return hpa;
    }

    /** Rights that the last EPT walk found (bits 0 read, 1 write, 2 execute), for the exit qualification. */
    private int walkRights;

    private long walk(long gpa, int access) {
        long eptp = controls.eptPointer;
        boolean flags = controls.eptAccessedDirty();
        long table = eptp & FRAME_MASK;
        int rights = 7;
        for (int level = 4;; level--) {
            long slot = table | gpa >>> 12 + 9 * (level - 1) - 3 & 0xff8;
            long entry = readHost(slot);
            int entryRights = (int) entry & 7;
            if (entryRights == 0) {
                walkRights = 0;
                return -1;
            }
            boolean leaf = level == 1 || (entry & LARGE) != 0;
            if (misconfigured(entry, level, leaf)) {
                throw eptMisconfiguration(gpa);
            }
            rights &= entryRights;
            if (leaf) {
                return finish(gpa, access, rights, slot, entry, level, flags);
            }
            if (flags && (entry & ACCESSED) == 0 && !host.compareAndSet(slot, 8, entry, entry | ACCESSED)) {
                return CHANGED;
            }
            table = entry & FRAME_MASK;
        }
    }

    private long finish(long gpa, int access, int rights, long slot, long entry, int level, boolean flags) {
        walkRights = rights;
        if ((rights >>> access & 1) == 0) {
            return -1;
        }
        long wanted = flags ? ACCESSED | (access == WRITE ? DIRTY : 0) : 0;
        if ((entry & wanted) != wanted && !host.compareAndSet(slot, 8, entry, entry | wanted)) {
            return CHANGED;
        }
        long offsetMask = (1L << 12 + 9 * (level - 1)) - 1;
        long hpa = entry & FRAME_MASK & ~offsetMask | gpa & offsetMask;
        boolean writeCached = !flags || ((entry | wanted) & DIRTY) != 0;
        int at = (int) (gpa >>> 12) & CACHE - 1;
        cachedPages[at] = gpa & -4096L;
        cachedFrames[at] = hpa & -4096L;
        cachedRights[at] = rights & (writeCached ? 7 : 5);
        return hpa;
    }

    private static boolean misconfigured(long entry, int level, boolean leaf) {
        if ((entry & 3) == 2) {
            return true;
        }
        long reserved = ~FRAME_MASK & 0x000f_ffff_ffff_f000L;
        if (!leaf) {
            return (entry & (reserved | (level == 4 ? 0xf8 : 0x78))) != 0;
        }
        int type = (int) entry >> 3 & 7;
        long alignment = (1L << 12 + 9 * (level - 1)) - 1 & -4096L;
        return level == 4 || (entry & (reserved | alignment)) != 0 || type == 2 || type == 3 || type == 7;
    }

    private ExitSignal eptMisconfiguration(long gpa) {
        exit.begin(ExitReason.EPT_MISCONFIG, 0, 0);
        exit.physical(gpa);
        return exitSignal;
    }

    /** Describes an EPT violation by the final access of a translation; {@code throw} it. */
    protected final ExitSignal eptViolation(long gpa, int access) {
        return eptViolation(gpa, 1 << access, accessQualification | (accessQualification != 0 ? FINAL_TRANSLATION : 0));
    }

    private ExitSignal eptViolation(long gpa, int accessBits, int how) {
        exit.begin(ExitReason.EPT_VIOLATION, accessBits | walkRights << 3 | how, 0);
        exit.physical(gpa);
        exit.linear(accessLinear);
        return exitSignal;
    }

    /** Reads an entry of a guest paging structure (4 or 8 bytes, aligned) by guest-physical address. */
    protected final long readPagingEntry(long gpa, int size) {
        long hpa = pagingEntry(gpa, READ);
        return size == 8 ? readHost(hpa) : readHostInt(hpa) & 0xffff_ffffL;
    }

    /**
     * Sets bits in an entry of a guest paging structure, its accessed and dirty flags, as a locked access.
     *
     * @return false if it is not what was {@code expected} any more
     */
    protected final boolean replacePagingEntry(long gpa, int size, long expected, long value) {
        long hpa = pagingEntry(gpa, WRITE);
        return !host.contains(hpa, size) || host.compareAndSet(hpa, size, expected, value);
    }

    private long pagingEntry(long gpa, int access) {
        boolean flags = controls.ept() && controls.eptAccessedDirty();
        long hpa = hostPhysical(gpa, flags ? WRITE : access);
        if (hpa < 0) {
            throw eptViolation(gpa, flags ? 3 : 1 << access, accessQualification);
        }
        return hpa;
    }

    /** Eight bytes of host-physical memory, aligned; all ones where there is none. */
    protected final long readHost(long hpa) {
        return host.contains(hpa, 8) ? host.readLong(hpa) : -1;
    }

    private int readHostInt(long hpa) {
        return host.contains(hpa, 4) ? host.readInt(hpa) : -1;
    }
}
