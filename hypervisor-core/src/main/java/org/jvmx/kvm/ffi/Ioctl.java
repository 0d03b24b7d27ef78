package org.jvmx.kvm.ffi;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;

/**
 * The requests of the KVM interface. A number is computed from direction, type, number and structure, so that it and the structure's size
 * cannot disagree. Linux, "The Definitive KVM API Documentation".
 */
public enum Ioctl {
    GET_API_VERSION(0x00),
    CREATE_VM(0x01),
    CHECK_EXTENSION(0x03),
    GET_VCPU_MMAP_SIZE(0x04),
    GET_SUPPORTED_CPUID(Direction.BOTH, 0x05, Layouts.CPUID2),
    CREATE_VCPU(0x41),
    GET_DIRTY_LOG(Direction.WRITE, 0x42, Layouts.DIRTY_LOG),
    SET_USER_MEMORY_REGION(Direction.WRITE, 0x46, Layouts.MEMORY_REGION),
    SET_TSS_ADDR(0x47),
    SET_IDENTITY_MAP_ADDR(Direction.WRITE, 0x48, ValueLayout.JAVA_LONG),
    CREATE_IRQCHIP(0x60),
    IRQ_LINE(Direction.WRITE, 0x61, Layouts.IRQ_LEVEL),
    GET_IRQCHIP(Direction.BOTH, 0x62, Layouts.IRQCHIP),
    SET_IRQCHIP(Direction.READ, 0x63, Layouts.IRQCHIP),
    SET_GSI_ROUTING(Direction.WRITE, 0x6a, Layouts.ROUTING),
    REGISTER_COALESCED_MMIO(Direction.WRITE, 0x67, Layouts.COALESCED_ZONE),
    IRQFD(Direction.WRITE, 0x76, Layouts.IRQFD),
    IOEVENTFD(Direction.WRITE, 0x79, Layouts.IOEVENTFD),
    RUN(0x80),
    GET_REGS(Direction.READ, 0x81, Layouts.REGS),
    SET_REGS(Direction.WRITE, 0x82, Layouts.REGS),
    GET_SREGS(Direction.READ, 0x83, Layouts.SREGS),
    SET_SREGS(Direction.WRITE, 0x84, Layouts.SREGS),
    TRANSLATE(Direction.BOTH, 0x85, Layouts.TRANSLATION),
    INTERRUPT(Direction.WRITE, 0x86, ValueLayout.JAVA_INT),
    GET_MSRS(Direction.BOTH, 0x88, Layouts.MSRS),
    SET_MSRS(Direction.WRITE, 0x89, Layouts.MSRS),
    SET_SIGNAL_MASK(Direction.WRITE, 0x8b, Layouts.SIGNAL_MASK),
    GET_FPU(Direction.READ, 0x8c, Layouts.FPU),
    SET_FPU(Direction.WRITE, 0x8d, Layouts.FPU),
    GET_LAPIC(Direction.READ, 0x8e, Layouts.LAPIC),
    SET_LAPIC(Direction.WRITE, 0x8f, Layouts.LAPIC),
    SET_CPUID2(Direction.WRITE, 0x90, Layouts.CPUID2),
    GET_MP_STATE(Direction.READ, 0x98, Layouts.MP_STATE),
    SET_MP_STATE(Direction.WRITE, 0x99, Layouts.MP_STATE),
    NMI(0x9a),
    SET_GUEST_DEBUG(Direction.WRITE, 0x9b, Layouts.GUEST_DEBUG),
    GET_VCPU_EVENTS(Direction.READ, 0x9f, Layouts.VCPU_EVENTS),
    SET_VCPU_EVENTS(Direction.WRITE, 0xa0, Layouts.VCPU_EVENTS),
    GET_DEBUGREGS(Direction.READ, 0xa1, Layouts.DEBUGREGS),
    SET_DEBUGREGS(Direction.WRITE, 0xa2, Layouts.DEBUGREGS),
    ENABLE_CAP(Direction.WRITE, 0xa3, Layouts.ENABLE_CAP),
    GET_TSC_KHZ(0xa3),
    GET_XSAVE(Direction.READ, 0xa4, Layouts.XSAVE),
    SET_XSAVE(Direction.WRITE, 0xa5, Layouts.XSAVE),
    GET_XCRS(Direction.READ, 0xa6, Layouts.XCRS),
    GET_SREGS2(Direction.READ, 0xcc, Layouts.SREGS2),
    SET_SREGS2(Direction.WRITE, 0xcd, Layouts.SREGS2),
    X86_SET_MSR_FILTER(Direction.WRITE, 0xc6, Layouts.MSR_FILTER),
    SET_DEVICE_ATTR(Direction.WRITE, 0xe1, Layouts.DEVICE_ATTR),
    GET_DEVICE_ATTR(Direction.WRITE, 0xe2, Layouts.DEVICE_ATTR),
    HAS_DEVICE_ATTR(Direction.WRITE, 0xe3, Layouts.DEVICE_ATTR);

    private static final int TYPE = 0xae;

    /** Which way the structure goes, in bits 31:30 of a request. */
    private enum Direction {
        NONE, WRITE, READ, BOTH
    }

    private final int number;
    private final long size;

    Ioctl(int nr) {
        this.size = 0;
        this.number = number(Direction.NONE, nr, 0);
    }

    Ioctl(Direction direction, int nr, MemoryLayout structure) {
        this.size = structure.byteSize();
        this.number = number(direction, nr, size);
    }

    private static int number(Direction direction, int nr, long size) {
        return direction.ordinal() << 30 | (int) size << 16 | TYPE << 8 | nr;
    }

    /** The number of the request. */
    public int number() {
        return number;
    }

    /** Bytes of its structure; 0 if it has none. */
    public long size() {
        return size;
    }
}
