package org.jvmx.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import org.jvmx.arch.Msr;
import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.Irqchip;

/**
 * The MSR bitmaps of a VMCS as KVM's MSR filter. The bitmaps are read when the controls change. The x2APIC's registers are not KVM's to filter,
 * but without its own interrupt controller KVM asks us for them anyway. SDM Vol. 3, "MSR-Bitmap Address".
 */
final class MsrFilter {
    /** Why KVM asks for an MSR: it has none of that number, the access is invalid, or the filter. */
    static final int REASON_INVALID = 1;
    static final int REASON_UNKNOWN = 1 << 1;
    static final int REASON_FILTER = 1 << 2;

    private static final int DEFAULT_DENY = 1;
    private static final int BITMAP = 0x400;
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int HIGH = 0xc000_0000;
    private static final long RANGES = Layouts.offset(Layouts.MSR_FILTER, "ranges");

    private final KvmSystem system;
    private final int machine;
    private final HostMemory memory;
    private final MemorySegment filter;
    private final MemorySegment allowed;
    private final boolean ownApic;

    MsrFilter(KvmSystem system, int machine, HostMemory memory, Arena arena, Irqchip irqchip) {
        this.ownApic = irqchip != Irqchip.USER;
        this.system = system;
        this.machine = machine;
        this.memory = memory;
        this.filter = arena.allocate(Layouts.MSR_FILTER);
        this.allowed = arena.allocate(4 * BITMAP, 8);
        filter.set(JAVA_INT, 0, DEFAULT_DENY);
        range(0, READ, 0);
        range(1, READ, HIGH);
        range(2, WRITE, 0);
        range(3, WRITE, HIGH);
    }

    private void range(int number, int flags, int base) {
        long at = RANGES + number * Layouts.MSR_FILTER_RANGE.byteSize();
        filter.set(JAVA_INT, at, flags);
        filter.set(JAVA_INT, at + 4, 8 * BITMAP);
        filter.set(JAVA_INT, at + 8, base);
        filter.set(JAVA_LONG, at + 16, allowed.address() + number * BITMAP);
    }

    /** Every access leaves the guest but those that the bitmaps at {@code bitmaps} let pass; all leave if it is -1. */
    void apply(long bitmaps) {
        boolean given = bitmaps >= 0 && memory.contains(bitmaps, HostMemory.PAGE);
        for (int n = 0; n < 4 * BITMAP; n++) {
            allowed.set(JAVA_BYTE, n, (byte) (given ? ~memory.readByte(bitmaps + n) : 0));
        }
        if (ownApic) {
            pass(Msr.APIC_BASE);
            pass(Msr.TSC_DEADLINE);
        }
        KvmSystem.require(system.calls().ioctl(machine, Ioctl.X86_SET_MSR_FILTER, filter), "the MSR filter");
    }

    /** A register of the local APIC, which is KVM's. */
    private void pass(int msr) {
        for (int at = msr >> 3; at < 4 * BITMAP; at += 2 * BITMAP) {
            allowed.set(JAVA_BYTE, at, (byte) (allowed.get(JAVA_BYTE, at) | 1 << (msr & 7)));
        }
    }
}
