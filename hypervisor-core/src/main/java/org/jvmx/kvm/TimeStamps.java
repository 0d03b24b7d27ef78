package org.jvmx.kvm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

import org.jvmx.arch.Msr;
import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.Layouts;

/** The guest's time-stamp counter: KVM's, which runs by itself, plus the TSC offset of the VMCS. */
final class TimeStamps {
    private static final long NANOS = 1_000_000_000;
    private static final long ADDRESS = Layouts.offset(Layouts.DEVICE_ATTR, "addr");

    private final Vcpu vcpu;
    private final RegisterFile registers;
    private final long hz;
    private final MemorySegment attribute;
    private final MemorySegment value;
    private final boolean adjustable;
    private final long base;
    private long offset;

    TimeStamps(Vcpu vcpu, RegisterFile registers, long khz) {
        this.vcpu = vcpu;
        this.registers = registers;
        this.hz = khz * 1000;
        // group 0, attribute 0: the offset of the counter
        this.attribute = vcpu.arena().allocate(Layouts.DEVICE_ATTR);
        this.value = vcpu.arena().allocate(JAVA_LONG);
        attribute.set(JAVA_INT, 0, 0);
        attribute.set(JAVA_LONG, ADDRESS, value.address());
        this.adjustable = vcpu.ioctl(Ioctl.HAS_DEVICE_ATTR, attribute) == 0 && vcpu.ioctl(Ioctl.GET_DEVICE_ATTR, attribute) == 0;
        this.base = value.get(JAVA_LONG, 0);
    }

    /** Whether the guest's counter can be moved. */
    boolean adjustable() {
        return adjustable;
    }

    long hz() {
        return hz;
    }

    long ticks(long nanos) {
        return nanos / NANOS * hz + nanos % NANOS * (hz / 1000) / (NANOS / 1000);
    }

    /** For up to 2^32 ticks. */
    long nanos(long ticks) {
        return ticks * NANOS / hz;
    }

    /** The counter without the offset of the VMCS. */
    long tsc() {
        return registers.readMsr(Msr.TSC) ? registers.msrValue() - offset : 0;
    }

    void offset(long wanted) {
        if (wanted != offset && adjustable) {
            value.set(JAVA_LONG, 0, base + wanted);
            KvmSystem.require(vcpu.ioctl(Ioctl.SET_DEVICE_ATTR, attribute), "a time-stamp counter that is moved");
            offset = wanted;
        }
    }
}
