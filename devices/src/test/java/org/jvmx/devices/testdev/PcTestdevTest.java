package org.jvmx.devices.testdev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.jvmx.devices.FakeClock;
import org.jvmx.devices.Fuzz;
import org.jvmx.devices.Wire;

class PcTestdevTest {
    private final Wire line0 = new Wire();
    private final Wire line1 = new Wire();
    private final PcTestdev device = new PcTestdev(List.of(line0, line1));

    @Test
    void storageIsReadBackInEveryWidth() {
        device.storage().out(0, 4, 0x12345678);
        assertEquals(0x12345678, device.storage().in(0, 4));
        device.storage().out(0, 1, 0xff);
        assertEquals(0x123456ff, device.storage().in(0, 4));
        device.storage().out(0, 2, 0x9999);
        assertEquals(0x99, device.storage().in(1, 1) & 0xff);
        device.storage().out(2, 2, 0xffff_abcd);
        assertEquals(0xabcd9999, device.storage().in(0, 4));
    }

    @Test
    void writesToTheInterruptPortsSetLevels() {
        device.irqs().out(1, 1, 1);
        assertTrue(line1.high());
        assertFalse(line0.high());
        device.irqs().out(1, 1, 0);
        assertFalse(line1.high());
        device.irqs().out(23, 1, 1);
    }

    @Test
    void memoryIsMemory() {
        device.memory().write(0x100, 8, 0x1122334455667788L);
        assertEquals(0x55667788, device.memory().read(0x100, 4));
        assertEquals(0x2233, device.memory().read(0x105, 2), "unaligned");
        device.memory().write(0xffff, 1, 0x5a);
        assertEquals(0x5a, device.memory().read(0xffff, 1));
    }

    @Test
    void randomAccessesThrowNothingAndStateIsComplete() {
        SplittableRandom random = new SplittableRandom(12);
        Fuzz.run(target(device), random, 20_000);
        PcTestdev twin = new PcTestdev(List.of());
        twin.restore(device.state());
        Fuzz.compare(target(device), target(twin), 1, 2_000);
    }

    private static Fuzz.Target target(PcTestdev device) {
        return new Fuzz.Target(new FakeClock(), List.of(device.storage(), device.flush(), device.irqs()), List.of(4, 4, 24),
                List.of(device.memory()),
                PcTestdev.MEMORY_SIZE, () -> {});
    }
}
