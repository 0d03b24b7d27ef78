package org.jvmx.devices.acpi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.jvmx.bus.IrqLine;
import org.jvmx.bus.ResetLine;
import org.jvmx.devices.FakeClock;
import org.jvmx.devices.Fuzz;
import org.jvmx.devices.Wire;

class PowerManagementTest {
    private final FakeClock clock = new FakeClock();
    private final Wire sci = new Wire();
    private int offs;
    private final PowerManagement power = new PowerManagement(clock, sci, true, () -> offs++);

    @Test
    void timerCountsAtItsFrequencyWithoutDrift() {
        clock.advance(1_000_000_000L);
        assertEquals(3_579_545, power.timerBlock().in(0, 4));
        clock.advance(3_599_000_000_000L);
        assertEquals((int) (3_579_545L * 3600), power.timerBlock().in(0, 4));
        PowerManagement old = new PowerManagement(clock, IrqLine.NONE, false, PowerEvents.NONE);
        assertEquals((int) (3_579_545L * 3600 & 0xff_ffff), old.timerBlock().in(0, 4));
    }

    @Test
    void softOffNeedsItsSleepTypeAndTheEnableBit() {
        power.controlBlock().out(0, 2, 5 << 10);
        assertEquals(5 << 10 | 1, power.controlBlock().in(0, 2));
        power.controlBlock().out(0, 2, 1 << 10 | 1 << 13);
        assertEquals(0, offs);
        power.controlBlock().out(0, 2, 5 << 10 | 1 << 13);
        assertEquals(1, offs);
        assertEquals(5 << 10 | 1, power.controlBlock().in(0, 2), "the enable bit reads zero, SCI_EN one");
    }

    @Test
    void powerButtonInterruptsUntilItsStatusIsCleared() {
        power.eventBlock().out(2, 2, 1 << 8);
        power.pressPowerButton();
        assertTrue(sci.high());
        assertEquals(1 << 8, power.eventBlock().in(0, 2));
        power.eventBlock().out(0, 2, 1 << 8);
        assertFalse(sci.high());
        assertEquals(1 << 24, power.eventBlock().in(0, 4));
    }

    @Test
    void timerCarrySetsItsStatusAndInterrupts() {
        PowerManagement old = new PowerManagement(clock, sci, false, PowerEvents.NONE);
        old.eventBlock().out(2, 2, 1);
        clock.advance(2_343_000_000L);
        assertFalse(sci.high());
        clock.advance(1_000_000L);
        assertTrue(sci.high());
        old.eventBlock().out(0, 2, 1);
        assertFalse(sci.high());
        clock.advance(2_344_000_000L);
        assertTrue(sci.high());
    }

    @Test
    void generalPurposeEventsStayWhileTheirLineIsHigh() {
        power.gpeBlock().out(2, 1, 0x04);
        power.gpe(2).set(true);
        assertTrue(sci.high());
        power.gpeBlock().out(0, 2, 0x04);
        assertTrue(sci.high());
        power.gpe(2).set(false);
        assertTrue(sci.high());
        power.gpeBlock().out(0, 2, 0x04);
        assertFalse(sci.high());
    }

    @Test
    void resetRegisterKnowsHardAndSoft() {
        List<ResetLine.Kind> kinds = new ArrayList<>();
        ResetControl control = new ResetControl(kinds::add);
        control.out(0, 0);
        control.out(0, 4);
        control.out(0, 2);
        control.out(0, 6);
        assertEquals(List.of(ResetLine.Kind.INIT, ResetLine.Kind.HARD), kinds);
        assertEquals(2, control.in(0));
    }

    @Test
    void randomAccessesThrowNothingAndStateIsComplete() {
        SplittableRandom random = new SplittableRandom(9);
        for (int round = 0; round < 10; round++) {
            FakeClock one = new FakeClock();
            PowerManagement original = new PowerManagement(one, IrqLine.NONE, false, PowerEvents.NONE);
            Fuzz.run(target(one, original), random, 2_000);
            FakeClock other = new FakeClock();
            PowerManagement twin = new PowerManagement(other, IrqLine.NONE, false, PowerEvents.NONE);
            other.drift(one.nanos());
            twin.restore(original.state());
            Fuzz.compare(target(one, original), target(other, twin), round, 500);
        }
    }

    private static Fuzz.Target target(FakeClock clock, PowerManagement power) {
        return new Fuzz.Target(clock, List.of(power.eventBlock(), power.controlBlock(), power.timerBlock(), power.gpeBlock()),
                List.of(4, 2, 4, 4),
                List.of(), 0, () -> {
                    power.pressPowerButton();
                    power.gpe(3).set(true);
                    power.gpe(3).set(false);
                });
    }
}
