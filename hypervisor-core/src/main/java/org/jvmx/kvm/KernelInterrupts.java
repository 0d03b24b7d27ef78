package org.jvmx.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

import org.jvmx.error.BackendException;
import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.vmx.HostInterrupts;
import org.jvmx.vmx.Irqchip;

/** KVM's interrupt controllers: inputs are event counters (KVM_IRQFD) where edges matter, with a table of where each leads (KVM_SET_GSI_ROUTING). */
final class KernelInterrupts implements HostInterrupts, AutoCloseable {
    private static final int INPUTS = 24;
    private static final int ISA_INPUTS = 16;
    private static final int TIMER_INPUT = 2;
    private static final int CASCADE = 2;
    private static final int MASTER = 0;
    private static final int SLAVE = 1;
    private static final int IO_APIC = 2;
    private static final int TO_CHIP = 1;
    private static final int TO_MESSAGE = 2;
    private static final long ENTRY = Layouts.ROUTE.byteSize();
    private static final int MESSAGE = (int) Layouts.offset(Layouts.ROUTE, "to", "msi", "address_lo");
    private static final long MASK = Layouts.offset(Layouts.IRQCHIP, "imr");
    private static final long BASE = Layouts.offset(Layouts.IRQCHIP, "irq_base");
    private static final long INITIALIZED = Layouts.offset(Layouts.IRQCHIP, "init4");

    private final KvmSystem system;
    private final int machine;
    private final Irqchip place;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment routes = arena.allocate(Layouts.ROUTING.byteSize() + 2 * INPUTS * ENTRY, 8);
    private final MemorySegment level = arena.allocate(Layouts.IRQ_LEVEL);
    private final MemorySegment apic = arena.allocate(Layouts.LAPIC);
    private final int[] events = new int[INPUTS];
    private final long[] addresses = new long[INPUTS];
    private final int[] datas = new int[INPUTS];
    private Vcpu vcpu;

    /** Creates them, before any processor is. */
    KernelInterrupts(KvmSystem system, int machine, Irqchip place) {
        this.system = system;
        this.machine = machine;
        this.place = place;
        Arrays.fill(events, -1);
    }

    /** Whether this KVM has what it takes. */
    static void require(KvmSystem system, Irqchip place) {
        Capability[] needed = place == Irqchip.KERNEL ? new Capability[] {Capability.IRQCHIP, Capability.IRQFD}
                : new Capability[] {Capability.SPLIT_IRQCHIP, Capability.IRQFD};
        for (Capability capability : needed) {
            if (!system.offers(capability)) {
                throw new BackendException("%s does not offer %s (%s): take --irqchip user".formatted(KvmSystem.DEVICE, capability,
                        capability.meaning()));
            }
        }
    }

    void create() {
        if (place == Irqchip.KERNEL) {
            KvmSystem.require(system.calls().ioctl(machine, Ioctl.CREATE_IRQCHIP, 0), "interrupt controllers of its own");
            routePins();
            return;
        }
        MemorySegment request = arena.allocate(Layouts.ENABLE_CAP);
        request.set(JAVA_INT, 0, Capability.SPLIT_IRQCHIP.number());
        request.set(java.lang.foreign.ValueLayout.JAVA_LONG, Layouts.offset(Layouts.ENABLE_CAP, "arg0"), INPUTS);
        KvmSystem.require(system.calls().ioctl(machine, Ioctl.ENABLE_CAP, request), "local APICs of its own");
    }

    void use(Vcpu processor) {
        vcpu = processor;
    }

    /** As on a PC: an ISA interrupt has its number on both, but the timer's is input 2 of the I/O APIC. */
    private void routePins() {
        int count = 0;
        for (int n = 0; n < INPUTS; n++) {
            if (n < ISA_INPUTS && n != CASCADE) {
                chip(count++, n, n < 8 ? MASTER : SLAVE, n & 7);
            }
            if (n != TIMER_INPUT) {
                chip(count++, n, IO_APIC, n == 0 ? TIMER_INPUT : n);
            }
        }
        route(count);
    }

    private void chip(int at, int input, int chip, int pin) {
        entry(at, input, TO_CHIP, chip, pin, 0);
    }

    private void entry(int at, int input, int type, int first, int second, int third) {
        long entry = Layouts.ROUTING.byteSize() + at * ENTRY;
        MemorySegment.copy(new int[] {input, type, 0, 0}, 0, routes, JAVA_INT, entry, 4);
        MemorySegment.copy(new int[] {first, second, third}, 0, routes, JAVA_INT, entry + MESSAGE, 3);
    }

    private void route(int count) {
        routes.set(JAVA_INT, 0, count);
        KvmSystem.require(system.calls().ioctl(machine, Ioctl.SET_GSI_ROUTING, routes), "the way of interrupts");
    }

    @Override
    public Irqchip place() {
        return place;
    }

    @Override
    public Line isa(int number, boolean edge) {
        if (!edge) {
            return high -> drive(number, high);
        }
        int event = event(number);
        return new Line() {
            private boolean was;

            @Override
            public void set(boolean high) {
                if (high && !was) {
                    system.calls().signalEvent(event);
                }
                was = high;
            }
        };
    }

    private synchronized void drive(int input, boolean high) {
        level.set(JAVA_INT, 0, input);
        level.set(JAVA_INT, Integer.BYTES, high ? 1 : 0);
        KvmSystem.require(system.calls().ioctl(machine, Ioctl.IRQ_LINE, level), "an interrupt");
    }

    /** The counter that raises an input. */
    private int event(int input) {
        if (events[input] < 0) {
            int event = KvmSystem.require(system.calls().createEvent(), "an event counter");
            events[input] = event;
            try (Arena local = Arena.ofConfined()) {
                MemorySegment request = local.allocate(Layouts.IRQFD);
                request.set(JAVA_INT, 0, event);
                request.set(JAVA_INT, Layouts.offset(Layouts.IRQFD, "gsi"), input);
                KvmSystem.require(system.calls().ioctl(machine, Ioctl.IRQFD, request), "an interrupt by an event counter");
            }
        }
        return events[input];
    }

    @Override
    public void message(int input, long address, int data) {
        if (addresses[input] != address || datas[input] != data) {
            addresses[input] = address;
            datas[input] = data;
            int count = 0;
            for (int n = 0; n < INPUTS; n++) {
                if (addresses[n] != 0) {
                    entry(count++, n, TO_MESSAGE, (int) addresses[n], (int) (addresses[n] >>> 32), datas[n]);
                }
            }
            route(count);
        }
        system.calls().signalEvent(event(input));
    }

    @Override
    public void initialize8259(boolean slave, int base, int mask) {
        MemorySegment chip = arena.allocate(Layouts.IRQCHIP);
        chip.set(JAVA_INT, 0, slave ? SLAVE : MASTER);
        KvmSystem.require(system.calls().ioctl(machine, Ioctl.GET_IRQCHIP, chip), "to tell its 8259A");
        chip.set(JAVA_BYTE, BASE, (byte) base);
        chip.set(JAVA_BYTE, MASK, (byte) mask);
        chip.set(JAVA_BYTE, INITIALIZED, (byte) 1);
        KvmSystem.require(system.calls().ioctl(machine, Ioctl.SET_IRQCHIP, chip), "a state of its 8259A");
    }

    @Override
    public int readApic(int offset) {
        vcpu.require(Ioctl.GET_LAPIC, apic, "to tell its local APIC");
        return apic.get(JAVA_INT, offset);
    }

    @Override
    public void writeApic(int offset, int value) {
        vcpu.require(Ioctl.GET_LAPIC, apic, "to tell its local APIC");
        apic.set(JAVA_INT, offset, value);
        vcpu.require(Ioctl.SET_LAPIC, apic, "a state of its local APIC");
    }

    @Override
    public void close() {
        for (int event : events) {
            if (event >= 0) {
                system.calls().close(event);
            }
        }
        arena.close();
    }
}
