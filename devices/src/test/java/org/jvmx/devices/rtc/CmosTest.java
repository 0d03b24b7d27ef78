package org.jvmx.devices.rtc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDate;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.jvmx.bus.IrqLine;
import org.jvmx.devices.FakeClock;
import org.jvmx.devices.Fuzz;
import org.jvmx.devices.Wire;

class CmosTest {
    private static final long NEW_YEAR_2026 = 1_767_225_600L;
    private static final long SECOND = 1_000_000_000L;

    private final FakeClock clock = new FakeClock();
    private final Wire irq = new Wire();
    private final Cmos cmos = new Cmos(clock, irq, NEW_YEAR_2026, 256L << 20, 5L << 30);

    private int get(int register) {
        cmos.out(0, register);
        return cmos.in(1);
    }

    private void set(int register, int value) {
        cmos.out(0, register);
        cmos.out(1, value);
    }

    @Test
    void showsTheNewYearInBcd() {
        clock.advance(3_725 * SECOND);
        assertEquals(0x05, get(0));
        assertEquals(0x02, get(2));
        assertEquals(0x01, get(4));
        assertEquals(5, get(6), "a Thursday");
        assertEquals(0x01, get(7));
        assertEquals(0x01, get(8));
        assertEquals(0x26, get(9));
        assertEquals(0x20, get(0x32));
        assertEquals(0x80, get(0x0d));
    }

    @Test
    void showsBinaryAndTwelveHours() {
        clock.advance(23 * 3600 * SECOND + 59 * SECOND);
        set(0x0b, 0x04);
        assertEquals(59, get(0));
        assertEquals(0x80 | 11, get(4));
        clock.advance(3600 * SECOND);
        assertEquals(12, get(4), "midnight is 12 am");
        clock.advance(12 * 3600 * SECOND);
        assertEquals(0x80 | 12, get(4));
    }

    @Test
    void linuxCanSetTheTime() {
        int control = get(0x0b);
        int divider = get(0x0a);
        set(0x0b, control | 0x80);
        set(0x0a, divider | 0x70);
        set(9, 0x24);
        set(8, 0x02);
        set(7, 0x28);
        set(4, 0x23);
        set(2, 0x59);
        set(0, 0x58);
        set(0x32, 0x20);
        clock.advance(60 * SECOND);
        assertEquals(0x58, get(0), "time stands still while it is set");
        set(0x0b, control);
        set(0x0a, divider);
        clock.advance(499_000_000);
        assertEquals(0x58, get(0));
        clock.advance(2_000_000);
        assertEquals(0x59, get(0), "the first update comes half a second after the divider starts");
        clock.advance(SECOND);
        assertEquals(0x29, get(7), "2024 is a leap year");
        assertEquals(0x00, get(4));
        assertEquals(5, get(6));
    }

    @Test
    void updateInProgressComesBeforeTheSecondChanges() {
        assertEquals(0, get(0x0a) & 0x80);
        clock.advance(999_000_000);
        assertEquals(0x80, get(0x0a) & 0x80);
        assertEquals(0x00, get(0));
        clock.advance(1_000_000);
        assertEquals(0, get(0x0a) & 0x80);
        assertEquals(0x01, get(0));
    }

    @Test
    void periodicInterruptsComeAtTheirRateOnceAcknowledged() {
        set(0x0b, get(0x0b) | 0x40);
        int interrupts = 0;
        for (int i = 0; i < 20_000; i++) {
            clock.advance(100_000);
            if (irq.high()) {
                interrupts++;
                assertEquals(0xc0, get(0x0c) & 0xc0);
                assertFalse(irq.high());
            }
        }
        assertEquals(2048, interrupts);
    }

    @Test
    void anUnacknowledgedInterruptDoesNotRepeat() {
        set(0x0b, get(0x0b) | 0x40);
        clock.advance(SECOND);
        assertEquals(1, irq.edges());
    }

    @Test
    void updateEndedInterruptComesEverySecond() {
        set(0x0b, get(0x0b) | 0x10);
        clock.advance(SECOND);
        assertTrue(irq.high());
        assertEquals(0x90, get(0x0c) & 0x90);
        clock.advance(999_999_999);
        assertFalse(irq.high());
        clock.advance(1);
        assertTrue(irq.high());
    }

    @Test
    void alarmFiresAtItsTimeAndEverySecondIfItDoesNotCare() {
        set(5, 0x01);
        set(3, 0x30);
        set(1, 0x15);
        set(0x0b, get(0x0b) | 0x20);
        clock.advance(5414 * SECOND);
        assertFalse(irq.high());
        clock.advance(SECOND);
        assertTrue(irq.high());
        assertEquals(0xa0, get(0x0c) & 0xa0);
        set(5, 0xc0);
        set(3, 0xc0);
        set(1, 0xc0);
        clock.advance(SECOND);
        assertTrue(irq.high());
    }

    @Test
    void flagsAreSetWithoutInterruptsEnabled() {
        clock.advance(SECOND);
        assertEquals(0x50, get(0x0c));
        assertEquals(0, get(0x0c));
        assertFalse(irq.high());
    }

    @Test
    void memorySizesAreThereForFirmware() {
        assertEquals(640, get(0x15) | get(0x16) << 8);
        assertEquals(0xffff, get(0x17) | get(0x18) << 8, "255 MB are more KB than 16 bits can say");
        assertEquals(0xffff, get(0x30) | get(0x31) << 8);
        assertEquals(240 * 16, get(0x34) | get(0x35) << 8);
        assertEquals(5 << 14, get(0x5b) | get(0x5c) << 8 | get(0x5d) << 16);
    }

    @Test
    void nmiMaskIsBit7OfTheIndexPort() {
        cmos.out(0, 0x8f);
        assertTrue(cmos.nmiMasked());
        cmos.out(1, 0x0a);
        assertEquals(0x0a, cmos.in(1));
        cmos.out(0, 0x0f);
        assertFalse(cmos.nmiMasked());
        assertEquals(0x0a, cmos.in(1));
    }

    @Test
    void calendarAgreesWithTheLibrary() {
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < 10_000; i++) {
            long day = random.nextLong(-100_000, 200_000);
            LocalDate date = LocalDate.ofEpochDay(day);
            assertEquals(date.getYear() << 16 | date.getMonthValue() << 8 | date.getDayOfMonth(), Calendar.dateOf(day));
            assertEquals(day, Calendar.daysOf(date.getYear(), date.getMonthValue(), date.getDayOfMonth()));
            assertEquals(date.getDayOfWeek().getValue() % 7 + 1, Calendar.weekday(day));
        }
    }

    @Test
    void randomAccessesThrowNothingAndStateIsComplete() {
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 10; round++) {
            FakeClock one = new FakeClock();
            Cmos original = new Cmos(one, IrqLine.NONE, NEW_YEAR_2026, 1 << 30, 0);
            Fuzz.run(Fuzz.Target.ports(one, original, 2), random, 3_000);
            FakeClock other = new FakeClock();
            Cmos twin = new Cmos(other, IrqLine.NONE, 0, 0, 0);
            other.drift(one.nanos());
            twin.restore(original.state());
            Fuzz.compare(Fuzz.Target.ports(one, original, 2), Fuzz.Target.ports(other, twin, 2), round, 500);
        }
    }
}
