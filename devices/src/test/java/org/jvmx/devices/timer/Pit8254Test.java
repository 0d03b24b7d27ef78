package org.jvmx.devices.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.jvmx.bus.IrqLine;
import org.jvmx.bus.PortDevice;
import org.jvmx.devices.FakeClock;
import org.jvmx.devices.Fuzz;
import org.jvmx.devices.Wire;

class Pit8254Test {
    private final FakeClock clock = new FakeClock();
    private final Wire irq = new Wire();
    private final Pit8254 pit = new Pit8254(clock, irq);

    private void ticks(long count) {
        long now = Pit8254.OSCILLATOR.ticks(clock.nanos());
        clock.advanceTo(Pit8254.OSCILLATOR.nanosAt(now + count));
    }

    private void load(int channel, int mode, int count) {
        pit.out(3, channel << 6 | 0x30 | mode << 1);
        pit.out(channel, count & 0xff);
        pit.out(channel, count >> 8);
    }

    private int latched(int channel) {
        pit.out(3, channel << 6);
        int low = pit.in(channel);
        return low | pit.in(channel) << 8;
    }

    @Test
    void firmwareTicksComeEighteenTimesASecond() {
        clock.advance(10_000_000_000L);
        assertEquals(182, irq.edges());
    }

    @Test
    void rateGeneratorInterruptsWithoutDrift() {
        load(0, 2, 11932);
        int before = irq.edges();
        ticks(11932 * 1000L);
        assertEquals(before + 1000, irq.edges());
    }

    @Test
    void rateGeneratorCountsDownAndReloads() {
        load(0, 2, 1000);
        assertEquals(1000, latched(0));
        ticks(1);
        assertEquals(999, latched(0));
        ticks(998);
        assertEquals(1, latched(0));
        ticks(1);
        assertEquals(1000, latched(0));
    }

    @Test
    void terminalCountRaisesTheLineOnce() {
        load(0, 0, 500);
        assertFalse(irq.high());
        int before = irq.edges();
        ticks(499);
        assertFalse(irq.high());
        ticks(1);
        assertTrue(irq.high());
        ticks(200_000);
        assertEquals(before + 1, irq.edges());
        pit.out(3, 0x30);
        assertFalse(irq.high());
    }

    @Test
    void softwareStrobePulsesOnce() {
        load(0, 4, 100);
        int before = irq.edges();
        ticks(1000);
        assertEquals(before + 1, irq.edges());
    }

    @Test
    void squareWaveSpendsHalfItsPeriodHigh() {
        pit.systemControl().out(0, 1);
        load(2, 3, 100);
        int high = 0;
        for (int i = 0; i < 1000; i++) {
            high += pit.systemControl().in(0) >> 5 & 1;
            ticks(1);
        }
        assertEquals(500, high);
    }

    @Test
    void squareWaveCountsByTwo() {
        load(0, 3, 1000);
        ticks(10);
        assertEquals(980, latched(0));
        ticks(490);
        assertEquals(1000, latched(0));
    }

    @Test
    void linuxCalibratesWithCounterTwoThroughPort61() {
        pit.systemControl().out(0, pit.systemControl().in(0) & ~2 | 1);
        load(2, 0, 11932);
        assertEquals(0, pit.systemControl().in(0) & 0x20);
        clock.advance(9_990_000);
        assertEquals(0, pit.systemControl().in(0) & 0x20);
        clock.advance(20_000);
        assertEquals(0x20, pit.systemControl().in(0) & 0x20);
    }

    @Test
    void closingTheGateHoldsTheCount() {
        pit.systemControl().out(0, 1);
        load(2, 0, 1000);
        ticks(100);
        pit.systemControl().out(0, 0);
        ticks(5000);
        assertEquals(900, latched(2));
        pit.systemControl().out(0, 1);
        ticks(100);
        assertEquals(800, latched(2));
    }

    @Test
    void oneShotStartsWithTheGateAndCanBeRetriggered() {
        load(2, 1, 100);
        assertEquals(0x20, pit.systemControl().in(0) & 0x20);
        pit.systemControl().out(0, 1);
        assertEquals(0, pit.systemControl().in(0) & 0x20);
        ticks(60);
        pit.systemControl().out(0, 0);
        pit.systemControl().out(0, 1);
        ticks(60);
        assertEquals(0, pit.systemControl().in(0) & 0x20);
        ticks(40);
        assertEquals(0x20, pit.systemControl().in(0) & 0x20);
    }

    @Test
    void latchHoldsUntilItIsReadAndCountsOnlyOnce() {
        load(0, 2, 10_000);
        pit.out(3, 0x00);
        ticks(500);
        pit.out(3, 0x00);
        assertEquals(10_000, pit.in(0) | pit.in(0) << 8);
        assertEquals(9_500, latched(0));
    }

    @Test
    void readBackLatchesStatusThenCount() {
        load(0, 2, 10_000);
        pit.out(3, 0xc2);
        assertEquals(0xb4, pit.in(0), "output high, both bytes, mode 2");
        assertEquals(10_000, pit.in(0) | pit.in(0) << 8);
        pit.out(3, 0x34);
        pit.out(3, 0xe2);
        assertEquals(0x40, pit.in(0) & 0x40, "null count");
    }

    @Test
    void countsInBcd() {
        pit.out(3, 0x35);
        pit.out(0, 0x00);
        pit.out(0, 0x10); // 1000
        ticks(1);
        assertEquals(0x0999, latched(0));
    }

    @Test
    void aNewRateTakesOverAtTheEndOfThePeriod() {
        load(0, 2, 1000);
        ticks(100);
        pit.out(0, 200);
        pit.out(0, 0);
        assertEquals(900, latched(0));
        int before = irq.edges();
        ticks(900);
        assertEquals(before + 1, irq.edges());
        assertEquals(200, latched(0));
        ticks(200);
        assertEquals(before + 2, irq.edges());
    }

    @Test
    void refreshBitToggles() {
        int changes = 0;
        int last = pit.systemControl().in(0) & 0x10;
        for (int i = 0; i < 1000; i++) {
            clock.advance(1000);
            int now = pit.systemControl().in(0) & 0x10;
            changes += now == last ? 0 : 1;
            last = now;
        }
        assertEquals(66, changes);
    }

    @Test
    void randomAccessesThrowNothingAndStateIsComplete() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 10; round++) {
            FakeClock one = new FakeClock();
            Pit8254 original = new Pit8254(one, IrqLine.NONE);
            Fuzz.run(target(one, original), random, 300);
            FakeClock other = new FakeClock();
            Pit8254 twin = new Pit8254(other, IrqLine.NONE);
            other.drift(one.nanos());
            twin.restore(original.state());
            Fuzz.compare(target(one, original), target(other, twin), round, 100);
        }
    }

    private static Fuzz.Target target(FakeClock clock, Pit8254 pit) {
        PortDevice shortPeriodsOnly = new PortDevice() {
            @Override
            public int in(int offset, int size) {
                return pit.in(offset, size);
            }

            @Override
            public void out(int offset, int size, int value) {
                pit.out(offset, size, offset == 0 ? value | 0x8080_8080 : value);
            }
        };
        return new Fuzz.Target(clock, List.of(shortPeriodsOnly, pit.systemControl()), List.of(4, 1), List.of(), 0, () -> {});
    }
}
