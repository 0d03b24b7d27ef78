package org.jvmx.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvmx.error.ConfigException;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Label;
import org.jvmx.software.SmallGuest;
import org.jvmx.vm.ExitHandler;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.Machine;
import org.jvmx.vm.MachineSpec;
import org.jvmx.vm.PolicyNeed;
import org.jvmx.vm.StopReason;
import org.jvmx.vm.VcpuView;
import org.jvmx.vm.Verdict;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.VmcsField;

/** What a machine does with policies that misbehave, with several of them, and with new ones. */
class PolicyContractTest {
    @TempDir
    private Path folder;

    /** A policy about CPUID whose {@code decide} is the given code. */
    private ExitPolicy compiled(String name, String body) throws Exception {
        Path file = folder.resolve(name + ".java");
        Files.writeString(file, """
                import java.util.Set;
                import org.jvmx.vm.*;
                import org.jvmx.vmx.*;
                public final class %s implements ExitPolicy {
                    public String name() { return "%s"; }
                    public Set<ExitReason> reasons() { return Set.of(ExitReason.CPUID); }
                    public Verdict decide(Exit exit, ExitHandler handler) {
                        %s
                    }
                }
                """.formatted(name, name, body));
        return Policies.standard().open(file.toString());
    }

    private static StopReason run(Machine machine, SmallGuest guest) {
        guest.load(PricedGuest.code().op(XOR, EAX, EAX).op(CPUID).op(OUT, SmallGuest.POWER, AL).op(HLT));
        return machine.run();
    }

    private StopReason fails(String name, String body) throws Exception {
        try (SmallGuest guest = new SmallGuest()) {
            guest.machine.attach(compiled(name, body));
            StopReason reason = run(guest.machine, guest);
            assertEquals(StopReason.Kind.POLICY_FAILURE, reason.kind(), reason.message());
            assertEquals(10, reason.exitCode());
            return reason;
        }
    }

    @Test
    void anExceptionStopsTheGuestWithTheFramesOfThePolicy() throws Exception {
        StopReason reason = fails("Thrower", "return Verdict.valueOf(\"PERHAPS\");");
        assertTrue(reason.message().startsWith("policy Thrower failed in decide: java.lang.IllegalArgumentException"), reason.message());
        assertTrue(reason.report().contains("at Thrower.decide(Thrower.java:8)"), reason.report());
        assertTrue(!reason.report().contains("PolicyLink"), reason.report());
        assertTrue(reason.report().contains("at VM exit CPUID"), reason.report());
    }

    @Test
    void nullIsNoVerdict() throws Exception {
        assertEquals("policy Nothing failed in decide: it returned null and no verdict", fails("Nothing", "return null;").message());
    }

    @Test
    void aLoopEndsAtTheSameStepEachTime() throws Exception {
        String body = "for (int n = 0;; n++) { if (n < 0) return Verdict.NEXT; counted = n; } } static int counted; { ";
        StopReason first = fails("Looper", body);
        StopReason second = fails("Looper", body);
        assertEquals("policy Looper failed in decide: it took more than 1,000,000 steps for one decision", first.message());
        assertTrue(first.report().startsWith("  at Looper.decide(Looper.java:8)"), first.report());
        assertEquals(first, second);
    }

    @Test
    void neitherRecursionNorLambdasNorCatchingHelpALoop() throws Exception {
        fails("Recursion", "return down(exit, 0); } Verdict down(Exit exit, int n) { return n > 1000 ? down(exit, 0) : down(exit, n + 1);");
        fails("Lambda", "java.util.stream.IntStream.iterate(0, n -> n + 1).forEach(n -> { }); return null;");
        fails("Catcher", "while (true) { try { while (true) { } } catch (Throwable e) { } }");
    }

    @Test
    void aPolicyThatSleepsIsWokenAndTheRunEnds() throws Exception {
        try (SmallGuest guest = new SmallGuest()) {
            guest.machine.attach(compiled("Sleeper",
                    "try { Thread.sleep(3_600_000); } catch (InterruptedException e) { throw new IllegalStateException(e); } return null;"));
            guest.machine.whenStuck(300_000_000L, _ -> {});
            StopReason reason = run(guest.machine, guest);
            assertEquals("policy Sleeper did not return from decide within 0 s", reason.message());
            assertTrue(reason.report().contains("Sleeper.decide(Sleeper.java:8)"), reason.report());
            assertEquals(10, reason.exitCode());
        }
    }

    @Test
    void ofAPolicyThatCannotBeWokenSomebodyIsTold() throws Exception {
        try (SmallGuest guest = new SmallGuest()) {
            guest.machine.attach(compiled("Deaf",
                    "while (true) { try { Thread.sleep(60_000); } catch (InterruptedException e) { if (++heard > 5) return Verdict.NEXT; } }"
                            + " } static int heard; {"));
            AtomicReference<StopReason> told = new AtomicReference<>();
            CountDownLatch latch = new CountDownLatch(1);
            guest.machine.whenStuck(300_000_000L, reason -> {
                told.set(reason);
                latch.countDown();
            });
            Thread runner = Thread.ofPlatform().daemon().start(() -> run(guest.machine, guest));
            assertTrue(latch.await(20, TimeUnit.SECONDS));
            assertEquals(StopReason.Kind.POLICY_FAILURE, told.get().kind());
            while (runner.isAlive()) {
                runner.interrupt();
                runner.join(50);
            }
        }
    }

    /** Asks or decides, and tells. */
    private record Telling(String name, Set<ExitReason> reasons, List<String> told, boolean decides) implements ExitPolicy {
        @Override
        public Verdict decide(Exit exit, ExitHandler handler) {
            told.add(name);
            if (decides) {
                exit.access().answerCpuid(0x77, 0, 0, 0);
                return Verdict.NEXT;
            }
            Verdict verdict = handler.handle(exit);
            told.add(name + " " + verdict);
            return verdict;
        }
    }

    @Test
    void policiesAreAskedInOrderAndTheHandlerIsTheNextOne() {
        List<String> told = new ArrayList<>();
        Set<ExitReason> cpuid = Set.of(ExitReason.CPUID);
        try (SmallGuest guest = new SmallGuest()) {
            guest.machine.attach(new Telling("outer", cpuid, told, false));
            guest.machine.attach(new Telling("deaf", Set.of(ExitReason.HLT), told, true));
            guest.machine.attach(new Telling("inner", cpuid, told, true));
            guest.machine.attach(new Telling("never", cpuid, told, true));
            guest.load(PricedGuest.code().op(CPUID).op(OUT, SmallGuest.SINK, AL).op(OUT, SmallGuest.POWER, AL).op(HLT));
            guest.run();
            assertEquals(List.of("outer", "inner", "outer NEXT"), told);
            assertEquals(List.of(0x77), guest.written);
            assertEquals(List.of("outer observe 1", "inner decide-next 1"), guest.machine.policyCounters().decisions().stream()
                    .map(one -> one.policy() + " " + one.decision() + " " + one.count()).toList());
        }
    }

    @Test
    void thePollOfTheFirstThatAnswersCounts() {
        try (PricedGuest guest = new PricedGuest("record", "halt-poll-always,poll=70000", "halt-poll-none")) {
            assertEquals(5 * 70_000, guest.halting(5, 1_000_000).counters().burntNanos());
        }
    }

    @Test
    void aNewPolicyTakesOverBetweenTwoExitsAndLearnsFromTheOldOne() {
        try (PricedGuest guest = new PricedGuest("halt-poll-dynamic")) {
            Machine machine = guest.small.machine;
            machine.clock()
                    .timer(() -> machine.post(() -> machine.swap("halt-poll-dynamic", Policies.standard().open("halt-poll-dynamic"))))
                    .arm(600_000);
            guest.halting(20, 50_000);
            assertEquals(4, guest.counters().blockedWakeUps(), "the new one goes on with the interval of the old one");
            assertEquals(1, machine.swaps().size());
            assertEquals("halt-poll-dynamic", machine.swaps().getFirst().fresh());
            assertTrue(machine.swaps().getFirst().nanos() >= 600_000);
            assertThrows(ConfigException.class, () -> machine.swap("ple-fixed", new HaltPollNone()));
        }
    }

    @Test
    void anIllegalFieldFailsTheEntryAndNamesWhoWroteIt() {
        try (SmallGuest guest = new SmallGuest()) {
            guest.machine.attach(new Writing(VmcsField.PIN_BASED_CONTROLS, 0));
            StopReason reason = run(guest.machine, guest);
            assertEquals(StopReason.Kind.ENTRY_FAILURE, reason.kind());
            assertTrue(reason.message().endsWith("; policy writing wrote PIN_BASED_CONTROLS"), reason.message());
        }
    }

    @Test
    void whatIsTheMachinesOwnCannotBeWritten() {
        for (VmcsField field : List.of(VmcsField.GUEST_RIP, VmcsField.EPT_POINTER, VmcsField.HOST_CR3)) {
            try (SmallGuest guest = new SmallGuest()) {
                guest.machine.attach(new Writing(field, 0));
                StopReason reason = run(guest.machine, guest);
                assertEquals(StopReason.Kind.POLICY_FAILURE, reason.kind());
                assertTrue(reason.message().contains(field + " is not a policy's to write"), reason.message());
            }
        }
    }

    private record Writing(VmcsField field, long value) implements ExitPolicy {
        @Override
        public String name() {
            return "writing";
        }

        @Override
        public void onStart(VcpuView vcpu) {
            vcpu.controls().field(field, value);
        }
    }

    @Test
    void whatAMachineLacksIsSaidByName() {
        try (PricedGuest guest = new PricedGuest()) {
            ConfigException e = assertThrows(ConfigException.class,
                    () -> guest.small.machine.attach(Policies.standard().open("fault-around")));
            assertTrue(e.getMessage().startsWith("policy fault-around needs " + PolicyNeed.LAZY_MEMORY.title()), e.getMessage());
        }
    }

    @Test
    void aPolicyThatDoesNothingCostsNoAllocationAndNoTime() {
        long plain = allocated();
        long observed = allocated("halt-poll-dynamic", "ple-adaptive", "pio-fast", "interrupt-coalescing", "write-coalescing");
        assertTrue(observed - plain < 20_000, "20,000 exits took %d bytes without policies and %d with".formatted(plain, observed));
    }

    private static long allocated(String... policies) {
        MachineSpec spec = PricedGuest.spec().withMaxExits(Long.MAX_VALUE);
        try (PricedGuest guest = new PricedGuest(spec, policies)) {
            Assembler asm = PricedGuest.code();
            Label loop = asm.newLabel();
            int[] left = {10_000};
            guest.small.machine.ports().map(0x20, 1, new Alarm(() -> {
                if (--left[0] == 0) {
                    left[0] = 20_000;
                    guest.small.machine.stop(StopReason.powerOff());
                }
            }));
            guest.small.load(asm.bind(loop).op(OUT, 0x20, AL).op(JMP, loop));
            guest.small.run();
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            guest.small.run();
            return threads.getCurrentThreadAllocatedBytes() - before;
        }
    }
}
