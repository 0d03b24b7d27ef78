package org.jvmx.devices.keyboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.jvmx.bus.IrqLine;
import org.jvmx.bus.PortDevice;
import org.jvmx.bus.ResetLine;
import org.jvmx.devices.FakeClock;
import org.jvmx.devices.Fuzz;
import org.jvmx.devices.Wire;

class I8042Test {
    private final Wire irq1 = new Wire();
    private final Wire irq12 = new Wire();
    private final List<String> heard = new ArrayList<>();
    private final I8042Events events = new I8042Events() {
        @Override
        public void a20(boolean open) {
            heard.add("a20 " + open);
        }

        @Override
        public void leds(int lit) {
            heard.add("leds " + lit);
        }
    };
    private final I8042 controller = new I8042(irq1, irq12, kind -> heard.add("reset " + kind), events);

    private void command(int value) {
        controller.control().out(0, value);
    }

    private void data(int value) {
        controller.data().out(0, value);
    }

    private int status() {
        return controller.control().in(0);
    }

    private int read() {
        assertEquals(1, status() & 1, "output buffer full");
        return controller.data().in(0);
    }

    private String readAll() {
        StringBuilder all = new StringBuilder();
        while ((status() & 1) != 0) {
            all.append("%02x ".formatted(controller.data().in(0)));
        }
        return all.toString().trim();
    }

    @Test
    void controllerAnswersAsLinuxProbesIt() {
        command(0xaa);
        assertEquals(0x55, read());
        command(0x20);
        int config = read();
        assertEquals(0x65, config);
        command(0x60);
        data(config & ~1 | 0x10);
        command(0x20);
        assertEquals(config & ~1 | 0x10, read());
        command(0xab);
        assertEquals(0, read());
        command(0xd3);
        data(0x5a);
        assertEquals(0x21, status() & 0x21);
        assertEquals(0x5a, read());
        command(0xa8);
        command(0x20);
        assertEquals(0, read() & 0x20);
        command(0xa7);
        command(0x20);
        assertEquals(0x20, read() & 0x20);
    }

    @Test
    void nothingIsOnTheAuxiliaryPort() {
        command(0x60);
        data(0x47);
        command(0xd4);
        data(0xf2);
        assertEquals(0x61, status() & 0x61);
        assertTrue(irq12.high());
        assertEquals(0xfe, read());
        assertFalse(irq12.high());
        assertEquals(0, irq1.edges());
    }

    @Test
    void keyboardResetsAndIdentifies() {
        data(0xff);
        assertTrue(irq1.high());
        assertEquals("fa aa", readAll());
        data(0xf2);
        assertEquals("fa ab 41", readAll());
        command(0x60);
        data(0x05);
        data(0xf2);
        assertEquals("fa ab 83", readAll());
        data(0xed);
        assertEquals("fa", readAll());
        data(0x02);
        assertEquals("fa", readAll());
        assertEquals(List.of("leds 2"), heard);
        data(0xee);
        assertEquals("ee", readAll());
        data(0xf3);
        data(0x00);
        assertEquals("fa fa", readAll());
        data(0x12);
        assertEquals("fe", readAll());
    }

    @Test
    void everyByteGivesAnEdge() {
        controller.key(0x1e, true);
        controller.key(0x1e, false);
        assertEquals(1, irq1.edges());
        assertEquals(0x1e, read());
        assertEquals(2, irq1.edges());
        assertEquals(0x9e, read());
        assertFalse(irq1.high());
    }

    @Test
    void textBecomesScancodes() {
        assertTrue(controller.type('a'));
        assertTrue(controller.type('A'));
        assertTrue(controller.type('\n'));
        assertTrue(controller.type(' '));
        assertTrue(controller.type((char) 3));
        assertFalse(controller.type('é'));
        assertEquals("1e 9e 2a 1e 9e aa 1c 9c 39 b9 1d 2e ae 9d", readAll());
        controller.type('|');
        assertEquals("2a 2b ab aa", readAll());
    }

    @Test
    void untranslatedKeysAreSet2() {
        command(0x60);
        data(0x05);
        controller.type('a');
        assertEquals("1c f0 1c", readAll());
        controller.key(0x80 | 0x48, true);
        assertEquals("e0 75", readAll());
    }

    @Test
    void aDisabledKeyboardKeepsItsBytes() {
        command(0xad);
        controller.key(0x1e, true);
        assertEquals(0, status() & 1);
        command(0xae);
        assertEquals(0x1e, read());
        data(0xf5);
        readAll();
        controller.key(0x1e, true);
        assertEquals("", readAll(), "scanning is off");
    }

    @Test
    void aFullKeyboardRefusesText() {
        int typed = 0;
        while (controller.type('x')) {
            typed++;
        }
        assertEquals(2 * typed, readAll().split(" ").length);
    }

    @Test
    void resetsThroughPulseOutputPortAndPort92() {
        command(0xfe);
        command(0xd0);
        int port = read();
        assertEquals(3, port & 3);
        command(0xd1);
        data(port & ~1);
        SystemControlPort fast = new SystemControlPort(kind -> heard.add("fast " + kind), events);
        fast.out(0, fast.in(0) & ~1);
        fast.out(0, fast.in(0) | 1);
        assertEquals(1, fast.in(0) & 1, "still one after the reset it asked for");
        assertEquals(List.of("reset INIT", "reset INIT", "fast INIT"), heard);
    }

    @Test
    void addressLine20IsGated() {
        command(0xd1);
        data(0xdd);
        command(0xd0);
        assertEquals(0, read() & 2);
        command(0xdf);
        command(0xd0);
        assertEquals(2, read() & 2);
        assertEquals(List.of("a20 false", "a20 true"), heard);
    }

    @Test
    void randomAccessesThrowNothingAndStateIsComplete() {
        SplittableRandom random = new SplittableRandom(10);
        FakeClock clock = new FakeClock();
        for (int round = 0; round < 10; round++) {
            I8042 one = new I8042(IrqLine.NONE, IrqLine.NONE, ResetLine.NONE, I8042Events.NONE);
            Fuzz.run(target(clock, one), random, 3_000);
            I8042 twin = new I8042(IrqLine.NONE, IrqLine.NONE, ResetLine.NONE, I8042Events.NONE);
            twin.restore(one.state());
            Fuzz.compare(target(clock, one), target(clock, twin), round, 1_000);
        }
    }

    private static Fuzz.Target target(FakeClock clock, I8042 controller) {
        return new Fuzz.Target(clock, List.<PortDevice>of(controller.data(), controller.control()), List.of(1, 1), List.of(), 0,
                () -> controller.type('Q'));
    }
}
