package org.jvmx.devices.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.jvmx.bus.PortBus;
import org.jvmx.devices.FakeClock;
import org.jvmx.devices.Fuzz;

class PciBusTest {
    private final PciBus pci = new PciBus();
    private final HostBridge bridge = new HostBridge();
    private final PortBus ports = new PortBus();

    PciBusTest() {
        pci.attach(0, 0, bridge);
        ports.map(PciBus.ADDRESS_PORT, 1, pci.addressPort());
        ports.map(PciBus.DATA_PORT, PciBus.DATA_PORTS, pci.dataPort());
    }

    private void select(int bus, int device, int register) {
        ports.out(0xcf8, 4, 0x8000_0000 | bus << 16 | device << 11 | register);
    }

    @Test
    void linuxDetectsMechanismOne() {
        ports.out(0xcfb, 1, 1);
        ports.out(0xcf8, 4, 0x8000_0000);
        assertEquals(0x8000_0000, ports.in(0xcf8, 4));
        assertEquals(0x1237_8086, ports.in(0xcfc, 4));
        select(0, 0, 8);
        assertEquals(0x0600, ports.in(0xcfe, 2));
    }

    @Test
    void emptyPlacesReadAllOnes() {
        select(0, 1, 0);
        assertEquals(-1, ports.in(0xcfc, 4));
        select(1, 0, 0);
        assertEquals(0xffff, ports.in(0xcfc, 2));
        ports.out(0xcf8, 4, 0);
        assertEquals(-1, ports.in(0xcfc, 4));
    }

    @Test
    void identificationIsReadOnlyAndChipsetRegistersAreStored() {
        select(0, 0, 0);
        ports.out(0xcfc, 4, 0);
        assertEquals(0x1237_8086, ports.in(0xcfc, 4));
        select(0, 0, 0x58);
        ports.out(0xcfd, 1, 0x33);
        assertEquals(0x3300, ports.in(0xcfc, 4));
    }

    @Test
    void aPlaceIsTakenOnce() {
        assertThrows(IllegalStateException.class, () -> pci.attach(0, 0, bridge));
        assertThrows(IllegalStateException.class, () -> pci.attach(32, 0, bridge));
    }

    @Test
    void randomAccessesThrowNothingAndStateIsComplete() {
        SplittableRandom random = new SplittableRandom(14);
        Fuzz.run(target(pci), random, 50_000);
        select(0, 0, 0x58);
        HostBridge twinBridge = new HostBridge();
        twinBridge.restore(bridge.state());
        PciBus twin = new PciBus();
        twin.attach(0, 0, twinBridge);
        twin.restore(pci.state());
        Fuzz.compare(target(pci), target(twin), 1, 2_000);
    }

    private Fuzz.Target target(PciBus bus) {
        return new Fuzz.Target(new FakeClock(), List.of(bus.addressPort(), bus.dataPort()), List.of(1, 4), List.of(), 0, () -> {});
    }
}
