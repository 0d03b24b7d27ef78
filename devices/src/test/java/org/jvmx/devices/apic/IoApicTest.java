package org.jvmx.devices.apic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.jvmx.devices.FakeClock;
import org.jvmx.devices.Fuzz;

class IoApicTest {
    private static final int LEVEL = 1 << 15;
    private static final int MASKED = 1 << 16;
    private static final int REMOTE_IRR = 1 << 14;

    private final ApicBus bus = new ApicBus();
    private final LocalApic local = new LocalApic(new LocalApic.Config(0, true, 46), new FakeClock(), bus, () -> 0x20, ApicEvents.NONE);
    private final IoApic io = new IoApic(0, bus);

    IoApicTest() {
        local.write(0xf0, 4, 0x1ff);
    }

    private int get(int register) {
        io.write(0, 4, register);
        return (int) io.read(0x10, 4);
    }

    private void set(int register, int value) {
        io.write(0, 4, register);
        io.write(0x10, 4, value);
    }

    private void redirect(int pin, int low) {
        set(0x10 + 2 * pin, low);
        set(0x11 + 2 * pin, 0);
    }

    private void serve(int vector) {
        assertEquals(vector, local.acknowledge());
    }

    private void eoi() {
        local.write(0xb0, 4, 0);
    }

    @Test
    void identificationIsAsKvmUnitTestsExpects() {
        int version = get(1);
        assertEquals(0x0017_0020, version);
        set(1, ~version);
        assertEquals(version, get(1));
        int id = get(0);
        set(0, ~id);
        assertEquals(0x0f00_0000, id ^ get(0));
        set(0, 0x0f00_0000);
        assertEquals(0x0f00_0000, get(2));
        set(2, 0);
        assertEquals(0x0f00_0000, get(2));
    }

    @Test
    void allPinsAreMaskedAfterReset() {
        for (int pin = 0; pin < IoApic.PINS; pin++) {
            assertEquals(MASKED, get(0x10 + 2 * pin));
        }
    }

    @Test
    void edgesAreDeliveredOnceAndLostWhileMasked() {
        redirect(14, 0x76);
        io.pin(14).pulse();
        serve(0x76);
        eoi();
        assertFalse(local.pending());
        redirect(14, 0x76 | MASKED);
        io.pin(14).pulse();
        redirect(14, 0x76);
        assertFalse(local.pending());
        io.pin(14).set(true);
        assertTrue(local.pending());
        assertEquals(0, local.read(0x180 + 0x30, 4), "the trigger mode register has no edges");
    }

    @Test
    void levelsHoldRemoteIrrUntilEoiAndComeBackWhileHigh() {
        redirect(14, 0x99 | LEVEL);
        io.pin(14).set(true);
        serve(0x99);
        assertEquals(0x99 | LEVEL | REMOTE_IRR, get(0x10 + 28));
        assertEquals(1 << 0x19, local.read(0x180 + 0x40, 4));
        io.pin(14).set(true);
        assertFalse(local.pending());
        eoi();
        serve(0x99);
        io.pin(14).set(false);
        eoi();
        assertFalse(local.pending());
        assertEquals(0x99 | LEVEL, get(0x10 + 28));
    }

    @Test
    void togglingDuringServiceCoalesces() {
        redirect(14, 0x98 | LEVEL);
        io.pin(14).set(true);
        serve(0x98);
        io.pin(14).set(false);
        io.pin(14).set(true);
        io.pin(14).set(false);
        eoi();
        assertFalse(local.pending());
    }

    @Test
    void unmaskingALevelThatIsHighDelivers() {
        redirect(14, 0x82 | LEVEL | MASKED);
        io.pin(14).set(true);
        assertFalse(local.pending());
        redirect(14, 0x82 | LEVEL);
        serve(0x82);
        set(0x10 + 28, 0x82 | LEVEL | MASKED);
        eoi();
        assertFalse(local.pending());
        set(0x10 + 28, 0x82 | LEVEL);
        serve(0x82);
    }

    @Test
    void eoiRegisterAndEdgeModeClearRemoteIrr() {
        redirect(5, 0x55 | LEVEL);
        io.pin(5).set(true);
        io.pin(5).set(false);
        io.write(0x40, 4, 0x55);
        assertEquals(0x55 | LEVEL, get(0x10 + 10));
        io.pin(5).set(true);
        set(0x10 + 10, 0x55 | MASKED);
        assertEquals(0x55 | MASKED, get(0x10 + 10));
    }

    @Test
    void remoteIrrAndStatusAreReadOnly() {
        redirect(3, 0x33 | MASKED | REMOTE_IRR | LEVEL | 1 << 12);
        assertEquals(0x33 | MASKED | LEVEL, get(0x10 + 6));
    }

    @Test
    void logicalDestinationsLowestPriorityAndNmiArrive() {
        local.write(0xd0, 4, 0x0200_0000);
        set(0x10 + 8, 0x44 | 1 << 11 | 1 << 8);
        set(0x11 + 8, 0x0200_0000);
        io.pin(4).pulse();
        serve(0x44);
        set(0x11 + 8, 0x0400_0000);
        eoi();
        io.pin(4).pulse();
        assertFalse(local.pending());
        redirect(6, 4 << 8);
        io.pin(6).pulse();
        assertTrue(local.nmiPending());
        redirect(0, 7 << 8);
        io.pin(0).pulse();
        assertEquals(0x20, local.acknowledge(), "ExtINT asks the 8259A");
    }

    @Test
    void aPinThatNobodyTakesHasNoRemoteIrr() {
        local.write(0xf0, 4, 0xff);
        redirect(9, 0x39 | LEVEL);
        io.pin(9).set(true);
        assertEquals(0x39 | LEVEL, get(0x10 + 18));
    }

    @Test
    void randomAccessesThrowNothingAndStateIsComplete() {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 10; round++) {
            IoApic one = new IoApic(0, bus);
            Fuzz.run(target(one), random, 3_000);
            IoApic twin = new IoApic(0, new ApicBus());
            twin.restore(one.state());
            assertEquals(one.state(), twin.state());
        }
    }

    private static Fuzz.Target target(IoApic io) {
        SplittableRandom random = new SplittableRandom(8);
        return new Fuzz.Target(new FakeClock(), List.of(), List.of(), List.of(io), 0x60,
                () -> io.pin(random.nextInt(24)).set(random.nextBoolean()));
    }
}
