package org.jvmx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.jvmx.bus.Timer;
import org.jvmx.vmx.VmcsField;

class MachineClockTest {
    private final ScriptedProcessor cpu = new ScriptedProcessor();

    private static final class Wall implements Pacer {
        long now = 1_000_000;

        @Override
        public long nanos() {
            return now;
        }

        @Override
        public long park(long nanos) {
            now += nanos;
            return nanos;
        }

        @Override
        public void wake() {
            // nobody sleeps
        }
    }

    @Test
    void aVirtualNanosecondIsAnInstruction() {
        VirtualClock clock = new VirtualClock();
        VcpuClock own = clock.attach(cpu);
        cpu.retired = 500;
        clock.skip(250);
        assertEquals(750, clock.nanos());
        assertEquals(750, clock.tsc());
        assertEquals(250, own.tscOffset());
    }

    @Test
    void theBudgetReachesToTheNextTimer() {
        VirtualClock clock = new VirtualClock();
        clock.attach(cpu);
        assertEquals(Long.MAX_VALUE, clock.budget());
        List<Long> fired = new ArrayList<>();
        Timer timer = clock.timer(() -> fired.add(clock.nanos()));
        timer.arm(90);
        cpu.retired = 30;
        assertEquals(60, clock.budget());
        cpu.retired = 90;
        clock.runDue();
        assertEquals(List.of(90L), fired);
    }

    @Test
    void adjustingTheCounterMovesBothRegisters() {
        VcpuClock clock = new VirtualClock().attach(cpu);
        cpu.retired = 100;
        clock.writeTscAdjust(1000);
        assertEquals(1100, clock.tsc());
        clock.writeTsc(50);
        assertEquals(-50, clock.tscAdjust());
        assertEquals(100, clock.nanos());
        assertEquals(150, clock.nanosAtTsc(100));
        assertEquals(100, clock.nanosAtTsc(7));
    }

    @Test
    void onTheHostsClockTheCounterFollowsTheHost() {
        Wall wall = new Wall();
        HostClock clock = new HostClock(wall);
        clock.attach(cpu);
        wall.now += 5_000_000;
        cpu.retired = 1000;
        assertEquals(5_000_000, clock.nanos());
        clock.budget();
        assertEquals(5_000_000, clock.tsc());
        cpu.retired += 20_000_000;
        clock.budget();
        assertEquals(25_000_000, clock.tsc(), "it never goes back");
    }

    @Test
    void aMachineOnTheHostsClockWaitsForItsTimers() {
        Wall wall = new Wall();
        ScriptedBackend backend = new ScriptedBackend();
        MachineSpec spec = MachineSpec.of(backend, List.of(new MemoryRange(0, 4096))).withPacer(wall).withTime(MachineSpec.Time.HOST);
        try (Machine machine = new Machine(spec)) {
            Wires wires = new Wires();
            machine.attach(wires);
            machine.load(VcpuState.real16(0, 0x7c00).with(0, 1));
            machine.vmx().write(VmcsField.GUEST_RFLAGS, 0x202);
            Timer timer = machine.clock().timer(() -> wires.vector = 0x20);
            timer.arm(7_000_000);
            assertEquals(StopReason.Kind.HALTED_FOREVER, machine.run().kind());
            assertEquals(1, machine.counters().interrupts());
            assertEquals(8_000_000, wall.now);
        }
    }

    @Test
    void aWakeBeforeTheWaitEndsIt() {
        WallPacer pacer = new WallPacer();
        pacer.wake();
        assertTrue(pacer.park(3_600_000_000_000L) < 60_000_000_000L);
        long waited = pacer.park(2_000_000);
        assertTrue(waited >= 2_000_000, waited + " ns");
    }
}
