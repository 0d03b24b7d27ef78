package org.jvmx.devices.apic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.jvmx.bus.MmioDevice;
import org.jvmx.bus.PortDevice;
import org.jvmx.devices.FakeClock;
import org.jvmx.devices.Fuzz;

class LocalApicTest {
    private static final int BASE = 0x1b;
    private static final int DEADLINE = 0x6e0;
    private static final int EN = 1 << 11;
    private static final int EXTD = 1 << 10;

    private final FakeClock clock = new FakeClock();
    private final ApicBus bus = new ApicBus();
    private final List<String> heard = new ArrayList<>();
    private final LocalApic apic = new LocalApic(new LocalApic.Config(0, true, 46), clock, bus, () -> 0x27, new ApicEvents() {
        @Override
        public void init() {
            heard.add("init");
        }

        @Override
        public void startup(int vector) {
            heard.add("startup " + vector);
        }

        @Override
        public void relocated(LocalApic moved, long base) {
            heard.add("moved to %x".formatted(base));
        }
    });

    private int get(int offset) {
        return (int) apic.read(offset, 4);
    }

    private void set(int offset, int value) {
        apic.write(offset, 4, value);
    }

    private long msr(int number) {
        assertTrue(apic.read(number), "RDMSR " + Integer.toHexString(number));
        return apic.value();
    }

    private void enable() {
        set(0xf0, 0x1ff);
    }

    private void enableX2apic() {
        assertTrue(apic.write(BASE, msr(BASE) | EXTD));
    }

    private void selfIpi(int vector) {
        set(0x300, 1 << 18 | vector);
    }

    @Test
    void identifiesItself() {
        assertEquals(0xfee00900L, msr(BASE));
        assertEquals(0x50014, get(0x30));
        assertEquals(0, get(0x20));
        set(0x20, 0x0300_0000);
        assertEquals(0x0300_0000, get(0x20));
        assertEquals(0x10000, get(0x350));
        assertEquals(0xffff_ffff, get(0xe0));
    }

    @Test
    void selfIpisComeInPriorityOrderAndNestByClass() {
        enable();
        selfIpi(0x31);
        selfIpi(0x52);
        assertTrue(apic.pending());
        assertEquals(0x52, apic.acknowledge());
        assertFalse(apic.pending());
        assertEquals(0x50, get(0xa0));
        assertEquals(1 << 0x12, get(0x120));
        selfIpi(0x5f);
        assertFalse(apic.pending(), "the same class waits");
        selfIpi(0x60);
        assertEquals(0x60, apic.acknowledge());
        set(0xb0, 0);
        assertFalse(apic.pending());
        set(0xb0, 0);
        assertEquals(0x5f, apic.acknowledge());
        set(0xb0, 0);
        assertEquals(0x31, apic.acknowledge());
        assertEquals(-1, apic.acknowledge());
    }

    @Test
    void taskPriorityHoldsInterruptsBack() {
        enable();
        apic.tpr(0xf0);
        assertEquals(0xf0, get(0x80));
        selfIpi(32);
        selfIpi(62);
        assertFalse(apic.pending());
        set(0x80, 0x20);
        assertEquals(62, apic.acknowledge());
        set(0xb0, 0);
        assertFalse(apic.pending());
        set(0x80, 0);
        assertTrue(apic.pending());
        assertEquals(0, apic.tpr());
    }

    @Test
    void softwareDisabledTakesNoInterruptsAndMasksItsTable() {
        set(0xf0, 0xff);
        set(0x320, 0x40);
        assertEquals(0x10040, get(0x320));
        selfIpi(0x40);
        assertFalse(apic.pending());
        enable();
        assertFalse(apic.pending());
    }

    @Test
    void baseTransitionsFollowTheSdm() {
        long base = msr(BASE) & ~(EN | EXTD);
        assertFalse(apic.write(BASE, base | EXTD));
        enableX2apic();
        assertFalse(apic.write(BASE, base | EXTD));
        assertFalse(apic.write(BASE, base | EN));
        assertTrue(apic.write(BASE, base));
        assertFalse(apic.write(BASE, base | EXTD));
        assertFalse(apic.write(BASE, base | EN | EXTD));
        assertTrue(apic.write(BASE, base | EN));
        assertFalse(apic.write(BASE, base | EXTD));
        assertFalse(apic.write(BASE, base | EN | 1));
        assertFalse(apic.write(BASE, base | EN | 1L << 46));
        assertTrue(apic.write(BASE, base | EN | 1L << 45));
    }

    @Test
    void disabledItHasNoRegistersButKeepsTpr8() {
        assertTrue(apic.write(BASE, msr(BASE) & ~EN));
        assertFalse(apic.enabled());
        assertEquals(-1, get(0x30));
        set(0x80, 0x50);
        apic.tpr(0xf0);
        assertEquals(0xf0, apic.tpr());
        apic.tpr(0);
        assertTrue(apic.write(BASE, msr(BASE) | EN));
        assertEquals(0x50014, get(0x30));
        assertEquals(0, get(0x80));
        enableX2apic();
        assertEquals(-1, get(0x30));
        assertFalse(apic.read(0x80e));
    }

    @Test
    void relocationIsReported() {
        assertTrue(apic.write(BASE, 0xfed4_0000L | EN | 1 << 8));
        assertEquals(List.of("moved to fed40000"), heard);
    }

    @Test
    void pinsBypassADisabledApic() {
        assertTrue(apic.write(BASE, msr(BASE) & ~EN));
        bus.lint0().set(true);
        assertTrue(apic.pending());
        assertEquals(0x27, apic.acknowledge());
        bus.lint0().set(false);
        assertFalse(apic.pending());
        bus.lint1().pulse();
        assertTrue(apic.nmiPending());
        apic.acknowledgeNmi();
        assertFalse(apic.nmiPending());
    }

    @Test
    void virtualWireModePassesThe8259Through() {
        bus.lint0().set(true);
        assertFalse(apic.pending());
        apic.virtualWire();
        assertTrue(apic.pending());
        assertEquals(0x27, apic.acknowledge());
        set(0x350, 0x10700);
        assertFalse(apic.pending());
        bus.lint1().set(true);
        assertTrue(apic.nmiPending());
    }

    @Test
    void fixedLint0TakesEdges() {
        enable();
        set(0x350, 0x31);
        bus.lint0().set(true);
        assertEquals(0x31, apic.acknowledge());
        set(0xb0, 0);
        assertFalse(apic.pending());
        bus.lint0().set(false);
        bus.lint0().set(true);
        assertTrue(apic.pending());
    }

    @Test
    void levelLint0ComesBackUntilItFalls() {
        enable();
        set(0x350, 0x8031);
        bus.lint0().set(true);
        assertEquals(0x31, apic.acknowledge());
        assertEquals(0xc031, get(0x350));
        set(0xb0, 0);
        assertEquals(0x31, apic.acknowledge());
        bus.lint0().set(false);
        set(0xb0, 0);
        assertFalse(apic.pending());
        assertEquals(0x8031, get(0x350));
    }

    @Test
    void nmiInitAndStartupReachTheProcessor() {
        enable();
        set(0x300, 0x4400);
        assertTrue(apic.nmiPending());
        set(0x300, 1 << 18 | 0x4600 | 0x9a);
        set(0x300, 1 << 18 | 0x8500); // INIT level de-assert
        set(0x300, 1 << 18 | 0x4500);
        assertEquals(List.of("startup 154", "init"), heard);
        assertEquals(0xff, get(0xf0), "INIT resets the registers");
        assertEquals(0xfee00900L, msr(BASE));
    }

    @Test
    void illegalVectorsAreErrors() {
        enable();
        set(0x370, 0xfe);
        selfIpi(5);
        assertEquals(0xfe, apic.acknowledge());
        set(0xb0, 0);
        assertEquals(0, get(0x280));
        set(0x280, 0);
        assertEquals(0x20, get(0x280));
        set(0x280, 0);
        assertEquals(0, get(0x280));
        get(0x2a0);
        set(0x280, 0);
        assertEquals(0x80, get(0x280));
    }

    @Test
    void oneShotCountsOnceAtOneGigahertz() {
        enable();
        set(0x3e0, 0x0b);
        set(0x320, 0xee);
        set(0x380, 0x10000);
        clock.advance(0x8000);
        assertEquals(0x8000, get(0x390));
        clock.advance(0x7fff);
        assertFalse(apic.pending());
        clock.advance(1);
        assertEquals(0xee, apic.acknowledge());
        set(0xb0, 0);
        clock.advance(1_000_000);
        assertFalse(apic.pending());
        assertEquals(0, get(0x390));
        assertEquals(0x10000, get(0x380));
    }

    @Test
    void dividesBy() {
        int[] divisors = {2, 4, 8, 16, 32, 64, 128, 1};
        int[] codes = {0, 1, 2, 3, 8, 9, 10, 11};
        enable();
        for (int i = 0; i < codes.length; i++) {
            set(0x3e0, codes[i]);
            set(0x380, 1000);
            clock.advance(100L * divisors[i]);
            assertEquals(900, get(0x390), "divide configuration " + codes[i]);
        }
    }

    @Test
    void modeChangesKeepTheCount() {
        int initial = 0x999999;
        enable();
        set(0x3e0, 0x0b);
        set(0x320, 0x10000);
        set(0x380, initial);
        clock.advance(initial * 3L / 4);
        set(0x320, 0x20000 | 0x10000);
        assertEquals(initial - initial * 3 / 4, get(0x390), 1);
        clock.advance(initial / 2);
        assertTrue(get(0x390) > initial / 2, "wrapped around");
        clock.advance(initial * 3L / 4);
        set(0x320, 0x10000);
        int left = get(0x390);
        assertTrue(left > 0 && left < initial / 2 + 2);
        clock.advance(left);
        assertEquals(0, get(0x390));
        set(0x320, 0x20000 | 0x10000);
        clock.advance(initial);
        assertEquals(0, get(0x390), "stays at zero");
        assertEquals(initial, get(0x380));
    }

    @Test
    void periodicInterruptsAreRegular() {
        enable();
        set(0x3e0, 0x0b);
        set(0x320, 0x20000 | 0xec);
        set(0x380, 4_000_000);
        int count = 0;
        for (int i = 0; i < 1000; i++) {
            clock.advance(1_000_000);
            if (apic.pending()) {
                apic.acknowledge();
                set(0xb0, 0);
                count++;
            }
        }
        assertEquals(250, count);
        set(0x380, 0);
        clock.advance(100_000_000);
        assertFalse(apic.pending());
    }

    @Test
    void tscDeadlineFiresOnceAndClears() {
        enable();
        clock.advance(1_000);
        assertTrue(apic.write(DEADLINE, 5_000));
        assertEquals(0, msr(DEADLINE), "ignored in other modes");
        set(0x320, 0x40000 | 0xef);
        set(0x380, 77);
        assertEquals(0, get(0x390));
        assertTrue(apic.write(DEADLINE, 5_000));
        assertEquals(5_000, msr(DEADLINE));
        clock.advance(3_999);
        assertFalse(apic.pending());
        clock.advance(1);
        assertEquals(0xef, apic.acknowledge());
        assertEquals(0, msr(DEADLINE));
        set(0xb0, 0);
        assertTrue(apic.write(DEADLINE, clock.tsc()));
        assertTrue(apic.pending(), "a deadline in the past is due at once");
        apic.acknowledge();
        set(0xb0, 0);
        assertTrue(apic.write(DEADLINE, 9_000));
        set(0x320, 0xef);
        clock.advance(100_000);
        assertFalse(apic.pending(), "leaving the mode disarms");
    }

    @Test
    void x2apicRegistersAreMsrsWithReservedBits() {
        enable();
        assertFalse(apic.read(0x802));
        assertFalse(apic.write(0x808, 0));
        enableX2apic();
        int[] readOnly = {0x802, 0x803, 0x80a, 0x80d, 0x810, 0x817, 0x81f, 0x827, 0x839};
        int[] readWrite = {0x808, 0x80f, 0x828, 0x832, 0x833, 0x834, 0x835, 0x836, 0x837, 0x838, 0x83e};
        for (int number : readOnly) {
            msr(number);
            assertFalse(apic.write(number, 0), Integer.toHexString(number));
        }
        for (int number : readWrite) {
            long value = msr(number);
            assertTrue(apic.write(number, value), Integer.toHexString(number));
            assertEquals(value, msr(number));
            assertFalse(apic.write(number, -1L), Integer.toHexString(number));
            assertFalse(apic.write(number, 1L << 32), Integer.toHexString(number));
        }
        for (int number : new int[] {0x800, 0x801, 0x809, 0x80c, 0x80e, 0x82f, 0x831, 0x840, 0x8ff}) {
            assertFalse(apic.read(number), Integer.toHexString(number));
            assertFalse(apic.write(number, 0), Integer.toHexString(number));
        }
        assertFalse(apic.read(0x80b));
        assertFalse(apic.read(0x83f));
        assertFalse(apic.write(0x80b, 1));
        assertFalse(apic.write(0x828, 1));
        assertFalse(apic.write(0x83f, 0x100));
        assertFalse(apic.write(0x830, 1 << 13));
        assertEquals(1, msr(0x80d));
    }

    @Test
    void x2apicSendsIpisToItself() {
        enable();
        enableX2apic();
        assertTrue(apic.write(0x83f, 0xf1));
        assertEquals(0xf1, apic.acknowledge());
        assertTrue(apic.write(0x80b, 0));
        assertTrue(apic.write(0x830, 0xffff_ffffL << 32 | 0x40cf));
        assertEquals(0xcf, apic.acknowledge());
        assertTrue(apic.write(0x80b, 0));
        assertTrue(apic.write(0x830, 1L << 32 | 0x40cf));
        assertFalse(apic.pending(), "nobody has the APIC ID 1");
        assertTrue(apic.write(0x830, 1L << 32 | 0x48cf));
        assertTrue(apic.pending(), "logical x2APIC ID 1");
        assertEquals(1L << 32 | 0x48cf, msr(0x830));
    }

    @Test
    void destinationsMatchInAllFormats() {
        enable();
        set(0xd0, 0x0500_0000);
        assertTrue(apic.isDestination(0x04, true));
        assertFalse(apic.isDestination(0x02, true));
        set(0xd0, 0x2500_0000);
        set(0xe0, 0x0fff_ffff);
        assertTrue(apic.isDestination(0x21, true));
        assertFalse(apic.isDestination(0x31, true));
        assertFalse(apic.isDestination(0x22, true));
        assertTrue(apic.isDestination(ApicBus.BROADCAST, true));
        assertTrue(apic.isDestination(0, false));
        assertFalse(apic.isDestination(1, false));
    }

    @Test
    void shorthandsSelectTheProcessors() {
        LocalApic other = new LocalApic(new LocalApic.Config(1, false, 46), clock, bus, () -> 0, ApicEvents.NONE);
        other.write(0xf0, 4, 0x1ff);
        enable();
        set(0x300, 3 << 18 | 0x40);
        assertFalse(apic.pending());
        assertEquals(0x40, other.acknowledge());
        set(0x300, 2 << 18 | 0x50);
        assertTrue(apic.pending() && other.pending());
        other.acknowledge();
        set(0x310, 0x0100_0000);
        set(0x300, 0x61);
        assertEquals(0x61, other.acknowledge());
        set(0x310, 0xff00_0000);
        set(0x300, 0x162);
        assertEquals(0x62, apic.acknowledge(), "lowest priority goes to the less busy processor");
        assertFalse(other.pending());
    }

    @Test
    void randomAccessesThrowNothingAndStateIsComplete() {
        SplittableRandom random = new SplittableRandom(6);
        for (int round = 0; round < 20; round++) {
            FakeClock one = new FakeClock();
            LocalApic original = new LocalApic(new LocalApic.Config(0, true, 46), one, new ApicBus(), () -> 9, ApicEvents.NONE);
            Fuzz.run(target(one, original), random, 3_000);
            FakeClock other = new FakeClock();
            LocalApic twin = new LocalApic(new LocalApic.Config(0, true, 46), other, new ApicBus(), () -> 9, ApicEvents.NONE);
            other.drift(one.nanos());
            twin.restore(original.state());
            assertEquals(original.state(), twin.state());
            Fuzz.compare(target(one, original), target(other, twin), round, 1_000);
        }
    }

    /** The registers, with the counts kept large enough that time passes quickly, and the MSRs behind a port. */
    private static Fuzz.Target target(FakeClock clock, LocalApic apic) {
        MmioDevice memory = new MmioDevice() {
            @Override
            public long read(long offset, int size) {
                return apic.read(offset, size);
            }

            @Override
            public void write(long offset, int size, long value) {
                apic.write(offset, size, offset == 0x380 ? value | 0x1000_0000 : value);
            }
        };
        PortDevice msrs = new PortDevice() {
            @Override
            public int in(int offset, int size) {
                int number = offset == 0x40 ? DEADLINE : offset == 0x41 ? BASE : 0x800 + offset;
                return apic.read(number) ? (int) apic.value() : -1;
            }

            @Override
            public void out(int offset, int size, int value) {
                int number = offset == 0x40 ? DEADLINE : offset == 0x41 ? BASE : 0x800 + offset;
                long data = number == BASE ? 0xfee0_0000L | value & 0xc00 : value & 0xff;
                apic.write(number, number == 0x838 ? data | 0x1000_0000 : data);
            }
        };
        Runnable stimulus = () -> {
            if (apic.pending()) {
                apic.acknowledge();
            } else {
                apic.lint0(true);
                apic.lint1(true);
                apic.lint1(false);
            }
        };
        return new Fuzz.Target(clock, List.of(msrs), List.of(0x42), List.of(memory), 0x1000, stimulus);
    }

    @Test
    void x2apicModeIsRefusedWhereTheProcessorDoesNotOfferIt() {
        LocalApic old = new LocalApic(new LocalApic.Config(0, true, 46, false), clock, bus, () -> 0, ApicEvents.NONE);
        assertTrue(old.read(0x1b));
        assertFalse(old.write(0x1b, old.value() | 1 << 10));
        assertFalse(old.x2apic());
    }
}
