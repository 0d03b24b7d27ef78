package org.jvmx.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

import org.jvmx.arch.AccessRights;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.arch.Efer;
import org.jvmx.arch.Msr;
import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.Layouts;

/**
 * The registers of a virtual processor in the groups that KVM has for them: read from it when somebody asks, written back before the next run
 * only if somebody changed them. Three groups are in memory shared with KVM where it offers that, and cost no system call.
 */
final class RegisterFile {
    private static final int GROUPS = 6;
    static final int REGS = 0;
    static final int SREGS = 1;
    static final int EVENTS = 2;
    static final int DEBUG = 3;
    static final int MSRS = 4;
    static final int XCRS = 5;

    private static final Ioctl[] GET =
            {Ioctl.GET_REGS, Ioctl.GET_SREGS, Ioctl.GET_VCPU_EVENTS, Ioctl.GET_DEBUGREGS, Ioctl.GET_MSRS, Ioctl.GET_XCRS};
    private static final Ioctl[] SET = {Ioctl.SET_REGS, Ioctl.SET_SREGS, Ioctl.SET_VCPU_EVENTS, Ioctl.SET_DEBUGREGS, Ioctl.SET_MSRS, null};
    private static final String[] NAMES = {"general registers", "segment and control registers", "pending events", "debug registers",
        "model-specific registers", "extended control registers"};

    private static final long VALID = Layouts.offset(Layouts.RUN, "kvm_valid_regs");
    private static final long DIRTY = Layouts.offset(Layouts.RUN, "kvm_dirty_regs");
    /** KVM's place of a general-purpose register by the number that instructions use. */
    private static final int[] PLACE = {0, 2, 3, 1, 6, 7, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};
    static final int RIP = 16;
    static final int RFLAGS = 17;

    /** KVM's segments in the order of a VMCS: ES, CS, SS, DS, FS, GS, LDTR, TR. */
    private static final String[] SEGMENTS = {"es", "cs", "ss", "ds", "fs", "gs", "ldt", "tr"};
    private static final long[] SEGMENT = new long[SEGMENTS.length];
    private static final long LIMIT = Layouts.offset(Layouts.SEGMENT, "limit");
    private static final long SELECTOR = Layouts.offset(Layouts.SEGMENT, "selector");
    private static final long TYPE = Layouts.offset(Layouts.SEGMENT, "type");
    private static final long PRESENT = Layouts.offset(Layouts.SEGMENT, "present");
    private static final long DPL = Layouts.offset(Layouts.SEGMENT, "dpl");
    private static final long DB = Layouts.offset(Layouts.SEGMENT, "db");
    private static final long S = Layouts.offset(Layouts.SEGMENT, "s");
    private static final long L = Layouts.offset(Layouts.SEGMENT, "l");
    private static final long G = Layouts.offset(Layouts.SEGMENT, "g");
    private static final long AVL = Layouts.offset(Layouts.SEGMENT, "avl");
    private static final long UNUSABLE = Layouts.offset(Layouts.SEGMENT, "unusable");
    static final long GDT = Layouts.offset(Layouts.SREGS, "gdt");
    static final long IDT = Layouts.offset(Layouts.SREGS, "idt");
    static final long CR0 = Layouts.offset(Layouts.SREGS, "cr0");
    static final long CR2 = Layouts.offset(Layouts.SREGS, "cr2");
    static final long CR3 = Layouts.offset(Layouts.SREGS, "cr3");
    static final long CR4 = Layouts.offset(Layouts.SREGS, "cr4");
    static final long APIC_BASE = Layouts.offset(Layouts.SREGS, "apic_base");
    static final long EFER = Layouts.offset(Layouts.SREGS, "efer");
    static final long DR6 = Layouts.offset(Layouts.DEBUGREGS, "dr6");
    static final long DR7 = Layouts.offset(Layouts.DEBUGREGS, "dr7");
    private static final long XCR0 = Layouts.offset(Layouts.XCRS, "xcrs") + 8;

    private static final long POINTERS_VALID = Layouts.offset(Layouts.SREGS2, "flags");

    static {
        for (int n = 0; n < SEGMENTS.length; n++) {
            SEGMENT[n] = Layouts.offset(Layouts.SREGS, SEGMENTS[n]);
        }
    }

    /** The MSRs that are fields of a VMCS. */
    static final int SYSENTER_CS = 0;
    static final int SYSENTER_ESP = 1;
    static final int SYSENTER_EIP = 2;
    static final int PAT = 3;
    static final int DEBUGCTL = 4;
    private static final int[] LISTED = {Msr.SYSENTER_CS, Msr.SYSENTER_ESP, Msr.SYSENTER_EIP, Msr.PAT, Msr.DEBUGCTL};

    private final Vcpu vcpu;
    private final int shared;
    private final MemorySegment[] groups = new MemorySegment[GROUPS];
    /** Groups that are as KVM has them, and groups that somebody changed, a bit each. */
    private int valid;
    private int dirty;
    private final MemorySegment oneMsr;
    /** {@code kvm_sregs2}; null where KVM has no page-directory-pointer-table entries for us. */
    private final MemorySegment pointers;
    private boolean pointersValid;
    private boolean pointersDirty;

    /** Registers of a processor that shares the groups whose bits are in {@code shared}. */
    RegisterFile(Vcpu vcpu, int shared, boolean withPointers) {
        this.vcpu = vcpu;
        this.shared = shared;
        this.pointers = withPointers ? vcpu.arena().allocate(Layouts.SREGS2) : null;
        MemorySegment run = vcpu.run();
        groups[REGS] = run.asSlice(Layouts.offset(Layouts.RUN, "regs"), Layouts.REGS.byteSize());
        groups[SREGS] = run.asSlice(Layouts.offset(Layouts.RUN, "sregs"), Layouts.SREGS.byteSize());
        groups[EVENTS] = run.asSlice(Layouts.offset(Layouts.RUN, "events"), Layouts.VCPU_EVENTS.byteSize());
        groups[DEBUG] = vcpu.arena().allocate(Layouts.DEBUGREGS);
        groups[MSRS] = list(LISTED);
        groups[XCRS] = vcpu.arena().allocate(Layouts.XCRS);
        oneMsr = list(0);
        run.set(JAVA_LONG, VALID, shared);
    }

    private MemorySegment list(int... indices) {
        long entry = Layouts.MSR_ENTRY.byteSize();
        MemorySegment list = vcpu.arena().allocate(Layouts.MSRS.byteSize() + indices.length * entry, 8);
        list.set(JAVA_INT, 0, indices.length);
        for (int n = 0; n < indices.length; n++) {
            list.set(JAVA_INT, Layouts.MSRS.byteSize() + n * entry, indices[n]);
        }
        return list;
    }

    /** After KVM_RUN: what was known is old, but for what KVM has just put into shared memory. */
    void ran() {
        pointersValid = false;
        valid = shared;
    }

    /** Before KVM_RUN: hands over what was changed. */
    void flush() {
        if (pointersDirty) {
            writePointers();
        }
        for (int left = dirty; left != 0; left &= left - 1) {
            writeBack(Integer.numberOfTrailingZeros(left));
        }
        dirty = 0;
    }

    /** Whether KVM tells the page-directory-pointer-table entries, and takes them. */
    boolean hasPointers() {
        return pointers != null;
    }

    /** The entry {@code n} of the page-directory-pointer table as the processor has loaded it; -1 if it has none loaded. */
    long pointer(int n) {
        if (!pointersValid) {
            vcpu.require(Ioctl.GET_SREGS2, pointers, "to tell the page-directory-pointer-table entries");
            pointersValid = true;
        }
        return (pointers.get(JAVA_LONG, POINTERS_VALID) & 1) == 0 ? -1 : pointers.get(JAVA_LONG, POINTERS_VALID + 8 + 8L * n);
    }

    /** An entry that the next entry loads, if paging is PAE paging then; the others stay, or are {@code others} if none are loaded. */
    void pointer(int n, long value, long[] others) {
        if (!pointersDirty && pointer(0) == -1) {
            pointers.set(JAVA_LONG, POINTERS_VALID, 1);
            MemorySegment.copy(others, 0, pointers, JAVA_LONG, POINTERS_VALID + 8, others.length);
        }
        pointers.set(JAVA_LONG, POINTERS_VALID + 8 + 8L * n, value);
        pointersValid = true;
        pointersDirty = true;
    }

    private void writePointers() {
        pointersDirty = false;
        boolean pae = (system(CR0) & Cr0.PG) != 0 && (system(CR4) & Cr4.PAE) != 0 && (system(EFER) & Efer.LMA) == 0;
        if (pae) {
            MemorySegment.copy(group(SREGS), 0, pointers, 0, POINTERS_VALID);
            pointers.set(JAVA_LONG, POINTERS_VALID, 1);
            if (vcpu.ioctl(Ioctl.SET_SREGS2, pointers) == 0) {
                dirty &= ~(1 << SREGS);
            }
        }
    }

    private void writeBack(int group) {
        if ((shared >> group & 1) != 0) {
            vcpu.run().set(JAVA_LONG, DIRTY, vcpu.run().get(JAVA_LONG, DIRTY) | 1L << group);
        } else {
            vcpu.require(SET[group], groups[group], "the " + NAMES[group]);
        }
    }

    /** A group, to be read. */
    MemorySegment group(int group) {
        if ((valid >> group & 1) == 0) {
            vcpu.require(GET[group], groups[group], "to tell the " + NAMES[group]);
            valid |= 1 << group;
        }
        return groups[group];
    }

    /** A group, to be changed. */
    MemorySegment change(int group) {
        MemorySegment found = group(group);
        dirty |= 1 << group;
        return found;
    }

    boolean isDirty(int group) {
        return (dirty >> group & 1) != 0;
    }

    /** Forgets changes that KVM did not accept. */
    void drop() {
        vcpu.run().set(JAVA_LONG, DIRTY, 0);
        dirty = 0;
    }

    long gpr(int index) {
        return group(REGS).getAtIndex(JAVA_LONG, PLACE[index]);
    }

    void gpr(int index, long value) {
        change(REGS).setAtIndex(JAVA_LONG, PLACE[index], value);
    }

    /** RIP or RFLAGS. */
    long plain(int place) {
        return group(REGS).getAtIndex(JAVA_LONG, place);
    }

    void plain(int place, long value) {
        change(REGS).setAtIndex(JAVA_LONG, place, value);
    }

    /** A control register, EFER or the base of a descriptor table, by its offset in {@code kvm_sregs}. */
    long system(long offset) {
        return group(SREGS).get(JAVA_LONG, offset);
    }

    void system(long offset, long value) {
        change(SREGS).set(JAVA_LONG, offset, value);
    }

    int tableLimit(long table) {
        return group(SREGS).get(JAVA_SHORT, table + 8) & 0xffff;
    }

    void tableLimit(long table, int limit) {
        change(SREGS).set(JAVA_SHORT, table + 8, (short) limit);
    }

    int selector(int segment) {
        return group(SREGS).get(JAVA_SHORT, SEGMENT[segment] + SELECTOR) & 0xffff;
    }

    void selector(int segment, int value) {
        change(SREGS).set(JAVA_SHORT, SEGMENT[segment] + SELECTOR, (short) value);
    }

    long base(int segment) {
        return system(SEGMENT[segment]);
    }

    void base(int segment, long value) {
        system(SEGMENT[segment], value);
    }

    int limit(int segment) {
        return group(SREGS).get(JAVA_INT, SEGMENT[segment] + LIMIT);
    }

    void limit(int segment, int value) {
        change(SREGS).set(JAVA_INT, SEGMENT[segment] + LIMIT, value);
    }

    /** Access rights in the format of {@link AccessRights}. */
    int rights(int segment) {
        MemorySegment all = group(SREGS);
        long at = SEGMENT[segment];
        return all.get(JAVA_BYTE, at + TYPE) & AccessRights.TYPE | bit(all, at + S, AccessRights.S)
                | (all.get(JAVA_BYTE, at + DPL) & 3) << AccessRights.DPL_SHIFT
                | bit(all, at + PRESENT, AccessRights.P) | bit(all, at + AVL, AccessRights.AVL) | bit(all, at + L, AccessRights.L)
                | bit(all, at + DB, AccessRights.DB) | bit(all, at + G, AccessRights.G) | bit(all, at + UNUSABLE, AccessRights.UNUSABLE);
    }

    private static int bit(MemorySegment from, long offset, int mask) {
        return from.get(JAVA_BYTE, offset) != 0 ? mask : 0;
    }

    void rights(int segment, int rights) {
        MemorySegment all = change(SREGS);
        long at = SEGMENT[segment];
        all.set(JAVA_BYTE, at + TYPE, (byte) (rights & AccessRights.TYPE));
        all.set(JAVA_BYTE, at + DPL, (byte) AccessRights.dpl(rights));
        flag(all, at + S, rights & AccessRights.S);
        flag(all, at + PRESENT, rights & AccessRights.P);
        flag(all, at + AVL, rights & AccessRights.AVL);
        flag(all, at + L, rights & AccessRights.L);
        flag(all, at + DB, rights & AccessRights.DB);
        flag(all, at + G, rights & AccessRights.G);
        flag(all, at + UNUSABLE, rights & AccessRights.UNUSABLE);
    }

    private static void flag(MemorySegment to, long offset, int value) {
        to.set(JAVA_BYTE, offset, (byte) (value != 0 ? 1 : 0));
    }

    /** One of the MSRs that are fields of a VMCS, by its place in the list. */
    long listed(int place) {
        return group(MSRS).get(JAVA_LONG, listedAt(place));
    }

    void listed(int place, long value) {
        change(MSRS).set(JAVA_LONG, listedAt(place), value);
    }

    private static long listedAt(int place) {
        return Layouts.MSRS.byteSize() + place * Layouts.MSR_ENTRY.byteSize() + 8;
    }

    /** Any MSR, as KVM has it; false if it has none of that number. */
    boolean readMsr(int index) {
        oneMsr.set(JAVA_INT, Layouts.MSRS.byteSize(), index);
        return vcpu.ioctl(Ioctl.GET_MSRS, oneMsr) == 1;
    }

    /** What the last successful {@link #readMsr} found. */
    long msrValue() {
        return oneMsr.get(JAVA_LONG, listedAt(0));
    }

    boolean writeMsr(int index, long value) {
        oneMsr.set(JAVA_INT, Layouts.MSRS.byteSize(), index);
        oneMsr.set(JAVA_LONG, listedAt(0), value);
        return vcpu.ioctl(Ioctl.SET_MSRS, oneMsr) == 1;
    }

    long debug(long offset) {
        return group(DEBUG).get(JAVA_LONG, offset);
    }

    void debug(long offset, long value) {
        change(DEBUG).set(JAVA_LONG, offset, value);
    }

    long xcr0() {
        return group(XCRS).get(JAVA_LONG, XCR0);
    }
}
