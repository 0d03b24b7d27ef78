package org.jvmx.fuzz.targets;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jvmx.bus.ByteSink;
import org.jvmx.bus.IrqLine;
import org.jvmx.bus.MmioBus;
import org.jvmx.bus.PortBus;
import org.jvmx.bus.ResetLine;
import org.jvmx.devices.acpi.PowerEvents;
import org.jvmx.devices.acpi.PowerManagement;
import org.jvmx.devices.acpi.ResetControl;
import org.jvmx.devices.apic.ApicBus;
import org.jvmx.devices.apic.ApicEvents;
import org.jvmx.devices.apic.IoApic;
import org.jvmx.devices.apic.LocalApic;
import org.jvmx.devices.debug.DebugConsole;
import org.jvmx.devices.debug.DebugExit;
import org.jvmx.devices.debug.Pvpanic;
import org.jvmx.devices.fwcfg.FwCfg;
import org.jvmx.devices.keyboard.I8042;
import org.jvmx.devices.keyboard.I8042Events;
import org.jvmx.devices.keyboard.SystemControlPort;
import org.jvmx.devices.pci.HostBridge;
import org.jvmx.devices.pci.PciBus;
import org.jvmx.devices.pic.Pic8259;
import org.jvmx.devices.rtc.Cmos;
import org.jvmx.devices.serial.Uart;
import org.jvmx.devices.serial.UartEvents;
import org.jvmx.devices.testdev.PcTestdev;
import org.jvmx.devices.timer.Pit8254;
import org.jvmx.devices.video.VgaText;
import org.jvmx.memory.GuestMemory;
import org.jvmx.memory.HostMemory;

/** All devices wired as in a PC, over a clock of their own. */
final class DeviceRig {
    static final long RAM = 1 << 20;
    private static final int TIMER_PIN = 2;

    final FuzzClock clock = new FuzzClock();
    final PortBus ports = new PortBus();
    final MmioBus mmio = new MmioBus();
    final Uart uart;
    final I8042 keyboard;
    final PowerManagement power;
    final LocalApic local;
    final VgaText vga;
    private final GuestMemory memory;
    private final ApicBus apics = new ApicBus();
    private final Pic8259 pic = new Pic8259(apics.lint0());
    private final IoApic io = new IoApic(0, apics);
    private final Pit8254 pit;
    private final Cmos cmos;
    private final SystemControlPort control = new SystemControlPort(ResetLine.NONE, I8042Events.NONE);
    private final ResetControl reset = new ResetControl(ResetLine.NONE);
    private final PciBus pci = new PciBus();
    private final HostBridge bridge = new HostBridge();
    private final FwCfg config;
    private final PcTestdev testdev;

    DeviceRig(HostMemory host) {
        memory = new GuestMemory(host, List.of(new GuestMemory.Range(0, RAM, 0)));
        local = new LocalApic(new LocalApic.Config(0, true, 46, true), clock, apics, pic::acknowledge, new ApicEvents() {
            @Override
            public void init() {
                // no processor here
            }

            @Override
            public void startup(int vector) {
                // no processor here
            }

            @Override
            public void relocated(LocalApic moved, long base) {
                mmio.move(local, base);
            }
        });
        uart = new Uart(isa(Uart.COM1_IRQ), ByteSink.NONE, UartEvents.NONE);
        pit = new Pit8254(clock, isa(Pit8254.IRQ));
        cmos = new Cmos(clock, isa(Cmos.IRQ), 1_767_225_600L, RAM, 0);
        keyboard = new I8042(isa(I8042.KEYBOARD_IRQ), isa(I8042.AUXILIARY_IRQ), ResetLine.NONE, I8042Events.NONE);
        power = new PowerManagement(clock, isa(PowerManagement.SCI_IRQ), true, PowerEvents.NONE);
        config = new FwCfg(memory);
        testdev = new PcTestdev(IntStream.range(0, IoApic.PINS).mapToObj(io::pin).toList());
        vga = new VgaText(clock, memory);
        connectLegacy();
        connectPlatform();
    }

    private IrqLine isa(int number) {
        return pic.irq(number).and(io.pin(number == Pit8254.IRQ ? TIMER_PIN : number));
    }

    private void connectLegacy() {
        mmio.map(LocalApic.DEFAULT_BASE, LocalApic.SIZE, local);
        mmio.map(IoApic.DEFAULT_BASE, IoApic.SIZE, io);
        ports.map(Uart.COM1_PORT, Uart.PORTS, uart);
        ports.map(Pic8259.MASTER_PORT, Pic8259.PORTS, pic.master());
        ports.map(Pic8259.SLAVE_PORT, Pic8259.PORTS, pic.slave());
        ports.map(Pic8259.ELCR_PORT, Pic8259.PORTS, pic.elcr());
        ports.map(Pit8254.PORT, Pit8254.PORTS, pit);
        ports.map(Pit8254.SYSTEM_CONTROL_PORT, 1, pit.systemControl());
        ports.map(Cmos.PORT, Cmos.PORTS, cmos);
        ports.map(I8042.DATA_PORT, 1, keyboard.data());
        ports.map(I8042.CONTROL_PORT, 1, keyboard.control());
        ports.map(SystemControlPort.PORT, 1, control);
        ports.map(VgaText.PORT, VgaText.PORTS, vga);
    }

    private void connectPlatform() {
        ports.map(PowerManagement.EVENT_PORT, PowerManagement.EVENT_PORTS, power.eventBlock());
        ports.map(PowerManagement.CONTROL_PORT, PowerManagement.CONTROL_PORTS, power.controlBlock());
        ports.map(PowerManagement.TIMER_PORT, PowerManagement.TIMER_PORTS, power.timerBlock());
        ports.map(PowerManagement.GPE_PORT, PowerManagement.GPE_PORTS, power.gpeBlock());
        ports.map(ResetControl.PORT, 1, reset);
        pci.attach(0, 0, bridge);
        ports.map(PciBus.ADDRESS_PORT, 1, pci.addressPort());
        ports.map(PciBus.DATA_PORT, PciBus.DATA_PORTS, pci.dataPort());
        ports.map(DebugConsole.PORT, 1, new DebugConsole(ByteSink.NONE));
        ports.map(DebugExit.PORT, DebugExit.PORTS, new DebugExit(value -> {}));
        ports.map(Pvpanic.PORT, 1, new Pvpanic(value -> {}));
        config.addFile("opt/file", new byte[300]);
        ports.map(FwCfg.PORT, FwCfg.PORTS, config.ports());
        ports.map(FwCfg.DMA_PORT, FwCfg.DMA_PORTS, config.dma());
        ports.map(PcTestdev.STORAGE_PORT, PcTestdev.STORAGE_PORTS, testdev.storage());
        ports.map(PcTestdev.FLUSH_PORT, PcTestdev.FLUSH_PORTS, testdev.flush());
        ports.map(PcTestdev.IRQ_PORT, IoApic.PINS, testdev.irqs());
        mmio.map(PcTestdev.MEMORY_BASE, PcTestdev.MEMORY_SIZE, testdev.memory());
    }

    /** Makes this machine what another one is. */
    void restore(DeviceRig other) {
        clock.advanceTo(other.clock.nanos());
        uart.restore(other.uart.state());
        pit.restore(other.pit.state());
        cmos.restore(other.cmos.state());
        keyboard.restore(other.keyboard.state());
        control.restore(other.control.state());
        power.restore(other.power.state());
        reset.restore(other.reset.state());
        pci.restore(other.pci.state());
        bridge.restore(other.bridge.state());
        config.restore(other.config.state());
        testdev.restore(other.testdev.state());
        vga.restore(other.vga.state());
        pic.restore(other.pic.state());
        io.restore(other.io.state());
        local.restore(other.local.state());
    }

    /** What the devices say of themselves, by device; arrays are left out. */
    Map<String, String> state() {
        Map<String, String> states = new TreeMap<>();
        for (Object state : List.of(uart.state(), pit.state(), cmos.state(), keyboard.state(), control.state(), power.state(),
                reset.state(),
                pci.state(), config.state(), vga.state(), pic.state(), io.state(), local.state())) {
            states.put(state.getClass().getName(), state.toString().replaceAll("\\[B@[0-9a-f]+", ""));
        }
        return states;
    }
}
