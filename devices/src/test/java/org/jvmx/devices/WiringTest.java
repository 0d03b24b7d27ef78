package org.jvmx.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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

/** All devices on their buses, wired as in a PC. */
class WiringTest {
    private static final int TIMER_PIN = 2;

    private final FakeClock clock = new FakeClock();
    private final HostMemory host = new HostMemory(2L << 20);
    private final GuestMemory memory = new GuestMemory(host, List.of(new GuestMemory.Range(0, 1 << 20, 1 << 20)));
    private final PortBus ports = new PortBus();
    private final MmioBus mmio = new MmioBus();
    private final ApicBus apics = new ApicBus();
    private final Pic8259 pic = new Pic8259(apics.lint0());
    private final LocalApic local = new LocalApic(new LocalApic.Config(0, true, 46), clock, apics, pic::acknowledge, new ApicEvents() {
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
    private final IoApic io = new IoApic(0, apics);
    private final Uart uart = new Uart(isa(Uart.COM1_IRQ), ByteSink.NONE, UartEvents.NONE);

    WiringTest() {
        mmio.map(LocalApic.DEFAULT_BASE, LocalApic.SIZE, local);
        mmio.map(IoApic.DEFAULT_BASE, IoApic.SIZE, io);
        ports.map(Uart.COM1_PORT, Uart.PORTS, uart);
        ports.map(Pic8259.MASTER_PORT, Pic8259.PORTS, pic.master());
        ports.map(Pic8259.SLAVE_PORT, Pic8259.PORTS, pic.slave());
        ports.map(Pic8259.ELCR_PORT, Pic8259.PORTS, pic.elcr());
        Pit8254 pit = new Pit8254(clock, isa(Pit8254.IRQ));
        ports.map(Pit8254.PORT, Pit8254.PORTS, pit);
        ports.map(Pit8254.SYSTEM_CONTROL_PORT, 1, pit.systemControl());
        ports.map(Cmos.PORT, Cmos.PORTS, new Cmos(clock, isa(Cmos.IRQ), 1_767_225_600L, 1 << 20, 0));
        I8042 keyboard = new I8042(isa(I8042.KEYBOARD_IRQ), isa(I8042.AUXILIARY_IRQ), ResetLine.NONE, I8042Events.NONE);
        ports.map(I8042.DATA_PORT, 1, keyboard.data());
        ports.map(I8042.CONTROL_PORT, 1, keyboard.control());
        ports.map(SystemControlPort.PORT, 1, new SystemControlPort(ResetLine.NONE, I8042Events.NONE));
        PowerManagement power = new PowerManagement(clock, isa(PowerManagement.SCI_IRQ), true, PowerEvents.NONE);
        ports.map(PowerManagement.EVENT_PORT, PowerManagement.EVENT_PORTS, power.eventBlock());
        ports.map(PowerManagement.CONTROL_PORT, PowerManagement.CONTROL_PORTS, power.controlBlock());
        ports.map(PowerManagement.TIMER_PORT, PowerManagement.TIMER_PORTS, power.timerBlock());
        ports.map(PowerManagement.GPE_PORT, PowerManagement.GPE_PORTS, power.gpeBlock());
        ports.map(ResetControl.PORT, 1, new ResetControl(ResetLine.NONE));
        PciBus pci = new PciBus();
        pci.attach(0, 0, new HostBridge());
        ports.map(PciBus.ADDRESS_PORT, 1, pci.addressPort());
        ports.map(PciBus.DATA_PORT, PciBus.DATA_PORTS, pci.dataPort());
        ports.map(DebugConsole.PORT, 1, new DebugConsole(ByteSink.NONE));
        ports.map(DebugExit.PORT, DebugExit.PORTS, new DebugExit(value -> {}));
        ports.map(Pvpanic.PORT, 1, new Pvpanic(value -> {}));
        FwCfg config = new FwCfg(memory);
        ports.map(FwCfg.PORT, FwCfg.PORTS, config.ports());
        ports.map(FwCfg.DMA_PORT, FwCfg.DMA_PORTS, config.dma());
        ports.map(VgaText.PORT, VgaText.PORTS, new VgaText(clock, memory));
        PcTestdev testdev = new PcTestdev(IntStream.range(0, IoApic.PINS).mapToObj(io::pin).toList());
        ports.map(PcTestdev.STORAGE_PORT, PcTestdev.STORAGE_PORTS, testdev.storage());
        ports.map(PcTestdev.FLUSH_PORT, PcTestdev.FLUSH_PORTS, testdev.flush());
        ports.map(PcTestdev.IRQ_PORT, IoApic.PINS, testdev.irqs());
        mmio.map(PcTestdev.MEMORY_BASE, PcTestdev.MEMORY_SIZE, testdev.memory());
    }

    private IrqLine isa(int number) {
        return pic.irq(number).and(io.pin(number == Pit8254.IRQ ? TIMER_PIN : number));
    }

    @AfterEach
    void close() {
        host.close();
    }

    private void initializePic() {
        int[] master = {0x11, 0x30, 0x04, 0x01, 0xfe};
        ports.out(0x20, 1, master[0]);
        for (int i = 1; i < master.length; i++) {
            ports.out(0x21, 1, master[i]);
        }
    }

    @Test
    void timerTicksReachTheProcessorThroughTheVirtualWire() {
        local.virtualWire();
        initializePic();
        ports.out(0x43, 1, 0x34);
        ports.out(0x40, 1, 0x9c);
        ports.out(0x40, 1, 0x2e);
        int ticks = 0;
        for (int i = 0; i < 1000; i++) {
            clock.advance(1_000_000);
            if (local.pending()) {
                assertEquals(0x30, local.acknowledge());
                ports.out(0x20, 1, 0x20);
                ticks++;
            }
        }
        assertEquals(100, ticks);
    }

    @Test
    void timerTicksReachTheProcessorThroughTheIoApic() {
        ports.out(0x21, 1, 0xff);
        mmio.write(0xfee0_00f0L, 4, 0x1ff);
        mmio.write(0xfec0_0000L, 4, 0x14);
        mmio.write(0xfec0_0010L, 4, 0x30);
        clock.advance(60_000_000);
        assertEquals(0x30, local.acknowledge());
        mmio.write(0xfee0_00b0L, 4, 0);
        assertFalse(local.pending());
    }

    @Test
    void serialInputInterrupts() {
        mmio.write(0xfee0_00f0L, 4, 0x1ff);
        mmio.write(0xfec0_0000L, 4, 0x18);
        mmio.write(0xfec0_0010L, 4, 0x34);
        ports.out(0x3fc, 1, 8);
        ports.out(0x3f9, 1, 1);
        assertTrue(uart.receive('x'));
        assertEquals(0x34, local.acknowledge());
    }

    @Test
    void theLocalApicMovesOnTheBus() {
        assertTrue(local.write(0x1b, 0xfed4_0000L | 0x900));
        assertEquals(0x50014, mmio.read(0xfed4_0030L, 4));
        assertEquals(0xffff_ffffL, mmio.read(0xfee0_0030L, 4));
        assertTrue(local.write(0x1b, IoApic.DEFAULT_BASE | 0x900), "onto another device: the guest's fault, and nothing breaks");
        assertTrue(local.write(0x1b, 0xfed5_0000L | 0x900));
        assertEquals(0x50014, mmio.read(0xfed5_0030L, 4));
        mmio.write(IoApic.DEFAULT_BASE, 4, 1);
        assertEquals(0x17_0020, mmio.read(IoApic.DEFAULT_BASE + 0x10, 4));
    }

    @Test
    void accessesAndTimersAllocateNothing() {
        int[] claimed = IntStream.range(0, 0x1_0000).filter(ports::claimed).toArray();
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        thread.getCurrentThreadAllocatedBytes();
        exercise(claimed, 3);
        long before = thread.getCurrentThreadAllocatedBytes();
        exercise(claimed, 20);
        assertEquals(0, thread.getCurrentThreadAllocatedBytes() - before, 256);
    }

    private void exercise(int[] claimed, int rounds) {
        for (int round = 0; round < rounds; round++) {
            for (int port : claimed) {
                ports.out(port, 1, port == Pit8254.PORT ? 0xff : round * 37 & 0xff);
                ports.in(port, 1 << round % 3);
            }
            for (int offset = 0; offset < 0x400; offset += 16) {
                mmio.write(LocalApic.DEFAULT_BASE + offset, 4, offset == 0x380 ? 50_000 : 0x1ff);
                mmio.read(LocalApic.DEFAULT_BASE + offset, 4);
                mmio.write(IoApic.DEFAULT_BASE, 4, offset >> 4);
                mmio.write(IoApic.DEFAULT_BASE + 0x10, 4, 0x40);
            }
            clock.advance(1_000_000);
            local.acknowledge();
        }
    }

    @Test
    void noAccessToAnyPortThrows() {
        SplittableRandom random = new SplittableRandom(15);
        int[] sizes = {1, 2, 4};
        for (int port = 0; port < 0x1_0000; port++) {
            int size = sizes[random.nextInt(3)];
            ports.out(port, size, port == Pit8254.PORT ? 0xffff : random.nextInt());
            ports.in(port, size);
            ports.in(port, sizes[random.nextInt(3)]);
        }
        clock.advance(1_000_000);
        assertEquals(0xff, ports.in(0x1234, 1));
    }
}
