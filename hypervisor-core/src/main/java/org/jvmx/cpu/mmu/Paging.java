package org.jvmx.cpu.mmu;

import org.jvmx.cpu.state.GuestFault;
import org.jvmx.memory.HostMemory;

/**
 * The layer of the processor that walks the guest's paging structures: 32-bit, PAE and 4-level paging with access rights and accessed and dirty
 * flags. SDM, "Paging".
 */
public abstract class Paging extends EptTranslation {
    private static final int PRESENT = 1;
    private static final int WRITABLE = 1 << 1;
    private static final int USER = 1 << 2;
    private static final int ACCESSED = 1 << 5;
    private static final int DIRTY = 1 << 6;
    private static final int LARGE = 1 << 7;
    private static final long NX = 1L << 63;

    private static final long CR0_PG = 1L << 31;
    private static final long CR0_WP = 1L << 16;
    private static final long CR4_PSE = 1L << 4;
    private static final long CR4_PAE = 1L << 5;
    private static final long CR4_SMEP = 1L << 20;
    private static final long CR4_SMAP = 1L << 21;
    /** A paging-structure entry changed while the walk was on its way: it begins anew. */
    private static final long CHANGED = -1;

    private static final long EFER_NXE = 1L << 11;

    /** Page-fault error code bits. */
    private static final int PF_PRESENT = 1;
    private static final int PF_WRITE = 1 << 1;
    private static final int PF_USER = 1 << 2;
    private static final int PF_RESERVED = 1 << 3;
    private static final int PF_FETCH = 1 << 4;

    /** Entries that the current walk used, for their accessed flags: at most four, from the root. */
    private final long[] entryAddress = new long[4];
    private final long[] entryValue = new long[4];
    private int entries;

    /** Whether the last translation went through a page larger than 4 KiB. */
    protected boolean largePage;

    protected Paging(HostMemory host) {
        super(host);
    }

    protected final boolean pagingEnabled() {
        return (cr0 & CR0_PG) != 0;
    }

    protected final boolean smap() {
        return (cr4 & CR4_SMAP) != 0 && (cr0 & CR0_PG) != 0;
    }

    /**
     * The guest-physical address of a linear one.
     *
     * @param access READ, WRITE or FETCH
     * @param user   whether it is a user-mode access
     * @param ac     whether EFLAGS.AC lets a supervisor access to a user page pass SMAP
     */
    protected final long guestPhysical(long linear, int access, boolean user, boolean ac) {
        largePage = false;
        if ((cr0 & CR0_PG) == 0) {
            return linear & 0xffff_ffffL;
        }
        translating(linear);
        long gpa;
        do {
            entries = 0;
            gpa = walk(linear, access, user, ac);
        } while (gpa == CHANGED);
        return gpa;
    }

    private long walk(long linear, int access, boolean user, boolean ac) {
        if (longMode()) {
            return walk(linear, access, user, ac, cr3 & FRAME_MASK, 4, USER | WRITABLE);
        }
        if ((cr4 & CR4_PAE) != 0) {
            long root = pdpte[(int) (linear >>> 30) & 3];
            if ((root & PRESENT) == 0) {
                throw pageFault(linear, access, user, 0);
            }
            return walk(linear, access, user, ac, root & FRAME_MASK, 2, USER | WRITABLE);
        }
        return walk32(linear, access, user, ac);
    }

    private long walk(long linear, int access, boolean user, boolean ac, long root, int top, long start) {
        long rights = start;
        long noExecute = 0;
        long table = root;
        for (int level = top;; level--) {
            long slot = table | linear >>> 12 + 9 * (level - 1) - 3 & 0xff8;
            long entry = readPagingEntry(slot, 8);
            if ((entry & PRESENT) == 0) {
                throw pageFault(linear, access, user, 0);
            }
            boolean leaf = level == 1 || (entry & LARGE) != 0 && level < 4;
            if ((entry & reserved(level, leaf)) != 0) {
                throw pageFault(linear, access, user, PF_PRESENT | PF_RESERVED);
            }
            remember(slot, entry);
            rights &= entry;
            noExecute |= entry & NX;
            if (leaf) {
                check(linear, access, user, ac, rights, noExecute != 0);
                if (!markUsed(8, access)) {
                    return CHANGED;
                }
                largePage = level > 1;
                long offsetMask = (1L << 12 + 9 * (level - 1)) - 1;
                return entry & FRAME_MASK & ~offsetMask | linear & offsetMask;
            }
            table = entry & FRAME_MASK;
        }
    }

    private long reserved(int level, boolean leaf) {
        long bits = ~FRAME_MASK & (longMode() ? 0x000f_ffff_ffff_f000L : 0x7fff_ffff_ffff_f000L);
        if ((efer & EFER_NXE) == 0) {
            bits |= NX;
        }
        if (level == 4) {
            return bits | LARGE;
        }
        return leaf && level > 1 ? bits | (1L << 12 + 9 * (level - 1)) - 1 & ~0x1fffL : bits;
    }

    private long walk32(long linear, int access, boolean user, boolean ac) {
        long slot = cr3 & 0xffff_f000L | linear >>> 20 & 0xffc;
        long pde = readPagingEntry(slot, 4);
        if ((pde & PRESENT) == 0) {
            throw pageFault(linear, access, user, 0);
        }
        remember(slot, pde);
        if ((pde & LARGE) != 0 && (cr4 & CR4_PSE) != 0) {
            if ((pde & 1 << 21) != 0 || (pde >>> 13 & 0xff) >= 1 << PHYSICAL_BITS - 32 && PHYSICAL_BITS < 40) {
                throw pageFault(linear, access, user, PF_PRESENT | PF_RESERVED);
            }
            check(linear, access, user, ac, pde, false);
            if (!markUsed(4, access)) {
                return CHANGED;
            }
            largePage = true;
            return pde & 0xffc0_0000L | (pde & 0x1f_e000L) << 19 | linear & 0x3f_ffff;
        }
        slot = pde & 0xffff_f000L | linear >>> 10 & 0xffc;
        long pte = readPagingEntry(slot, 4);
        if ((pte & PRESENT) == 0) {
            throw pageFault(linear, access, user, 0);
        }
        remember(slot, pte);
        check(linear, access, user, ac, pde & pte, false);
        if (!markUsed(4, access)) {
            return CHANGED;
        }
        return pte & 0xffff_f000L | linear & 4095;
    }

    /** SDM, "Determination of Access Rights". */
    private void check(long linear, int access, boolean user, boolean ac, long rights, boolean noExecute) {
        boolean userPage = (rights & USER) != 0;
        boolean ok;
        if (user) {
            ok = userPage && (access != WRITE || (rights & WRITABLE) != 0) && (access != FETCH || !noExecute);
        } else if (access == FETCH) {
            ok = !noExecute && !(userPage && (cr4 & CR4_SMEP) != 0);
        } else {
            ok = !(userPage && (cr4 & CR4_SMAP) != 0 && !ac) && (access == READ || (rights & WRITABLE) != 0 || (cr0 & CR0_WP) == 0);
        }
        if (!ok) {
            throw pageFault(linear, access, user, PF_PRESENT);
        }
    }

    private GuestFault pageFault(long linear, int access, boolean user, int code) {
        boolean fetchKnown = (cr4 & CR4_SMEP) != 0 || (cr4 & CR4_PAE) != 0 && (efer & EFER_NXE) != 0;
        return pf(linear, code | (access == WRITE ? PF_WRITE : 0) | (user ? PF_USER : 0) | (access == FETCH && fetchKnown ? PF_FETCH : 0));
    }

    private void remember(long slot, long entry) {
        entryAddress[entries] = slot;
        entryValue[entries++] = entry;
    }

    /** Sets accessed and dirty flags, if the entries still are what was read. */
    private boolean markUsed(int size, int access) {
        for (int at = 0; at < entries; at++) {
            long wanted = at == entries - 1 && access == WRITE ? ACCESSED | DIRTY : ACCESSED;
            boolean marked = (entryValue[at] & wanted) == wanted
                    || replacePagingEntry(entryAddress[at], size, entryValue[at], entryValue[at] | wanted);
            if (!marked) {
                return false;
            }
        }
        return true;
    }
}
