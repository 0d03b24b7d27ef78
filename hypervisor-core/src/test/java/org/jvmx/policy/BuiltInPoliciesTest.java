package org.jvmx.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.jvmx.arch.Msr;
import org.jvmx.bus.IrqLine;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Label;
import org.jvmx.software.SmallGuest;
import org.jvmx.software.SoftwareBackend;
import org.jvmx.vm.ExitPath;
import org.jvmx.vm.MachineSpec;
import org.jvmx.vm.MemoryRange;
import org.jvmx.vm.PolicyCounters;
import org.jvmx.vmx.ExitReason;

/** What each policy that comes with JVMX changes. */
class BuiltInPoliciesTest {
    private static final int ROUNDS = 20;

    private static PolicyCounters halting(String policy, long nanos) {
        try (PricedGuest guest = new PricedGuest(policy)) {
            return guest.halting(ROUNDS, nanos).counters();
        }
    }

    @Test
    void withoutPollingEachHaltIsWokenUp() {
        PolicyCounters counters = halting("halt-poll-none", 50_000);
        assertEquals(0, counters.polls());
        assertEquals(0, counters.burntNanos());
        assertEquals(ROUNDS, counters.blockedWakeUps());
        assertEquals(Prices.WAKE_UP, counters.wakeUps().quantile(0.5));
    }

    @Test
    void pollingCatchesShortHaltsAndWastesOnLongOnes() {
        PolicyCounters shortly = halting("halt-poll-always", 50_000);
        assertEquals(ROUNDS, shortly.caughtWakeUps());
        assertEquals(0, shortly.wakeUps().max());
        assertTrue(shortly.burntNanos() > ROUNDS * 40_000 && shortly.burntNanos() <= ROUNDS * 50_000, "burnt " + shortly.burntNanos());
        PolicyCounters longly = halting("halt-poll-always", 4_000_000);
        assertEquals(ROUNDS, longly.wastedPolls());
        assertEquals(ROUNDS, longly.blockedWakeUps());
        assertEquals(ROUNDS * 200_000, longly.burntNanos());
        assertEquals(Prices.WAKE_UP, longly.wakeUps().quantile(0.5));
    }

    @Test
    void dynamicPollingGrowsForShortHaltsAndStopsForLongOnes() {
        PolicyCounters shortly = halting("halt-poll-dynamic", 50_000);
        assertEquals(4, shortly.blockedWakeUps(), "0, 10, 20 and 40 us are too short");
        assertEquals(ROUNDS - 4, shortly.caughtWakeUps());
        PolicyCounters longly = halting("halt-poll-dynamic", 4_000_000);
        assertEquals(0, longly.polls());
        assertEquals(0, longly.burntNanos());
    }

    @Test
    void theShrinkDefectLeavesIntervalsThatCatchNothing() {
        List<Long> sound = intervals("halt-poll-dynamic,shrink=2");
        List<Long> defective = intervals("halt-poll-dynamic,shrink=2,defect=true");
        assertEquals(List.of(20_000L, 10_000L, 0L, 0L), sound);
        assertEquals(List.of(20_000L, 10_000L, 5_000L, 2_500L), defective);
    }

    /** The interval after two short halts, and after each of three long ones that follow. */
    private static List<Long> intervals(String policy) {
        HaltPollDynamic dynamic = (HaltPollDynamic) Policies.standard().open(policy);
        List<Long> seen = new ArrayList<>();
        try (PricedGuest guest = new PricedGuest()) {
            var view = new Views(guest.small.machine).first();
            dynamic.onWake(view, 5_000, false);
            dynamic.onWake(view, 15_000, false);
            for (int n = 0; n < 4; n++) {
                seen.add(dynamic.onHalt(view));
                dynamic.onWake(view, 1_000_000, false);
            }
        }
        return seen;
    }

    private static PricedGuest spinning(String policy, int pauses) {
        PricedGuest guest = new PricedGuest(policy);
        Assembler asm = PricedGuest.code().op(MOV, EBX, pauses);
        Label loop = asm.newLabel();
        asm.bind(loop).op(PAUSE).op(DEC, EBX).op(JNZ, loop);
        return guest.run(asm);
    }

    @Test
    void aFixedWindowLeavesTheGuestOncePerWindow() {
        try (PricedGuest guest = spinning("ple-fixed", 20_000)) {
            long exits = guest.exits(ExitReason.PAUSE_INSTRUCTION);
            assertTrue(exits == 14, exits + " exits for 60,000 ticks in windows of 4096");
            assertEquals(exits, guest.decisions("yield"));
        }
    }

    @Test
    void anAdaptiveWindowLeavesItLessAndLess() {
        try (PricedGuest guest = spinning("ple-adaptive", 20_000)) {
            assertEquals(3, guest.exits(ExitReason.PAUSE_INSTRUCTION), "after 4096, 8192 and 16384 ticks more");
        }
    }

    /** Instructions until a processor that waits for another one, which has 200,000 to do, sees that it is done. */
    private static long waitingForTheOther(String... policies) {
        int flag = 0x500;
        int second = 0x18;
        MachineSpec spec = PricedGuest.spec().withCpus(2).withQuantum(20_000);
        try (PricedGuest guest = new PricedGuest(spec, policies)) {
            Assembler worker = new Assembler(16, 0).op(MOV, ECX, 100_000).op(MOV, AX, 1);
            Label work = worker.newLabel();
            worker.bind(work).op(DEC, ECX).op(JNZ, work).op(MOV, mem(flag), AX).op(CLI).op(HLT);
            guest.small.machine.memory().write(second << 12, worker.assemble());
            guest.small.machine.vcpus().get(1).startup(second);
            Assembler waiter = PricedGuest.code();
            Label wait = waiter.newLabel();
            waiter.bind(wait).op(PAUSE).op(CMP, mem(flag).segment(DS).b(), 0).op(JZ, wait);
            return guest.run(waiter).small.machine.clock().retired();
        }
    }

    @Test
    void aSpinningProcessorGivesItsTurnToTheOneThatItWaitsFor() {
        long alone = waitingForTheOther("ple-fixed,window=1000000");
        long yielding = waitingForTheOther("ple-fixed");
        assertTrue(alone > 380_000 && alone < 440_000, alone + " instructions: as many spun as worked");
        assertTrue(yielding > 230_000 && yielding < 260_000, yielding + " instructions: 4096 spun of each 20,000 worked");
    }

    @Test
    void aWindowThatGrewIsShortAgainAtTheNextTurn() {
        long fixed = waitingForTheOther("ple-fixed");
        assertEquals(fixed, waitingForTheOther("ple-adaptive"));
        assertTrue(waitingForTheOther("ple-adaptive,shrink=1") > fixed, "divided by 1 it stays as long as it grew");
    }

    private static PricedGuest ticking(String policy, List<Long> times) {
        PricedGuest guest = new PricedGuest(policy);
        var machine = guest.small.machine;
        machine.clock().timer(() -> {
            times.add(machine.clock().nanos());
            guest.small.vector = PricedGuest.TICK;
        }).arm(2_500_000);
        Assembler asm = PricedGuest.code().op(STI);
        Label loop = asm.newLabel();
        asm.bind(loop).op(INC, RBX).op(JMP, loop);
        guest.small.handler(PricedGuest.TICK, asm.here());
        return guest.run(asm);
    }

    @Test
    void thePreemptionTimerIsOnTimeAndItsExitsAreFast() {
        List<Long> times = new ArrayList<>();
        try (PricedGuest guest = ticking("timer-preemption", times)) {
            assertEquals(1, guest.handled(ExitReason.PREEMPTION_TIMER, ExitPath.FAST));
            assertEquals(2_500_000 + Prices.TRANSITION + 200, times.getFirst());
        }
    }

    @Test
    void periodicTicksLeaveTheGuestEachTimeAndMakeTimersLate() {
        List<Long> times = new ArrayList<>();
        try (PricedGuest guest = ticking("timer-periodic,hz=1000", times)) {
            assertEquals(3, guest.handled(ExitReason.PREEMPTION_TIMER, ExitPath.KERNEL), "at 1, 2 and 3 ms");
            assertTrue(times.getFirst() >= 3_000_000 && times.getFirst() < 3_010_000, times.toString());
        }
    }

    @Test
    void deadlineWritesTakeTheFastPath() {
        Assembler asm = PricedGuest.code().op(MOV, ECX, Msr.TSC_DEADLINE).op(XOR, EAX, EAX).op(XOR, EDX, EDX).op(WRMSR).op(WRMSR)
                .op(MOV, ECX, Msr.MISC_ENABLE).op(RDMSR).op(WRMSR);
        try (PricedGuest guest = new PricedGuest("tsc-deadline-fast")) {
            guest.small.machine.attach(new Anything(Msr.TSC_DEADLINE));
            guest.run(asm);
            assertEquals(2, guest.handled(ExitReason.MSR_WRITE, ExitPath.FAST));
            assertEquals(1, guest.handled(ExitReason.MSR_WRITE, ExitPath.KERNEL));
        }
    }

    private static PricedGuest pairs(String... policies) {
        PricedGuest guest = new PricedGuest(policies);
        Assembler asm = PricedGuest.code().op(MOV, EBX, 100);
        Label loop = asm.newLabel();
        asm.bind(loop).op(IN, AL, SmallGuest.SOURCE).op(INC, EAX).op(OUT, SmallGuest.SINK, AL);
        for (int n = 0; n < 8; n++) {
            asm.op(MOV, mem(0x5_0000).segment(DS).b(), AL); // memory ends the run
        }
        return guest.run(asm.op(DEC, EBX).op(JNZ, loop));
    }

    @Test
    void pairsOfExitingInstructionsCostOneTransition() {
        try (PricedGuest plain = pairs(); PricedGuest coalesced = pairs("exit-coalescing")) {
            assertEquals(plain.small.written, coalesced.small.written);
            assertEquals(201, plain.exits(ExitReason.IO_INSTRUCTION));
            assertEquals(101, transitions(coalesced));
            assertEquals(201, plain.small.machine.counters().resumes() + 1);
            assertEquals(101, coalesced.small.machine.counters().resumes() + 1);
            assertEquals(100, coalesced.counters().emulated(ExitReason.IO_INSTRUCTION));
            assertEquals(200, coalesced.counters().steps());
            long saved = 100 * Prices.TRANSITION - 200 * Prices.EMULATION;
            assertEquals(plain.counters().chargedNanos() - saved, coalesced.counters().chargedNanos());
            assertEquals(plain.small.machine.clock().retired(), coalesced.small.machine.clock().retired());
        }
    }

    private static long transitions(PricedGuest guest) {
        return guest.exits(ExitReason.IO_INSTRUCTION) - guest.counters().emulated(ExitReason.IO_INSTRUCTION);
    }

    @Test
    void writesAreKeptInOrderUntilSomethingElseHappens() {
        Assembler asm = PricedGuest.code();
        for (int n = 1; n <= 5; n++) {
            asm.op(MOV, AL, n).op(OUT, SmallGuest.SINK, AL);
        }
        asm.op(IN, AL, SmallGuest.SOURCE).op(OUT, SmallGuest.SINK, AL);
        try (PricedGuest guest = new PricedGuest("write-coalescing,port=0x10")) {
            guest.run(asm);
            assertEquals(List.of(1, 2, 3, 4, 5, 0x30), guest.small.written);
            assertEquals(6, guest.counters().keptWrites());
            assertEquals(6, guest.handled(ExitReason.IO_INSTRUCTION, ExitPath.KERNEL));
            assertEquals(2, guest.handled(ExitReason.IO_INSTRUCTION, ExitPath.USER));
        }
    }

    private static long violations(String... policies) {
        Assembler asm = PricedGuest.code().op(MOV, EBX, 0x100_0000).op(MOV, ECX, 1024);
        Label loop = asm.newLabel();
        asm.bind(loop).op(MOV, mem(RBX), ECX).op(ADD, RBX, 0x1000).op(DEC, ECX).op(JNZ, loop);
        try (PricedGuest guest = new PricedGuest(PricedGuest.spec().withLazyMemory(true), policies)) {
            long pages = guest.run(asm).counters().mappedPages();
            assertTrue(pages >= 3, pages + " pages");
            return guest.exits(ExitReason.EPT_VIOLATION);
        }
    }

    @Test
    void faultAroundAndLargePagesDivideTheFaults() {
        long single = violations();
        long around = violations("fault-around");
        long large = violations("large-pages");
        assertTrue(single >= 1024 && single < 1032, single + " faults");
        assertTrue(around >= 64 && around < 70, around + " faults of 64 KiB");
        assertTrue(large >= 3 && large <= 4, large + " faults of 2 MiB: 4 MiB, and the guest's own");
    }

    @Test
    void registersThatAreUsedAreNoLongerIntercepted() {
        Assembler asm = PricedGuest.code().op(MOV, EBX, 100).op(MOV, ECX, Msr.MISC_ENABLE);
        Label loop = asm.newLabel();
        asm.bind(loop).op(RDMSR).op(WRMSR).op(DEC, EBX).op(JNZ, loop);
        try (PricedGuest guest = new PricedGuest("msr-passthrough,after=3")) {
            guest.run(asm);
            assertEquals(3, guest.exits(ExitReason.MSR_READ) + guest.exits(ExitReason.MSR_WRITE));
        }
        try (PricedGuest guest = new PricedGuest("msr-passthrough")) {
            guest.small.machine.attach(new Anything(Msr.MISC_ENABLE));
            guest.run(asm);
            assertEquals(200, guest.exits(ExitReason.MSR_READ) + guest.exits(ExitReason.MSR_WRITE), "a device answers");
        }
    }

    @Test
    void anInterruptLineIsRaisedNoMoreOftenThanItMay() {
        try (PricedGuest guest = new PricedGuest("interrupt-coalescing,rate=10000")) {
            List<Long> edges = new ArrayList<>();
            var clock = guest.small.machine.clock();
            IrqLine line = guest.small.machine.line(4, level -> {
                if (level) {
                    edges.add(clock.nanos());
                }
            });
            guest.small.machine.ports().map(0x20, 1, new Alarm(line::pulse));
            Assembler asm = PricedGuest.code().op(MOV, EBX, 500);
            Label loop = asm.newLabel();
            guest.run(asm.bind(loop).op(OUT, 0x20, AL).op(DEC, EBX).op(JNZ, loop));
            long run = guest.small.machine.clock().nanos();
            assertTrue(run > 500 * Prices.TRANSITION, run + " ns");
            assertEquals(1 + run / 100_000, edges.size(), edges.toString());
        }
    }

    @Test
    void portAccessesTakeTheFastPath() {
        Assembler asm = PricedGuest.code().op(IN, AL, SmallGuest.SOURCE).op(OUT, SmallGuest.SINK, AL).op(MOV, EDX, SmallGuest.SINK)
                .op(MOV, ESI, 0x1_0000).op(OUTSB);
        try (PricedGuest guest = new PricedGuest("pio-fast")) {
            guest.run(asm);
            assertEquals(3, guest.handled(ExitReason.IO_INSTRUCTION, ExitPath.FAST));
            assertEquals(1, guest.handled(ExitReason.IO_INSTRUCTION, ExitPath.USER));
        }
    }

    @Test
    void recordingTellsWhatWasAndChangesNothing() {
        Assembler asm = PricedGuest.code().op(MOV, EAX, 0x15).op(CPUID).op(IN, AL, SmallGuest.SOURCE).op(IN, AL, SmallGuest.SOURCE);
        try (PricedGuest guest = new PricedGuest("record"); PricedGuest plain = new PricedGuest()) {
            guest.run(asm);
            plain.run(PricedGuest.code().op(MOV, EAX, 0x15).op(CPUID).op(IN, AL, SmallGuest.SOURCE).op(IN, AL, SmallGuest.SOURCE));
            String report = guest.small.machine.policyReport();
            assertTrue(report.contains("           2  IO_INSTRUCTION in 0x11"), report);
            assertTrue(report.contains("           1  CPUID leaf 0x15"), report);
            assertEquals(plain.small.machine.clock().nanos(), guest.small.machine.clock().nanos());
        }
    }

    @Test
    void ramIsMappedAtOnceUnlessItIsLazy() {
        MachineSpec spec = MachineSpec.of(new SoftwareBackend(), List.of(new MemoryRange(0, 0xa_0000)));
        try (PricedGuest guest = new PricedGuest(spec)) {
            guest.run(PricedGuest.code());
            assertEquals(0, guest.exits(ExitReason.EPT_VIOLATION));
        }
    }
}
