package org.jvmx.kvm;

import org.jvmx.vmx.DebugFacility;

/** KVM's debug facility: what the host's processor has of breakpoints, for memory of the guest is never patched. */
final class KvmDebugging implements DebugFacility {
    private final KvmProcessor processor;
    private final HardwareBreakpoints breakpoints;
    private final FloatingPoint floatingPoint;

    KvmDebugging(KvmProcessor processor, HardwareBreakpoints breakpoints, FloatingPoint floatingPoint) {
        this.processor = processor;
        this.breakpoints = breakpoints;
        this.floatingPoint = floatingPoint;
    }

    @Override
    public boolean insert(Stop kind, long linear, long length) {
        return breakpoints.insert(kind, linear, length);
    }

    @Override
    public void remove(Stop kind, long linear, long length) {
        breakpoints.remove(kind, linear, length);
    }

    @Override
    public void clear() {
        breakpoints.clear();
    }

    @Override
    public String room() {
        return "%d breakpoints and watchpoints together, for 1, 2, 4 or 8 aligned bytes and not for reads alone: KVM has those of the host's processor"
                .formatted(HardwareBreakpoints.ROOM);
    }

    @Override
    public void step(boolean one) {
        breakpoints.step(one);
    }

    @Override
    public Stop takeStop() {
        return breakpoints.takeStop();
    }

    @Override
    public long stopAddress() {
        return breakpoints.stopAddress();
    }

    @Override
    public long msr(int index) {
        return processor.readMsr(index) ? processor.msrValue() : 0;
    }

    @Override
    public boolean msr(int index, long value) {
        return processor.writeMsr(index, value);
    }

    @Override
    public void saveFloatingPoint(byte[] image) {
        processor.settle();
        floatingPoint.save(image);
    }

    @Override
    public void loadFloatingPoint(byte[] image) {
        processor.settle();
        floatingPoint.load(image);
    }
}
