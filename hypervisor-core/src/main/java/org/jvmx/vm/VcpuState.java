package org.jvmx.vm;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jvmx.arch.AccessRights;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.arch.Efer;
import org.jvmx.arch.Gpr;
import org.jvmx.arch.Rflags;

/**
 * A virtual processor before its first instruction. The bits that VMX operation fixes (CR0.NE, CR4.VMXE) are added when it is loaded, and
 * hidden from the guest.
 *
 * @param registers general-purpose registers in the order of their encoding, 16 of them
 * @param segments ES, CS, SS, DS, FS, GS, LDTR, TR
 */
public record VcpuState(long rip, long rflags, List<Long> registers, List<Segment> segments, Table gdtr, Table idtr,
        long cr0, long cr3, long cr4, long efer) {

    /**
     * A segment register.
     *
     * @param rights in the format of {@link AccessRights}
     */
    public record Segment(int selector, long base, int limit, int rights) {
        /** A register that may not be used. */
        public static final Segment UNUSABLE = new Segment(0, 0, 0, AccessRights.UNUSABLE);
    }

    /** GDTR or IDTR. */
    public record Table(long base, int limit) {
    }

    private static final int CODE = AccessRights.P | AccessRights.S | AccessRights.CODE | AccessRights.READABLE | AccessRights.ACCESSED;
    private static final int DATA = AccessRights.P | AccessRights.S | AccessRights.WRITABLE | AccessRights.ACCESSED;
    private static final int FLAT = AccessRights.G | AccessRights.DB;
    private static final int TSS = AccessRights.P | AccessRights.BUSY_TSS;
    private static final int CODE_SELECTOR = 0x10;
    private static final int DATA_SELECTOR = 0x18;

    public VcpuState {
        registers = List.copyOf(registers);
        segments = List.copyOf(segments);
        if (registers.size() != 16 || segments.size() != 8) {
            throw new IllegalArgumentException(
                    "%d general and %d segment registers, not 16 and 8".formatted(registers.size(), segments.size()));
        }
    }

    /** Real-address mode at {@code codeSegment:ip}; data segments are 0, the interrupt vector table is at 0. */
    public static VcpuState real16(int codeSegment, long ip) {
        Segment data = new Segment(0, 0, 0xffff, DATA);
        Segment code = new Segment(codeSegment, (long) codeSegment << 4, 0xffff, CODE);
        Segment task = new Segment(0, 0, 0xffff, TSS);
        return new VcpuState(ip, Rflags.FIXED, zeros(), List.of(data, code, data, data, data, data, Segment.UNUSABLE, task),
                new Table(0, 0xffff), new Table(0, 0x3ff), Cr0.ET, 0, 0, 0);
    }

    /** After INIT, with the processor's signature in EDX. SDM Vol. 3, "Processor State After Reset". */
    static VcpuState init(int signature) {
        VcpuState real = real16(0xf000, 0xfff0);
        List<Segment> segments = new ArrayList<>(real.segments);
        segments.set(1, new Segment(0xf000, 0xffff_0000L, 0xffff, CODE));
        segments.set(6, new Segment(0, 0, 0xffff, AccessRights.P | AccessRights.LDT));
        return new VcpuState(real.rip, real.rflags, real.with(Gpr.RDX, signature & 0xffff_ffffL).registers, segments, real.gdtr,
                new Table(0, 0xffff), Cr0.CD | Cr0.NW | Cr0.ET, 0, 0, 0);
    }

    /** Protected mode without paging, all segments flat, no descriptor tables. */
    public static VcpuState prot32(long eip) {
        return new VcpuState(eip, Rflags.FIXED, zeros(), flat(CODE | FLAT), new Table(0, 0), new Table(0, 0), Cr0.PE | Cr0.ET, 0, 0, 0);
    }

    /** 64-bit mode with the paging structures at {@code cr3}, no descriptor tables. */
    public static VcpuState long64(long rip, long cr3) {
        return new VcpuState(rip, Rflags.FIXED, zeros(), flat(CODE | AccessRights.G | AccessRights.L), new Table(0, 0), new Table(0, 0),
                Cr0.PG | Cr0.PE | Cr0.ET, cr3, Cr4.PAE, Efer.LME | Efer.LMA);
    }

    private static List<Segment> flat(int codeRights) {
        Segment data = new Segment(DATA_SELECTOR, 0, -1, DATA | FLAT);
        Segment code = new Segment(CODE_SELECTOR, 0, -1, codeRights);
        Segment task = new Segment(0, 0, 0x67, TSS);
        return List.of(data, code, data, data, data, data, Segment.UNUSABLE, task);
    }

    private static List<Long> zeros() {
        return Collections.nCopies(16, 0L);
    }

    /** The same with one general-purpose register changed. */
    public VcpuState with(int gpr, long value) {
        List<Long> changed = new ArrayList<>(registers);
        changed.set(gpr, value);
        return new VcpuState(rip, rflags, changed, segments, gdtr, idtr, cr0, cr3, cr4, efer);
    }
}
