package org.jvmx.cpu.mmu;

import org.jvmx.arch.Hot;
import org.jvmx.cpu.state.Completion;
import org.jvmx.cpu.state.Flags;
import org.jvmx.memory.HostMemory;
import org.jvmx.memory.RawMemory;

/**
 * The layer of the processor that instructions reach memory through, by linear address: a compare and an add when the TLB has the page, everything
 * else out of line. One compare covers absence, page crossing and permission. Values are zero-extended; sizes are bytes.
 *
 * <p>The {@code segment} of an access only decides between #SS and #GP for an address that is not canonical.
 */
public abstract class MemoryAccess extends Paging {
    private final Tlb userTlb = new Tlb();
    private final Tlb supervisorTlb = new Tlb();
    private final Tlb supervisorAcTlb = new Tlb();
    /** Never filled: for user accesses while alignment checks or data breakpoints are on, so that each one is looked at. */
    private final Tlb noTlb = new Tlb();
    private final FetchTlb fetchTlb = new FetchTlb();

    private Tlb tlb = supervisorTlb;
    private long[] readTags = tlb.readTags;
    private long[] readAddends = tlb.readAddends;
    private long[] writeTags = tlb.writeTags;
    private long[] writeAddends = tlb.writeAddends;
    private boolean user;
    private boolean ac;
    private boolean alignmentChecks;
    private boolean dataBreakpoints;

    /** Linear ranges that hold cached pieces of large pages, for the lower and the upper half of the address space. */
    private final long[] largeLow = {Long.MAX_VALUE, Long.MAX_VALUE};
    private final long[] largeHigh = {Long.MIN_VALUE, Long.MIN_VALUE};

    /** Counts everything that may have changed what code a linear address leads to. */
    protected int fetchGeneration = 1;

    /** Which of the space's watches this processor is. */
    private int watch;

    protected MemoryAccess(HostMemory host) {
        super(host);
    }

    /** From now on it is told of code that changes, and may store to pages that hold none. */
    public final void watchCode(HostMemory.CodeWatch codeWatch) {
        watch = host.watchCode(codeWatch);
    }

    /** Says that bytes of one page have been decoded; see {@link HostMemory#markCode}. */
    public final void markCode(long hpa, int count) {
        host.markCode(hpa, count, watch);
    }

    // --- loads

    @Hot
    public final long load8(int segment, long linear) {
        int at = (int) (linear >>> 12) & Tlb.MASK;
        return readTags[at] == (linear & -4096L) ? RawMemory.getByte(linear + readAddends[at]) & 0xff : loadSlow(segment, linear, 1);
    }

    @Hot
    public final long load16(int segment, long linear) {
        int at = (int) (linear >>> 12) & Tlb.MASK;
        return readTags[at] == (linear + 1 & -4096L) ? RawMemory.getShort(linear + readAddends[at]) & 0xffff : loadSlow(segment, linear, 2);
    }

    @Hot
    public final long load32(int segment, long linear) {
        int at = (int) (linear >>> 12) & Tlb.MASK;
        return readTags[at] == (linear + 3 & -4096L) ? RawMemory.getInt(linear + readAddends[at]) & 0xffff_ffffL
                : loadSlow(segment, linear, 4);
    }

    @Hot
    public final long load64(int segment, long linear) {
        int at = (int) (linear >>> 12) & Tlb.MASK;
        return readTags[at] == (linear + 7 & -4096L) ? RawMemory.getLong(linear + readAddends[at]) : loadSlow(segment, linear, 8);
    }

    /** Loads 1, 2, 4 or 8 bytes. */
    @Hot
    public final long load(int segment, long linear, int size) {
        return switch (size) {
            case 1 -> load8(segment, linear);
            case 2 -> load16(segment, linear);
            case 4 -> load32(segment, linear);
            default -> load64(segment, linear);
        };
    }

    // --- stores

    @Hot
    public final void store8(int segment, long linear, long value) {
        int at = (int) (linear >>> 12) & Tlb.MASK;
        if (writeTags[at] == (linear & -4096L)) {
            RawMemory.putByte(linear + writeAddends[at], (byte) value);
        } else {
            storeSlow(segment, linear, 1, value & 0xff);
        }
    }

    @Hot
    public final void store16(int segment, long linear, long value) {
        int at = (int) (linear >>> 12) & Tlb.MASK;
        if (writeTags[at] == (linear + 1 & -4096L)) {
            RawMemory.putShort(linear + writeAddends[at], (short) value);
        } else {
            storeSlow(segment, linear, 2, value & 0xffff);
        }
    }

    @Hot
    public final void store32(int segment, long linear, long value) {
        int at = (int) (linear >>> 12) & Tlb.MASK;
        if (writeTags[at] == (linear + 3 & -4096L)) {
            RawMemory.putInt(linear + writeAddends[at], (int) value);
        } else {
            storeSlow(segment, linear, 4, value & 0xffff_ffffL);
        }
    }

    @Hot
    public final void store64(int segment, long linear, long value) {
        int at = (int) (linear >>> 12) & Tlb.MASK;
        if (writeTags[at] == (linear + 7 & -4096L)) {
            RawMemory.putLong(linear + writeAddends[at], value);
        } else {
            storeSlow(segment, linear, 8, value);
        }
    }

    /** Stores the low 1, 2, 4 or 8 bytes of {@code value}. */
    @Hot
    public final void store(int segment, long linear, int size, long value) {
        switch (size) {
            case 1 -> store8(segment, linear, value);
            case 2 -> store16(segment, linear, value);
            case 4 -> store32(segment, linear, value);
            default -> store64(segment, linear, value);
        }
    }

    // --- parts of an operand that alignment checks do not look at one by one

    @Hot
    public final long loadUnaligned64(int segment, long linear) {
        int at = (int) (linear >>> 12) & Tlb.MASK;
        if (readTags[at] == (linear + 7 & -4096L)) {
            return RawMemory.getLong(linear + readAddends[at]);
        }
        checkCanonical(segment, linear, 8);
        return loadAnywhere(linear, 8);
    }

    @Hot
    public final void storeUnaligned64(int segment, long linear, long value) {
        int at = (int) (linear >>> 12) & Tlb.MASK;
        if (writeTags[at] == (linear + 7 & -4096L)) {
            RawMemory.putLong(linear + writeAddends[at], value);
        } else {
            checkCanonical(segment, linear, 8);
            storeAnywhere(linear, 8, value);
        }
    }

    /** Loads 4 or 8 bytes. */
    public final long loadUnaligned(int segment, long linear, int size) {
        if (size == 8) {
            return loadUnaligned64(segment, linear);
        }
        int at = (int) (linear >>> 12) & Tlb.MASK;
        if (readTags[at] == (linear + size - 1 & -4096L)) {
            return RawMemory.getInt(linear + readAddends[at]) & 0xffff_ffffL;
        }
        checkCanonical(segment, linear, size);
        return loadAnywhere(linear, size);
    }

    /** Stores 4 or 8 bytes. */
    public final void storeUnaligned(int segment, long linear, int size, long value) {
        if (size == 8) {
            storeUnaligned64(segment, linear, value);
        } else {
            checkCanonical(segment, linear, size);
            storeAnywhere(linear, size, value);
        }
    }

    // --- read-modify-write: faults as a write would, before anything is computed

    /** Loads what a following {@link #store} at the same place will change; the store cannot fault then. */
    @Hot
    public final long loadForUpdate(int segment, long linear, int size) {
        int at = (int) (linear >>> 12) & Tlb.MASK;
        if (writeTags[at] != (linear + size - 1 & -4096L)) {
            probe(segment, linear, size, WRITE);
        }
        return load(segment, linear, size);
    }

    /**
     * Faults as an access to {@code size} (at most 4,096) bytes would, and does nothing else. Devices are not touched: an address that EPT does not map
     * passes.
     */
    public final void probe(int segment, long linear, int size, int access) {
        if (size <= 8) {
            align(linear, size);
        }
        probeUnaligned(segment, linear, size, access);
    }

    /** The same where alignment is not checked. */
    public final void probeUnaligned(int segment, long linear, int size, int access) {
        checkCanonical(segment, linear, size);
        int first = (int) Math.min(size, 4096 - (linear & 4095));
        hostPhysical(guestPhysical(linear, access, user, ac), access);
        if (first < size) {
            hostPhysical(guestPhysical(wrap(linear + first), access, user, ac), access);
        }
    }

    /**
     * The native address of the rest of a page for bulk loads or stores, or 0 if the access must go the slow way (device, code page, not yet
     * translated: a single load or store fills the TLB).
     */
    public final long nativePage(long linear, boolean write) {
        int at = (int) (linear >>> 12) & Tlb.MASK;
        if (write) {
            return writeTags[at] == (linear & -4096L) ? linear + writeAddends[at] : 0;
        }
        return readTags[at] == (linear & -4096L) ? linear + readAddends[at] : 0;
    }

    // --- locked operations of a machine whose processors run in threads of their own

    /**
     * Stores to where {@link #loadForUpdate} loaded {@code expected}, if that is still there: one access that no other processor comes between, and a full fence.
     *
     * @return whether it was
     */
    public final boolean compareAndStore(int segment, long linear, int size, long expected, long value) {
        int at = (int) (linear >>> 12) & Tlb.MASK;
        if (writeTags[at] == (linear + size - 1 & -4096L) && RawMemory.isAtomic(linear, size)) {
            return RawMemory.compareAndSet(linear + writeAddends[at], size, expected, value);
        }
        boolean same = compareAndStoreSlow(segment, linear, size, expected, value);
        if (dataBreakpoints) {
            matchDataBreakpoints(linear, size, true);
        }
        return same;
    }

    private boolean compareAndStoreSlow(int segment, long linear, int size, long expected, long value) {
        if (RawMemory.isAtomic(linear, size)) {
            long gpa = guestPhysical(linear, WRITE, user, ac);
            noteLargePage(linear);
            long hpa = hostPhysical(gpa, WRITE);
            if (hpa >= 0 && host.contains(hpa, size)) {
                permitStores(linear, hpa, tlb);
                return host.compareAndSet(hpa, size, expected, value);
            }
        }
        host.lockBus();
        try {
            boolean same = completion.active() || load(segment, linear, size) == expected;
            if (same) {
                store(segment, linear, size, value);
            }
            return same;
        } finally {
            host.unlockBus();
        }
    }

    // --- accesses by the processor itself: descriptor tables, task-state segments

    /** Loads 1 to 8 bytes with supervisor rights whatever the CPL is. SDM, "Implicit supervisor-mode accesses". */
    public final long systemLoad(long linear, int size) {
        Tlb cached = supervisorTlb;
        int at = (int) (linear >>> 12) & Tlb.MASK;
        if (size == 8 && cached.readTags[at] == (linear + 7 & -4096L)) {
            return RawMemory.getLong(linear + cached.readAddends[at]);
        }
        checkCanonical(DS, linear, size);
        return loadParts(linear, size, cached, false, false);
    }

    /** Stores 1 to 8 bytes with supervisor rights whatever the CPL is. */
    public final void systemStore(long linear, int size, long value) {
        checkCanonical(DS, linear, size);
        storeParts(linear, size, value, supervisorTlb, false, false);
    }

    /** Sets and clears bits of one byte with supervisor rights, as a locked access. */
    public final void systemChange(long linear, int set, int clear) {
        checkCanonical(DS, linear, 1);
        long old;
        long hpa;
        do {
            old = systemLoad(linear, 1);
            hpa = hostPhysical(guestPhysical(linear, WRITE, false, false), WRITE);
            if (hpa < 0 || !host.contains(hpa, 1)) {
                systemStore(linear, 1, old & ~clear | set);
                return;
            }
        } while (!host.compareAndSet(hpa, 1, old, old & ~clear | set));
    }

    /** Faults as a supervisor access would. */
    public final void systemProbe(long linear, int size, int access) {
        int first = (int) Math.min(size, 4096 - (linear & 4095));
        hostPhysical(guestPhysical(linear, access, false, false), access);
        if (first < size) {
            hostPhysical(guestPhysical(wrap(linear + first), access, false, false), access);
        }
    }

    /** Reads eight bytes by guest-physical address, as PDPTE loads do; VM exits as that read would. */
    public final long physicalLoad64(long gpa) {
        notTranslating();
        return readPagingEntry(gpa, 8);
    }

    // --- instruction fetch

    /**
     * The host-physical address of the code byte at a linear address.
     *
     * @throws org.jvmx.cpu.state.GuestEvent as the fetch would
     */
    public final long fetchPhysical(long linear) {
        boolean userFetch = cpl == 3;
        long frame = fetchTlb.find(linear & -4096L, userFetch);
        if (frame < 0) {
            if (longCode() && !canonical(linear)) {
                throw gp(0);
            }
            long gpa = guestPhysical(linear, FETCH, userFetch, false);
            noteLargePage(linear);
            long hpa = hostPhysical(gpa, FETCH);
            if (hpa < 0) {
                throw eptViolation(gpa, FETCH);
            }
            frame = hpa & -4096L;
            fetchTlb.put(linear & -4096L, userFetch, frame);
        }
        return frame | linear & 4095;
    }

    // --- invalidation

    /** Forgets every translation. */
    public final void flushTlb() {
        userTlb.flush();
        supervisorTlb.flush();
        supervisorAcTlb.flush();
        fetchTlb.flush();
        fetchGeneration++;
        for (int half = 0; half < 2; half++) {
            largeLow[half] = Long.MAX_VALUE;
            largeHigh[half] = Long.MIN_VALUE;
        }
    }

    /** Forgets every translation and everything that was derived from EPT. */
    public final void flushEpt() {
        flushEptCache();
        flushTlb();
    }

    /** Forgets the translations of one linear address. */
    public final void flushPage(long linear) {
        int half = linear < 0 ? 1 : 0;
        if (linear >= largeLow[half] && linear <= largeHigh[half]) {
            flushTlb();
            return;
        }
        userTlb.flushPage(linear & -4096L);
        supervisorTlb.flushPage(linear & -4096L);
        supervisorAcTlb.flushPage(linear & -4096L);
        fetchTlb.flush();
        fetchGeneration++;
    }

    /** Takes the stores to a page off the fast path, because it holds code now. */
    public final void protectCode(long hpa) {
        long nativePage = host.address(hpa & -4096L);
        userTlb.protect(nativePage);
        supervisorTlb.protect(nativePage);
        supervisorAcTlb.protect(nativePage);
    }

    /** Chooses the access context after a change of CPL, EFLAGS.AC, CR0.AM, CR4.SMAP or DR7. */
    protected final void accessContextChanged() {
        user = cpl == 3;
        boolean acFlag = (systemFlags & Flags.AC) != 0;
        alignmentChecks = user && acFlag && (cr0 & 1L << 18) != 0;
        dataBreakpoints = dataBreakpointsArmed() || watches.data();
        ac = acFlag;
        boolean slow = alignmentChecks || dataBreakpoints;
        Tlb chosen = slow ? noTlb : user ? userTlb : smap() && ac ? supervisorAcTlb : supervisorTlb;
        if (chosen != tlb) {
            tlb = chosen;
            readTags = chosen.readTags;
            readAddends = chosen.readAddends;
            writeTags = chosen.writeTags;
            writeAddends = chosen.writeAddends;
        }
    }

    private boolean dataBreakpointsArmed() {
        for (int n = 0; n < 4; n++) {
            if ((dr7 >>> 2 * n & 3) != 0 && (dr7 >>> 16 + 4 * n & 3) != 0) {
                return true;
            }
        }
        return false;
    }

    // --- the slow way

    private long loadSlow(int segment, long linear, int size) {
        checkAddress(segment, linear, size);
        return loadAnywhere(linear, size);
    }

    private long loadAnywhere(long linear, int size) {
        long value = loadParts(linear, size, tlb, user, ac);
        if (dataBreakpoints) {
            matchDataBreakpoints(linear, size, false);
        }
        return value;
    }

    private void storeSlow(int segment, long linear, int size, long value) {
        checkAddress(segment, linear, size);
        storeAnywhere(linear, size, value);
    }

    private void storeAnywhere(long linear, int size, long value) {
        storeParts(linear, size, value, tlb, user, ac);
        if (dataBreakpoints) {
            matchDataBreakpoints(linear, size, true);
        }
    }

    private void checkAddress(int segment, long linear, int size) {
        align(linear, size);
        checkCanonical(segment, linear, size);
    }

    /** Raises #AC where alignment checks are on and a canonical address is no multiple of a power of two; whether the last byte's is canonical comes later. */
    public final void align(long linear, int boundary) {
        if (alignmentChecks && (linear & boundary - 1) != 0 && canonical(linear)) {
            throw raise(17, 0);
        }
    }

    private void checkCanonical(int segment, long linear, int size) {
        if (longMode() && !(canonical(linear) && canonical(linear + size - 1))) {
            throw badAddress(segment);
        }
    }

    /** Linear addresses outside 64-bit mode have 32 bits. */
    private long wrap(long linear) {
        return longCode() ? linear : linear & 0xffff_ffffL;
    }

    private long loadParts(long linear, int size, Tlb context, boolean asUser, boolean withAc) {
        int first = (int) Math.min(size, 4096 - (linear & 4095));
        if (first == size) {
            return loadPart(linear, size, context, asUser, withAc);
        }
        long next = wrap(linear + first);
        long value = loadPart(linear, first, context, asUser, withAc);
        return value | loadPart(next, size - first, context, asUser, withAc) << 8 * first;
    }

    private void storeParts(long linear, int size, long value, Tlb context, boolean asUser, boolean withAc) {
        int first = (int) Math.min(size, 4096 - (linear & 4095));
        if (first == size) {
            storePart(linear, size, value, context, asUser, withAc);
            return;
        }
        long next = wrap(linear + first);
        guestPhysical(linear, WRITE, asUser, withAc);
        guestPhysical(next, WRITE, asUser, withAc);
        storePart(linear, first, value, context, asUser, withAc);
        storePart(next, size - first, value >>> 8 * first, context, asUser, withAc);
    }

    private long loadPart(long linear, int size, Tlb context, boolean asUser, boolean withAc) {
        long gpa = guestPhysical(linear, READ, asUser, withAc);
        noteLargePage(linear);
        long hpa = hostPhysical(gpa, READ);
        if (hpa < 0) {
            return askMonitor(gpa, size, false, 0);
        }
        if (!host.contains(hpa, size)) {
            return size == 8 ? -1 : (1L << 8 * size) - 1;
        }
        long address = host.address(hpa);
        if (context != noTlb) {
            context.fillRead(linear & -4096L, address - (linear & 4095));
        }
        return OperandPart.load(address, size);
    }

    private void storePart(long linear, int size, long value, Tlb context, boolean asUser, boolean withAc) {
        long gpa = guestPhysical(linear, WRITE, asUser, withAc);
        noteLargePage(linear);
        long hpa = hostPhysical(gpa, WRITE);
        if (hpa < 0) {
            askMonitor(gpa, size, true, value);
            return;
        }
        if (!host.contains(hpa, size)) {
            return;
        }
        permitStores(linear, hpa, context);
        OperandPart.store(host.address(hpa), size, value);
        host.written(hpa, size);
    }

    /** Puts a page into the store TLB, if it holds no code. */
    private void permitStores(long linear, long hpa, Tlb context) {
        if (context != noTlb && host.mayStore(hpa, watch)) {
            context.fillWrite(linear & -4096L, host.address(hpa) - (linear & 4095));
        }
    }

    /** An access that EPT does not permit: the monitor's answer if it has given one, else the VM exit that asks for it. */
    private long askMonitor(long gpa, int size, boolean write, long value) {
        if (completion.take(Completion.MEMORY, gpa, size, write)) {
            return completion.value();
        }
        eptViolation(gpa, write ? WRITE : READ);
        exit.access().memory(gpa, size, write, value);
        throw exitSignal;
    }

    private void noteLargePage(long linear) {
        if (largePage) {
            int half = linear < 0 ? 1 : 0;
            long page = linear & -0x4000_0000L;
            largeLow[half] = Math.min(largeLow[half], page);
            largeHigh[half] = Math.max(largeHigh[half], page + 0x3fff_ffffL);
        }
    }

    /** SDM, "Debug Status Register (DR6)": B0 to B3 of breakpoints that an access touches, enabled or not; the trap comes after the instruction. */
    private void matchDataBreakpoints(long linear, int size, boolean write) {
        watches.access(linear, size, write);
        long hit = 0;
        boolean enabled = false;
        for (int n = 0; n < 4; n++) {
            int kind = (int) (dr7 >>> 16 + 4 * n) & 3;
            int length = ((int) (dr7 >>> 18 + 4 * n) & 3) == 2 ? 8 : ((int) (dr7 >>> 18 + 4 * n) & 3) + 1;
            long start = dr[n] & -length;
            boolean matches = kind == 1 && write || kind == 3;
            if (matches && linear < start + length && start < linear + size) {
                hit |= 1L << n;
                enabled |= (dr7 >>> 2 * n & 3) != 0;
            }
        }
        if (enabled) {
            dataBreakpointHit(hit);
        }
    }

    /** A data breakpoint matched; {@code bits} are B0 to B3. */
    protected abstract void dataBreakpointHit(long bits);
}
