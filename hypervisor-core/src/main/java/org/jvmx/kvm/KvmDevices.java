package org.jvmx.kvm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.vmx.HostDevices;

/** KVM's ioeventfd and coalesced writes. */
final class KvmDevices implements HostDevices, AutoCloseable {
    private static final int FLAG_PORT = 1 << 1;

    private final KvmSystem system;
    private final int machine;
    private final CoalescedWrites writes;
    private final Doorbells doorbells;

    /** {@code writes} is null where writes are not kept: several processors would take them out of order. */
    KvmDevices(KvmSystem system, int machine, CoalescedWrites writes) {
        this.system = system;
        this.machine = machine;
        this.writes = writes;
        this.doorbells = new Doorbells(system.calls());
    }

    @Override
    public boolean doorbell(Space space, long address, int size, Runnable ring) {
        if (!system.offers(Capability.IOEVENTFD)) {
            return false;
        }
        int event = doorbells.add(ring);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(Layouts.IOEVENTFD);
            request.set(JAVA_LONG, Layouts.offset(Layouts.IOEVENTFD, "addr"), address);
            request.set(JAVA_INT, Layouts.offset(Layouts.IOEVENTFD, "len"), size);
            request.set(JAVA_INT, Layouts.offset(Layouts.IOEVENTFD, "fd"), event);
            request.set(JAVA_INT, Layouts.offset(Layouts.IOEVENTFD, "flags"), space == Space.PORT ? FLAG_PORT : 0);
            boolean taken = system.calls().ioctl(machine, Ioctl.IOEVENTFD, request) >= 0;
            if (!taken) {
                doorbells.remove(event);
            }
            return taken;
        }
    }

    @Override
    public boolean coalesce(Space space, long address, int size) {
        if (writes == null || space == Space.PORT && !system.offers(Capability.COALESCED_PIO)) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment zone = arena.allocate(Layouts.COALESCED_ZONE);
            zone.set(JAVA_LONG, 0, address);
            zone.set(JAVA_INT, Layouts.offset(Layouts.COALESCED_ZONE, "size"), size);
            zone.set(JAVA_INT, Layouts.offset(Layouts.COALESCED_ZONE, "pio"), space == Space.PORT ? 1 : 0);
            boolean taken = system.calls().ioctl(machine, Ioctl.REGISTER_COALESCED_MMIO, zone) >= 0;
            if (taken) {
                writes.use();
            }
            return taken;
        }
    }

    @Override
    public void close() {
        doorbells.close();
    }
}
