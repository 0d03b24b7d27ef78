package org.jvmx.tools.pc;

import java.util.List;
import java.util.stream.IntStream;
import org.jvmx.bus.IrqLine;
import org.jvmx.bus.MmioBus;
import org.jvmx.bus.MmioDevice;
import org.jvmx.bus.PortBus;
import org.jvmx.bus.PortDevice;
import org.jvmx.bus.ResetLine;
import org.jvmx.devices.acpi.PowerManagement;
import org.jvmx.devices.acpi.ResetControl;
import org.jvmx.devices.apic.IoApic;
import org.jvmx.devices.debug.DebugConsole;
import org.jvmx.devices.debug.DebugExit;
import org.jvmx.devices.debug.Pvpanic;
import org.jvmx.devices.fwcfg.FwCfg;
import org.jvmx.devices.keyboard.I8042;
import org.jvmx.devices.keyboard.I8042Events;
import org.jvmx.devices.keyboard.SystemControlPort;
import org.jvmx.devices.pci.HostBridge;
import org.jvmx.devices.pci.PciBus;
import org.jvmx.devices.rtc.Cmos;
import org.jvmx.devices.serial.Uart;
import org.jvmx.devices.testdev.PcTestdev;
import org.jvmx.devices.timer.Pit8254;
import org.jvmx.devices.video.VgaText;
import org.jvmx.error.BackendException;
import org.jvmx.loader.BootState;
import org.jvmx.loader.protocol.Loader;
import org.jvmx.vm.Machine;
import org.jvmx.vm.StopReason;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.HostDevices.Space;

/** One machine from power-on to its end: every device is made here and wired as in a PC. */
final class Board implements AutoCloseable {

    private final PcSpec spec;
    private final RamMap ram;
    private final Machine machine;
    private final PortBus ports;
    private final MmioBus mmio;
    private final DeviceCounts counts;
    private final InterruptWiring interrupts;
    private final I8042 keyboard;
    private final Typing typing;
    private final VgaText vga;
    private final PowerManagement power;
    private final ComPort com1;

    /** Switches it on: devices in their reset state, the kernel in memory, the processor before its first instruction. */
    Board(PcSpec spec, long instructionsLeft, long exitsLeft, SerialInput input, DeviceCounts counts) {
        this.spec = spec;
        this.ram = new RamMap(spec.memory());
        this.counts = counts;
        this.machine = new Machine(spec.machine(ram, instructionsLeft, exitsLeft));
        try {
            ports = machine.ports();
            mmio = machine.mmio();
            interrupts = InterruptWiring.of(machine, buses());
            keyboard = new I8042(isa("keyboard", I8042.KEYBOARD_IRQ), isa("keyboard", I8042.AUXILIARY_IRQ), this::reset, I8042Events.NONE);
            typing = new Typing(keyboard, machine.clock());
            vga = new VgaText(machine.clock(), machine.memory());
            power = new PowerManagement(machine.clock(), isa("acpi", PowerManagement.SCI_IRQ), true,
                    () -> machine.stop(StopReason.powerOff()));
            com1 = new ComPort(machine.clock(), isa("com1", Uart.COM1_IRQ), this::serialOutput, input);
            connectLegacyDevices();
            connectPlatform();
            connectDebugDevices();
            spec.devices().forEach(this::connect);
            spec.policies().forEach(machine::attach);
            spec.observers().forEach(machine::attach);
            load();
        } catch (RuntimeException | Error e) {
            machine.close();
            throw e;
        }
    }

    /** CPUID leaf 1 of the first processor. */
    private Access identity() {
        Access answer = new Access();
        machine.vcpus().getFirst().cpuid().answer(1, 0, answer);
        return answer;
    }

    private InterruptWiring.Buses buses() {
        return new InterruptWiring.Buses() {
            @Override
            public void map(String name, int base, int count, PortDevice device) {
                Board.this.map(name, base, count, device);
            }

            @Override
            public void map(String name, long base, long size, MmioDevice device) {
                Board.this.map(name, base, size, device);
            }
        };
    }

    private void connectLegacyDevices() {
        Pit8254 pit = new Pit8254(machine.clock(), isa("pit", Pit8254.IRQ));
        map("pit", Pit8254.PORT, Pit8254.PORTS, pit);
        map("pit", Pit8254.SYSTEM_CONTROL_PORT, 1, pit.systemControl());
        Cmos cmos = new Cmos(machine.clock(), isa("rtc", Cmos.IRQ), spec.epochSeconds(), ram.below4G(), ram.above4G());
        map("rtc", Cmos.PORT, Cmos.PORTS, cmos);
        machine.coalesce(Space.PORT, Cmos.PORT, 1); // likewise
        map("keyboard", I8042.DATA_PORT, 1, keyboard.data());
        map("keyboard", I8042.CONTROL_PORT, 1, keyboard.control());
        map("keyboard", SystemControlPort.PORT, 1, new SystemControlPort(this::reset, I8042Events.NONE));
        map("com1", Uart.COM1_PORT, Uart.PORTS, com1);
        map("vga", VgaText.PORT, VgaText.PORTS, vga);
    }

    private void connectPlatform() {
        map("acpi", PowerManagement.EVENT_PORT, PowerManagement.EVENT_PORTS, power.eventBlock());
        map("acpi", PowerManagement.CONTROL_PORT, PowerManagement.CONTROL_PORTS, power.controlBlock());
        map("acpi", PowerManagement.TIMER_PORT, PowerManagement.TIMER_PORTS, power.timerBlock());
        map("acpi", PowerManagement.GPE_PORT, PowerManagement.GPE_PORTS, power.gpeBlock());
        map("reset", ResetControl.PORT, 1, new ResetControl(this::reset));
        PciBus pci = new PciBus();
        pci.attach(0, 0, new HostBridge());
        map("pci", PciBus.ADDRESS_PORT, 1, pci.addressPort());
        map("pci", PciBus.DATA_PORT, PciBus.DATA_PORTS, pci.dataPort());
        FwCfg config = new FwCfg(machine.memory());
        config.add(FwCfg.RAM_SIZE, Long.BYTES, spec.memory());
        config.add(FwCfg.CPUS, Short.BYTES, spec.cpus());
        config.add(FwCfg.MAX_CPUS, Short.BYTES, spec.cpus());
        map("fw_cfg", FwCfg.PORT, FwCfg.PORTS, config.ports());
        map("fw_cfg", FwCfg.DMA_PORT, FwCfg.DMA_PORTS, config.dma());
    }

    private void connectDebugDevices() {
        map("debug", DebugConsole.PORT, 1, new DebugConsole(this::serialOutput));
        map("debug", DebugExit.PORT, DebugExit.PORTS, new DebugExit(value -> machine.stop(StopReason.debugExit(value))));
        map("debug", Pvpanic.PORT, 1, new Pvpanic(this::panicked));
    }

    private void connect(OptionalDevice device) {
        switch (device) {
            case PC_TESTDEV -> connectTestdev();
        }
    }

    private void connectTestdev() {
        List<IrqLine> lines = IntStream.range(0, IoApic.PINS).mapToObj(n -> line("testdev", n, interrupts.pin(n))).toList();
        PcTestdev testdev = new PcTestdev(lines);
        map("testdev", PcTestdev.STORAGE_PORT, PcTestdev.STORAGE_PORTS, testdev.storage());
        map("testdev", PcTestdev.FLUSH_PORT, PcTestdev.FLUSH_PORTS, testdev.flush());
        map("testdev", PcTestdev.IRQ_PORT, IoApic.PINS, testdev.irqs());
        map("testdev", PcTestdev.MEMORY_BASE, PcTestdev.MEMORY_SIZE, testdev.memory());
    }

    private void load() {
        Firmware firmware = new Firmware(ram, machine.memory(), spec.cpus());
        long rsdp = firmware.prepareMemory();
        firmware.prepareProcessors(identity());
        interrupts.initialize(ports);
        BootState boot = Loader.load(spec.image(), machine.memory(), spec.boot().withRsdp(rsdp));
        machine.load(EntryState.of(boot));
    }

    /** An ISA interrupt of a device, for which a rise of the line is all, or of one that shares its line. */
    private IrqLine isa(String device, int number) {
        return line(device, number, interrupts.isa(number, number != PowerManagement.SCI_IRQ));
    }

    private IrqLine line(String device, int number, IrqLine to) {
        IrqLine line = machine.line(number, to);
        return spec.counting() ? counts.count(device, line) : line;
    }

    private void map(String name, int base, int count, PortDevice device) {
        ports.map(base, count, spec.counting() ? counts.count(name, device) : device);
    }

    private void map(String name, long base, long size, MmioDevice device) {
        mmio.map(base, size, spec.counting() ? counts.count(name, device) : device);
    }

    private void reset(ResetLine.Kind kind) {
        machine.stop(StopReason.reset());
    }

    private void panicked(int events) {
        if ((events & Pvpanic.PANICKED) != 0) {
            machine.stop(StopReason.of(StopReason.Kind.PANIC, "the guest reported a panic"));
        }
    }

    private void serialOutput(int value) {
        try {
            spec.serial().output().write(value);
        } catch (BackendException e) {
            machine.stop(StopReason.of(StopReason.Kind.HOST_FAILURE, e.getMessage()));
        }
    }

    Machine machine() {
        return machine;
    }

    ComPort com1() {
        return com1;
    }

    Typing typing() {
        return typing;
    }

    PowerManagement power() {
        return power;
    }

    VgaText vga() {
        return vga;
    }

    @Override
    public void close() {
        machine.close();
    }
}
