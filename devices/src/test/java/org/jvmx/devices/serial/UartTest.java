package org.jvmx.devices.serial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.jvmx.bus.ByteSink;
import org.jvmx.bus.IrqLine;
import org.jvmx.bus.PortDevice;
import org.jvmx.devices.FakeClock;
import org.jvmx.devices.Fuzz;
import org.jvmx.devices.Wire;

class UartTest {
    private static final int OUT2 = 8;

    private final Wire irq = new Wire();
    private final StringBuilder sent = new StringBuilder();
    private int offers;
    private int overruns;
    private final Uart uart = new Uart(irq, value -> sent.append((char) value), new UartEvents() {
        @Override
        public void spaceAvailable() {
            offers++;
        }

        @Override
        public void overrun() {
            overruns++;
        }
    });

    @Test
    void writtenBytesReachTheSinkAndTheTransmitterStaysReady() {
        for (char c : "hello".toCharArray()) {
            assertEquals(0x60, uart.in(5) & 0x60);
            uart.out(0, c);
        }
        assertEquals("hello", sent.toString());
    }

    @Test
    void divisorLatchHidesDataAndInterruptEnable() {
        uart.out(3, 0x83);
        uart.out(0, 0x0c);
        uart.out(1, 0x01);
        assertEquals(0x0c, uart.in(0));
        assertEquals(0x01, uart.in(1));
        uart.out(3, 0x03);
        assertEquals(0, uart.in(1));
        assertEquals("", sent.toString());
    }

    @Test
    void linuxFindsA16550aByItsFifoBits() {
        uart.out(2, 1);
        assertEquals(0xc0, uart.in(2) & 0xc0);
        uart.out(2, 0);
        assertEquals(0, uart.in(2) & 0xc0);
        uart.out(4, 0x1a);
        assertEquals(0x90, uart.in(6) & 0xf0, "loopback of RTS and OUT2");
        uart.out(4, 0);
        uart.out(1, 0xff);
        assertEquals(0x0f, uart.in(1));
    }

    @Test
    void enablingTheTransmitterInterruptAgainAssertsItAgain() {
        uart.out(4, OUT2);
        uart.out(1, 2);
        assertTrue(irq.high());
        assertEquals(0x02, uart.in(2));
        assertFalse(irq.high(), "reading the identification clears it");
        assertEquals(0x01, uart.in(2));
        uart.out(1, 0);
        uart.out(1, 2);
        assertTrue(irq.high());
        assertEquals(0x02, uart.in(2));
    }

    @Test
    void eachWriteToTheTransmitterGivesAnEdge() {
        uart.out(4, OUT2);
        uart.out(1, 2);
        int before = irq.edges();
        uart.out(0, 'a');
        uart.out(0, 'b');
        assertEquals(before + 2, irq.edges());
    }

    @Test
    void interruptsHaveTheDataSheetsPriorities() {
        uart.out(2, 0xc1); // trigger level 14
        uart.out(4, OUT2);
        uart.out(1, 0x0f);
        uart.receive('x');
        uart.receiveBreak();
        assertEquals(0xc6, uart.in(2));
        assertEquals(0x71, uart.in(5) & 0xf1);
        assertEquals(0xcc, uart.in(2), "below the trigger level: character time-out");
        for (int i = 0; i < 12; i++) {
            uart.receive('y');
        }
        assertEquals(0xc4, uart.in(2));
        for (int i = 0; i < 14; i++) {
            uart.in(0);
        }
        assertEquals(0xc2, uart.in(2));
        assertEquals(0xc1, uart.in(2));
        uart.out(4, 0x10);
        uart.out(4, OUT2);
        assertEquals(0xc0, uart.in(2));
        assertEquals(0x0b, uart.in(6) & 0x0b, "CTS, DSR and DCD changed");
        assertEquals(0xc1, uart.in(2));
    }

    @Test
    void interruptsPassOnlyWithOut2() {
        uart.out(1, 1);
        uart.receive('a');
        assertFalse(irq.high());
        uart.out(4, OUT2);
        assertTrue(irq.high());
    }

    @Test
    void aFullReceiverRefusesAndAsksForMoreLater() {
        uart.out(2, 1);
        for (int i = 0; i < 16; i++) {
            assertTrue(uart.receive('0' + i));
        }
        assertFalse(uart.receive('!'));
        assertEquals(0, uart.room());
        assertEquals(0, offers);
        assertEquals('0', uart.in(0));
        assertEquals(1, offers);
        assertEquals(1, uart.room());
        assertEquals(0, overruns);
    }

    @Test
    void loopbackReturnsWhatIsSentAndOverrunsWhenFull() {
        uart.out(4, 0x10);
        uart.out(0, 'a');
        uart.out(0, 'b');
        assertEquals("", sent.toString());
        assertEquals(0x63, uart.in(5));
        assertEquals('a', uart.in(0));
        assertEquals(1, overruns);
        assertEquals(0x60, uart.in(5));
        assertFalse(uart.receive('z'));
    }

    @Test
    void fifoResetThrowsAwayWhatWaits() {
        uart.out(2, 1);
        uart.receive('a');
        uart.out(2, 3);
        assertEquals(0x60, uart.in(5));
    }

    @Test
    void randomAccessesThrowNothingAndStateIsComplete() {
        SplittableRandom random = new SplittableRandom(1);
        FakeClock clock = new FakeClock();
        for (int round = 0; round < 20; round++) {
            Uart one = new Uart(IrqLine.NONE, ByteSink.NONE, UartEvents.NONE);
            Fuzz.run(target(clock, one), random, 2_000);
            Uart twin = new Uart(IrqLine.NONE, ByteSink.NONE, UartEvents.NONE);
            twin.restore(one.state());
            Fuzz.compare(target(clock, one), target(clock, twin), round, 300);
        }
    }

    private static Fuzz.Target target(FakeClock clock, Uart uart) {
        return new Fuzz.Target(clock, List.<PortDevice>of(uart), List.of(8), List.of(), 0, () -> uart.receive('r'));
    }
}
