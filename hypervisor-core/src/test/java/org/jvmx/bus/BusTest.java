package org.jvmx.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BusTest {
    private final List<String> seen = new ArrayList<>();

    private final ByteDevice bytes = new ByteDevice() {
        @Override
        public int in(int offset) {
            return 0x10 + offset;
        }

        @Override
        public void out(int offset, int value) {
            seen.add("%d=%02x".formatted(offset, value));
        }
    };

    private static MmioDevice constant(long value) {
        return new MmioDevice() {
            @Override
            public long read(long offset, int size) {
                return value + offset;
            }

            @Override
            public void write(long offset, int size, long written) {
                // a constant
            }
        };
    }

    @Test
    void wideAccessesOfByteDevicesAreByteAccesses() {
        PortBus bus = new PortBus();
        bus.map(0x80, 4, bytes);
        assertEquals(0x13121110, bus.in(0x80, 4));
        assertEquals(0x1211, bus.in(0x81, 2));
        bus.out(0x82, 2, 0xbeef);
        assertEquals(List.of("2=ef", "3=be"), seen);
    }

    @Test
    void unclaimedPortsReadAllOnes() {
        PortBus bus = new PortBus();
        assertEquals(0xff, bus.in(0x99, 1));
        assertEquals(-1, bus.in(0xffff, 4));
        bus.out(0x99, 4, 1);
        assertFalse(bus.claimed(0x99));
    }

    @Test
    void aPortIsTakenOnce() {
        PortBus bus = new PortBus();
        bus.map(0x80, 4, bytes);
        assertThrows(IllegalStateException.class, () -> bus.map(0x83, 1, bytes));
        assertThrows(IllegalStateException.class, () -> bus.map(0xffff, 2, bytes));
    }

    @Test
    void memoryDevicesAreFoundByAddress() {
        MmioBus bus = new MmioBus();
        bus.map(0x3000, 0x1000, constant(0x30));
        bus.map(0x1000, 0x1000, constant(0x10));
        assertEquals(0x34, bus.read(0x3004, 4));
        assertEquals(0x14, bus.read(0x1004, 1));
        assertEquals(0xffff, bus.read(0x2000, 2));
        assertThrows(IllegalStateException.class, () -> bus.map(0x1fff, 2, constant(0)));
    }

    @Test
    void aMovedDeviceLeavesItsPlace() {
        MmioBus bus = new MmioBus();
        MmioDevice mover = constant(0x10);
        bus.map(0x1000, 0x1000, mover);
        bus.map(0x3000, 0x1000, constant(0x30));
        assertFalse(bus.move(mover, 0x2800), "another device is in the way");
        assertFalse(bus.move(constant(0), 0x8000), "not on the bus");
        assertTrue(bus.move(mover, 0x4000));
        assertFalse(bus.claimed(0x1000));
        assertEquals(0x10, bus.read(0x4000, 4));
        assertEquals(0x30, bus.read(0x3000, 4));
    }

    @Test
    void frequenciesConvertBothWaysWithoutDrift() {
        SplittableRandom random = new SplittableRandom(1);
        for (long hertz : new long[] {1_193_182, 3_579_545, 32_768, 1_000_000_000}) {
            Frequency frequency = new Frequency(hertz);
            for (int i = 0; i < 10_000; i++) {
                long tick = random.nextLong(1L << random.nextInt(1, 40));
                long nanos = frequency.nanosAt(tick);
                assertEquals(tick, frequency.ticks(nanos));
                assertEquals(tick - 1, frequency.ticks(nanos - 1));
            }
            assertEquals(hertz * 86_400 * 365, frequency.ticks(86_400L * 365 * 1_000_000_000));
        }
    }
}
