package org.jvmx.tools.hosttrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvmx.policy.Policies;
import org.jvmx.vm.ExitPath;
import org.jvmx.vmx.ExitReason;

/** The traces in the resources are synthetic: no host was recorded. */
class HostTraceTest {
    private static HostTrace resource(String name) throws IOException {
        try (InputStream in = HostTraceTest.class.getResourceAsStream(name)) {
            return HostTrace.read(new BufferedInputStream(in));
        }
    }

    private static HostTrace of(String text) throws IOException {
        return HostTrace.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static long count(HostTrace trace, ExitReason reason) {
        return trace.exits().stream().filter(exit -> exit.reason() == reason).count();
    }

    @Test
    void perfScriptOnIntelIsRead() throws IOException {
        HostTrace trace = resource("intel-perf-script.txt");
        assertEquals(40, count(trace, ExitReason.HLT));
        assertEquals(40, count(trace, ExitReason.MSR_WRITE));
        assertEquals(10, count(trace, ExitReason.IO_INSTRUCTION));
        assertEquals(8, count(trace, ExitReason.EPT_VIOLATION));
        assertEquals(1, trace.unfinished());
        assertEquals(1, trace.foreignLines());
        assertTrue(trace.exits().stream().filter(exit -> exit.reason() == ExitReason.IO_INSTRUCTION).allMatch(exit -> exit.path() == ExitPath.USER));
    }

    @Test
    void ftraceOnAmdIsRead() throws IOException {
        HostTrace trace = resource("amd-ftrace.txt");
        assertEquals(20, count(trace, ExitReason.HLT));
        assertEquals(20, count(trace, ExitReason.EPT_VIOLATION));
        assertEquals(5, count(trace, ExitReason.MSR_READ));
        assertEquals(15, count(trace, ExitReason.MSR_WRITE));
        assertEquals(20, count(trace, ExitReason.CR_ACCESS));
        assertEquals(20, count(trace, ExitReason.EXCEPTION_NMI));
        assertEquals(20, trace.pollChanges());
        assertEquals(0, new HostSummary(trace).unpriced());
        assertTrue(new HostSummary(trace).table().contains("npf"), new HostSummary(trace).table());
    }

    @Test
    void aHaltsWaitIsWhatTheHostTellsOrTheTimeToTheEntry() throws IOException {
        String halt = "CPU 0/KVM 7 [000] 1.000000: kvm:kvm_exit: reason HLT rip 0x0 info 0 0\n";
        String entry = "CPU 0/KVM 7 [000] 1.000050: kvm:kvm_entry: vcpu 0\n";
        assertEquals(50_000, of(halt + entry).exits().getFirst().waitedNanos());
        assertEquals(44_000, of(halt + "CPU 0/KVM 7 [000] 1.000045: kvm:kvm_vcpu_wakeup: wait time 44000 ns, polling valid\n" + entry).exits()
                .getFirst().waitedNanos());
    }

    @Test
    void threadsDoNotMix() throws IOException {
        HostTrace trace = of("""
                a 1 [000] 1.000000: kvm:kvm_exit: reason HLT rip 0x0
                b 2 [001] 1.000001: kvm:kvm_exit: reason CPUID rip 0x0
                b 2 [001] 1.000002: kvm:kvm_entry: vcpu 1
                a 1 [000] 1.000009: kvm:kvm_entry: vcpu 0
                """);
        assertEquals(List.of(1000L, 9000L), trace.exits().stream().map(HostExit::handledNanos).toList());
    }

    @ParameterizedTest
    @CsvSource({"halt-poll-none, 0, 0, 0", "'halt-poll-always,poll=200000', 20, 10, 3000000", "'halt-poll-always,poll=50000', 20, 0, 1000000"})
    void policiesAreAskedAboutEachHalt(String policy, long polls, long caught, long burntNanos) throws IOException {
        HaltReplay replay = HaltReplay.of(resource("amd-ftrace.txt").exits(), () -> Policies.standard().open(policy));
        assertEquals(polls, replay.polls());
        assertEquals(caught, replay.caught());
        assertEquals(burntNanos, replay.burntNanos(), 1000);
        assertEquals(20, replay.caught() + replay.blocked());
    }

    @Test
    void dynamicPollingLearnsFromTheTrace() throws IOException {
        String text = "";
        for (int n = 0; n < 20; n++) {
            text += "c 1 [000] %d.000000: kvm:kvm_exit: reason HLT rip 0x0\nc 1 [000] %d.000030: kvm:kvm_entry: vcpu 0\n".formatted(n + 1, n + 1);
        }
        HaltReplay replay = HaltReplay.of(of(text).exits(), () -> Policies.standard().open("halt-poll-dynamic"));
        assertTrue(replay.caught() >= 16 && replay.caught() < 20, replay.toString());
    }

    @ParameterizedTest
    @CsvSource({"''", "kvm_exit", "x 1 [0] 99999999999999999999.000000: kvm:kvm_entry: vcpu 0", "x 1 [0] 1.00: kvm:kvm_entry: vcpu 0",
        "x 99999999999 [0] 1.000000: kvm:kvm_entry: vcpu 0"})
    void whatIsNoTracePointIsNoEvent(String line) {
        assertNull(HostEvent.of(line));
    }
}
