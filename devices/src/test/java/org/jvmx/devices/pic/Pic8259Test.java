package org.jvmx.devices.pic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.jvmx.bus.IrqLine;
import org.jvmx.bus.PortDevice;
import org.jvmx.devices.FakeClock;
import org.jvmx.devices.Fuzz;
import org.jvmx.devices.Wire;

class Pic8259Test {
    private final Wire intr = new Wire();
    private final Pic8259 pic = new Pic8259(intr);

    private void initialize(int icw4) {
        pic.master().out(0, 0x11);
        pic.master().out(1, 0x20);
        pic.master().out(1, 0x04);
        pic.master().out(1, icw4);
        pic.slave().out(0, 0x11);
        pic.slave().out(1, 0x28);
        pic.slave().out(1, 0x02);
        pic.slave().out(1, icw4);
        pic.master().out(1, 0);
        pic.slave().out(1, 0);
    }

    @Test
    void anEdgeIsDeliveredOnceWithItsVector() {
        initialize(1);
        pic.irq(4).set(true);
        assertTrue(intr.high());
        assertEquals(0x24, pic.acknowledge());
        assertFalse(intr.high());
        pic.master().out(0, 0x20);
        assertFalse(intr.high(), "the line is still high, but there was no new edge");
        pic.irq(4).set(false);
        pic.irq(4).set(true);
        assertTrue(intr.high());
    }

    @Test
    void slaveInterruptsNeedTwoEois() {
        initialize(1);
        pic.irq(8).pulse();
        assertEquals(0x28, pic.acknowledge());
        pic.irq(9).pulse();
        assertFalse(intr.high());
        pic.slave().out(0, 0x20);
        assertFalse(intr.high(), "the master still serves its input 2");
        pic.master().out(0, 0x20);
        assertTrue(intr.high());
        assertEquals(0x29, pic.acknowledge());
    }

    @Test
    void higherPriorityNestsAndLowerWaits() {
        initialize(1);
        pic.irq(3).pulse();
        assertEquals(0x23, pic.acknowledge());
        pic.irq(5).pulse();
        assertFalse(intr.high());
        pic.irq(1).pulse();
        assertTrue(intr.high());
        assertEquals(0x21, pic.acknowledge());
        pic.master().out(0, 0x20);
        pic.master().out(0, 0x20);
        assertEquals(0x25, pic.acknowledge());
    }

    @Test
    void maskedRequestsWaitInTheRequestRegister() {
        initialize(1);
        pic.master().out(1, 0x10);
        pic.irq(4).pulse();
        assertFalse(intr.high());
        assertEquals(0x10, pic.master().in(0));
        pic.master().out(1, 0);
        assertTrue(intr.high());
    }

    @Test
    void withdrawnLevelRequestsAreSpurious() {
        initialize(1);
        pic.elcr().out(0, 0x20);
        pic.elcr().out(1, 0x08);
        pic.irq(5).set(true);
        pic.irq(5).set(false);
        assertFalse(intr.high());
        assertEquals(0x27, pic.acknowledge());
        pic.master().out(0, 0x0b);
        assertEquals(0, pic.master().in(0), "no service bit is set");
        pic.irq(11).set(true);
        pic.slave().out(1, 0xff);
        assertEquals(0x27, pic.acknowledge());
    }

    @Test
    void aLevelInterruptComesBackUntilItsLineFalls() {
        initialize(1);
        pic.elcr().out(1, 0x08);
        pic.irq(11).set(true);
        assertEquals(0x2b, pic.acknowledge());
        pic.slave().out(0, 0x20);
        pic.master().out(0, 0x20);
        assertTrue(intr.high());
        pic.irq(11).set(false);
        assertFalse(intr.high());
    }

    @Test
    void elcrKeepsTheSystemInterruptsEdgeTriggered() {
        pic.elcr().out(0, 0xff);
        pic.elcr().out(1, 0xff);
        assertEquals(0xf8, pic.elcr().in(0));
        assertEquals(0xde, pic.elcr().in(1));
    }

    @Test
    void automaticEoiLeavesNothingInService() {
        initialize(3);
        pic.irq(0).pulse();
        assertEquals(0x20, pic.acknowledge());
        pic.master().out(0, 0x0b);
        assertEquals(0, pic.master().in(0));
    }

    @Test
    void rotationMakesTheServedInputLowest() {
        initialize(1);
        pic.irq(3).pulse();
        assertEquals(0x23, pic.acknowledge());
        pic.master().out(0, 0xa0);
        pic.irq(3).pulse();
        pic.irq(6).pulse();
        assertEquals(0x26, pic.acknowledge());
        pic.master().out(0, 0xe6); // specific rotating EOI
        pic.irq(7).pulse();
        assertEquals(0x27, pic.acknowledge());
        pic.master().out(0, 0xc7); // set priority: 7 lowest
        pic.master().out(0, 0x67);
        assertEquals(0x23, pic.acknowledge());
    }

    @Test
    void specialMaskLetsLowerPrioritiesThrough() {
        initialize(1);
        pic.irq(1).pulse();
        assertEquals(0x21, pic.acknowledge());
        pic.irq(6).pulse();
        assertFalse(intr.high());
        pic.master().out(0, 0x68);
        pic.master().out(1, 0x02);
        assertTrue(intr.high());
        assertEquals(0x26, pic.acknowledge());
        pic.master().out(0, 0x20);
        pic.master().out(0, 0x0b);
        assertEquals(0x02, pic.master().in(0), "a non-specific EOI skips what is masked");
    }

    @Test
    void pollingAcknowledges() {
        initialize(1);
        pic.irq(5).pulse();
        pic.master().out(0, 0x0c);
        assertEquals(0x85, pic.master().in(0));
        assertFalse(intr.high());
        pic.master().out(0, 0x0c);
        assertEquals(0, pic.master().in(0));
    }

    @Test
    void linuxProbeFindsTheMaskRegister() {
        pic.master().out(1, 0xfb);
        assertEquals(0xfb, pic.master().in(1));
    }

    @Test
    void initializationForgetsLatchedEdges() {
        initialize(1);
        pic.irq(4).set(true);
        initialize(1);
        assertFalse(intr.high());
    }

    @Test
    void inputTwoIsTaken() {
        assertThrows(IllegalStateException.class, () -> pic.irq(2));
    }

    @Test
    void randomAccessesThrowNothingAndStateIsComplete() {
        SplittableRandom random = new SplittableRandom(2);
        for (int round = 0; round < 20; round++) {
            Pic8259 one = new Pic8259(IrqLine.NONE);
            Fuzz.run(target(one, new SplittableRandom(round)), random, 2_000);
            Pic8259 twin = new Pic8259(IrqLine.NONE);
            twin.restore(one.state());
            Fuzz.compare(target(one, new SplittableRandom(round)), target(twin, new SplittableRandom(round)), round, 500);
            assertEquals(one.state(), twin.state());
        }
    }

    private static Fuzz.Target target(Pic8259 pic, SplittableRandom random) {
        Runnable stimulus = () -> {
            int line = random.nextInt(16);
            if (line == 2) {
                pic.acknowledge();
            } else {
                pic.irq(line).set(random.nextBoolean());
            }
        };
        return new Fuzz.Target(new FakeClock(), List.<PortDevice>of(pic.master(), pic.slave(), pic.elcr()), List.of(2, 2, 2), List.of(), 0,
                stimulus);
    }
}
