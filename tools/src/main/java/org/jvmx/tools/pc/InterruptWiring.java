package org.jvmx.tools.pc;

import org.jvmx.bus.InterruptController;
import org.jvmx.bus.IrqLine;
import org.jvmx.bus.MmioDevice;
import org.jvmx.bus.MsrDevice;
import org.jvmx.bus.PortBus;
import org.jvmx.bus.PortDevice;
import org.jvmx.devices.apic.ApicBus;
import org.jvmx.devices.apic.ApicEvents;
import org.jvmx.devices.apic.IoApic;
import org.jvmx.devices.apic.LocalApic;
import org.jvmx.devices.pic.Pic8259;
import org.jvmx.devices.timer.Pit8254;
import org.jvmx.vm.Machine;
import org.jvmx.vm.Vcpu;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.HostDevices.Space;
import org.jvmx.vmx.HostInterrupts;
import org.jvmx.vmx.Irqchip;

/** A PC's interrupt controllers, wherever they are: its devices know lines only. */
abstract class InterruptWiring {
    /** The cascade of the 8259As is no line of a device's. */
    static final int CASCADE = 2;
    private static final int ISA_LINES = 16;
    private static final int TIMER_PIN = 2;
    private static final int PHYSICAL_ADDRESS_BITS = 46;
    private static final int CPUID_X2APIC = 1 << 21;
    private static final int[] BASES = {0x08, 0x70};
    private static final int[] MASKS = {0xfb, 0xf3};

    /** Puts a device where the guest finds it. */
    interface Buses {
        void map(String name, int base, int count, PortDevice device);

        void map(String name, long base, long size, MmioDevice device);
    }

    /** The controllers of a machine. */
    static InterruptWiring of(Machine machine, Buses buses) {
        HostInterrupts kernel = machine.hostInterrupts();
        if (kernel == null) {
            return new Own(machine, buses);
        }
        return kernel.place() == Irqchip.SPLIT ? new Split(machine, buses, kernel) : new Kernel(kernel);
    }

    /**
     * An ISA interrupt, which reaches the 8259As and the I/O APIC; the interval timer's is on input 2 there.
     *
     * @param edge whether only its rises matter
     */
    abstract IrqLine isa(int number, boolean edge);

    /** An input of the I/O APIC alone. */
    abstract IrqLine input(int number);

    /**
     * What a BIOS leaves: vectors 8 and 70H as since the first PC; open are the cascade and the lines 10 and 11, which are free; the local APICs pass the 8259As
     * through.
     */
    abstract void initialize(PortBus ports);

    /** An input of the I/O APIC, an ISA interrupt where it is one. */
    final IrqLine pin(int number) {
        return number < ISA_LINES && number != CASCADE ? isa(number, false) : input(number);
    }

    /** With 8259As and I/O APIC of ours. */
    private abstract static class WithIoApic extends InterruptWiring {
        final Pic8259 pic;
        final IoApic ioApic;

        WithIoApic(Machine machine, Buses buses, ApicBus apics, IrqLine output) {
            pic = new Pic8259(output);
            ioApic = new IoApic(0, apics);
            buses.map("pic", Pic8259.MASTER_PORT, Pic8259.PORTS, pic.master());
            buses.map("pic", Pic8259.SLAVE_PORT, Pic8259.PORTS, pic.slave());
            buses.map("pic", Pic8259.ELCR_PORT, Pic8259.PORTS, pic.elcr());
            buses.map("ioapic", IoApic.DEFAULT_BASE, IoApic.SIZE, ioApic);
            machine.coalesce(Space.MEMORY, IoApic.DEFAULT_BASE, Integer.BYTES); // which register the next access is for
        }

        @Override
        final IrqLine isa(int number, boolean edge) {
            return pic.irq(number).and(ioApic.pin(number == Pit8254.IRQ ? TIMER_PIN : number));
        }

        @Override
        final IrqLine input(int number) {
            return ioApic.pin(number);
        }

        @Override
        void initialize(PortBus ports) {
            int[] chips = {Pic8259.MASTER_PORT, Pic8259.SLAVE_PORT};
            int[] cascades = {0x04, 0x02};
            for (int n = 0; n < chips.length; n++) {
                ports.out(chips[n], 1, 0x11);
                ports.out(chips[n] + 1, 1, BASES[n]);
                ports.out(chips[n] + 1, 1, cascades[n]);
                ports.out(chips[n] + 1, 1, 0x01);
                ports.out(chips[n] + 1, 1, MASKS[n]);
            }
        }
    }

    /** All controllers are devices of ours. */
    private static final class Own extends WithIoApic {
        private final LocalApic boot;

        Own(Machine machine, Buses buses) {
            this(machine, buses, new ApicBus());
        }

        private Own(Machine machine, Buses buses, ApicBus apics) {
            super(machine, buses, apics, apics.lint0());
            Access identity = new Access();
            machine.vcpus().getFirst().cpuid().answer(1, 0, identity);
            boolean x2apic = (identity.ecx() & CPUID_X2APIC) != 0;
            boot = machine.vcpus().stream().map(vcpu -> connect(vcpu, apics, x2apic)).toList().getFirst();
        }

        /** A processor sees its own local APIC alone, and where it moved it to. */
        private LocalApic connect(Vcpu vcpu, ApicBus apics, boolean x2apic) {
            int id = vcpu.index();
            LocalApic.Config config = new LocalApic.Config(id, id == 0, PHYSICAL_ADDRESS_BITS, x2apic);
            LocalApic apic = new LocalApic(config, vcpu.clock(), apics, pic::acknowledge, new ApicEvents() {
                @Override
                public void init() {
                    vcpu.init();
                }

                @Override
                public void startup(int vector) {
                    vcpu.startup(vector);
                }

                @Override
                public void relocated(LocalApic moved, long base) {
                    vcpu.mmio().move(moved, base);
                }
            });
            vcpu.mmio().map(LocalApic.DEFAULT_BASE, LocalApic.SIZE, apic);
            vcpu.attach((InterruptController) apic);
            vcpu.attach((MsrDevice) apic);
            return apic;
        }

        @Override
        void initialize(PortBus ports) {
            super.initialize(ports);
            boot.virtualWire();
        }
    }

    private static void virtualWire(HostInterrupts kernel) {
        kernel.writeApic(HostInterrupts.SPURIOUS, 0x1ff);
        kernel.writeApic(HostInterrupts.LVT_LINT0, 0x700);
        kernel.writeApic(HostInterrupts.LVT_LINT1, 0x400);
    }

    /** The local APIC is in the kernel: the I/O APIC sends it messages, and the 8259As' interrupts are injected if it lets them through. */
    private static final class Split extends WithIoApic {
        private final HostInterrupts kernel;

        Split(Machine machine, Buses buses, HostInterrupts kernel) {
            this(machine, buses, kernel, new External(kernel),
                    new ApicBus((input, destination, logical, mode, vector, level) -> kernel.message(
                            input, 0xfee0_0000L | destination << 12 | (logical ? 1 << 2 : 0) | (mode == 1 ? 1 << 3 : 0),
                            vector | mode << 8 | (level ? 3 << 14 : 0))));
        }

        private Split(Machine machine, Buses buses, HostInterrupts kernel, External external, ApicBus apics) {
            super(machine, buses, apics, level -> external.line = level);
            this.kernel = kernel;
            external.pic = pic;
            external.apics = apics;
            machine.attach(external);
        }

        @Override
        void initialize(PortBus ports) {
            super.initialize(ports);
            virtualWire(kernel);
        }
    }

    /** What the 8259As of a split machine have for the processor. */
    private static final class External implements InterruptController {
        private static final int MASKED = 1 << 16;
        private static final int MODE = 7 << 8;
        private final HostInterrupts kernel;
        private boolean line;
        private Pic8259 pic;
        private ApicBus apics;

        External(HostInterrupts kernel) {
            this.kernel = kernel;
        }

        @Override
        public boolean pending() {
            return line && (kernel.readApic(HostInterrupts.LVT_LINT0) & (MASKED | MODE)) == MODE;
        }

        @Override
        public int acknowledge() {
            return pic.acknowledge();
        }

        @Override
        public boolean nmiPending() {
            return false;
        }

        @Override
        public void acknowledgeNmi() {
            // the kernel's local APIC has them
        }

        @Override
        public int tpr() {
            return 0;
        }

        @Override
        public void tpr(int value) {
            // the kernel's local APIC has it
        }

        @Override
        public void endOfInterrupt(int vector) {
            apics.endOfInterrupt(vector);
        }
    }

    /** All controllers are in the kernel. */
    private static final class Kernel extends InterruptWiring {
        private final HostInterrupts kernel;

        Kernel(HostInterrupts kernel) {
            this.kernel = kernel;
        }

        @Override
        IrqLine isa(int number, boolean edge) {
            return kernel.isa(number, edge)::set;
        }

        @Override
        IrqLine input(int number) {
            return kernel.isa(number, false)::set;
        }

        @Override
        void initialize(PortBus ports) {
            kernel.initialize8259(false, BASES[0], MASKS[0]);
            kernel.initialize8259(true, BASES[1], MASKS[1]);
            virtualWire(kernel);
        }
    }
}
