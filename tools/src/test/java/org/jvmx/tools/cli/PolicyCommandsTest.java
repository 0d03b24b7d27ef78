package org.jvmx.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvmx.loader.format.GuestImage;
import org.jvmx.policy.Policies;
import org.jvmx.policy.PolicyKind;
import org.jvmx.tools.guests.BundledGuest;
import org.jvmx.tools.guests.BundledGuests;
import org.jvmx.tools.pc.Pc;
import org.jvmx.tools.pc.PcSpec;
import org.jvmx.trace.TraceFooter;
import org.jvmx.trace.TraceHeader;
import org.jvmx.trace.TraceReader;
import org.jvmx.trace.TraceSink;
import org.jvmx.vm.PolicySwap;
import org.jvmx.vm.StopReason;

/** {@code jvmx policy} but for comparisons, and policies in {@code jvmx run}. */
class PolicyCommandsTest {
    private final PrintStream usualOut = System.out;
    private final PrintStream usualErr = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    @BeforeEach
    void capture() {
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void release() {
        System.setOut(usualOut);
        System.setErr(usualErr);
    }

    private String said(String... arguments) {
        out.reset();
        err.reset();
        int code = Main.execute(arguments);
        String text = out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
        assertEquals(0, code, text);
        return text;
    }

    @Test
    void allPoliciesAreListedAndShown() {
        assertEquals(16, said("policy", "list").lines().count());
        String text = said("policy", "show", "halt-poll-dynamic");
        assertTrue(text.contains("published  Linux, commit aca6ff29c406"), text);
        assertTrue(text.contains("options    poll=200000  nanoseconds to poll at most (halt_poll_ns)"), text);
    }

    @Test
    void aNewPolicyRunsAtOnce() throws Exception {
        String text = said("policy", "new", "MyFirst");
        Path file = Files.writeString(folder.resolve("MyFirst.java"), text);
        assertEquals("my-first", Policies.standard().open(file.toString()).name());
        String run = said("run", "idle-250hz", "--policy", file + ",poll=5000000", "--serial", "none");
        assertTrue(run.contains("policy my-first:"), run);
        assertEquals(2, Main.execute("policy", "new", "my-first"));
    }

    @Test
    void aPolicyThatFailsEndsTheRunWithCodeTen() throws Exception {
        Path file = Files.writeString(folder.resolve("Bad.java"), """
                public class Bad implements org.jvmx.vm.ExitPolicy {
                    public String name() { return "bad"; }
                    public long onHalt(org.jvmx.vm.VcpuView vcpu) { return -5; }
                }
                """);
        assertEquals(10, Main.execute("run", "idle-250hz", "--policy", file.toString(), "--serial", "none"));
        String text = err.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("jvmx: policy bad failed in onHalt: it returned -5, which is neither PASS nor a number from 0"), text);
    }

    @Test
    void policiesStandInTheTrace() throws Exception {
        Path trace = folder.resolve("trace.jsonl");
        said("run", "idle-250hz", "--policy", "halt-poll-always,poll=1000", "--serial", "none", "--quiet", "--trace", trace.toString());
        assertTrue(Files.readString(trace).lines().findFirst().orElse("").endsWith("\"policies\":[\"halt-poll-always,poll=1000\"]}"));
    }

    @Test
    void swapsStandInTheFooterOfEitherForm() throws Exception {
        PolicySwap swap = new PolicySwap("old", "new", 17, 4_000);
        for (String name : List.of("trace.jsonl", "trace.bin")) {
            Path file = folder.resolve(name);
            var trace = new GuardedTrace(file, new TraceHeader("1", "software", "", 0, 0, 1, List.of("old")), _ -> {});
            trace.swapped(swap);
            assertEquals(null, trace.finish());
            List<TraceFooter> footers = new ArrayList<>();
            TraceReader.read(file, new Footers(footers));
            assertEquals(List.of(swap), footers.getFirst().swaps());
        }
    }

    private record Footers(List<TraceFooter> seen) implements TraceSink {
        @Override
        public void header(TraceHeader header) {
            // only the footer counts
        }

        @Override
        public void record(long n, long[] fields) {
            // only the footer counts
        }

        @Override
        public void footer(TraceFooter footer) {
            seen.add(footer);
        }
    }

    private static String polling(long nanos) {
        return "public class Watched implements org.jvmx.vm.ExitPolicy { public String name() { return \"poll-%d\"; }"
                .formatted(nanos) + " public long onHalt(org.jvmx.vm.VcpuView vcpu) { return %d; } }".formatted(nanos);
    }

    @Test
    void aChangedFileTakesOverAndAWrongOneDoesNot() throws Exception {
        Path file = Files.writeString(folder.resolve("Watched.java"), polling(1));
        PolicyKind kind = Policies.standard().find(file.toString());
        var opened = new PolicyArguments.Opened(file.toString(), kind, kind.open(Policies.optionsOf(file.toString())));
        BundledGuest hello = BundledGuests.named("hello").orElseThrow();
        PcSpec spec = PcSpec.of(GuestImage.detect(hello.name(), hello.image(), hello.format())).policy(opened.policy()).build();
        List<String> told = new ArrayList<>();
        CountDownLatch refused = new CountDownLatch(1);
        CountDownLatch swapped = new CountDownLatch(1);
        try (Pc pc = new Pc(spec)) {
            pc.machine().inputOpened();
            Thread runner = Thread.ofPlatform().daemon().start(pc::run);
            try (PolicyWatch _ = PolicyWatch.begin(pc, List.of(opened), line -> {
                told.add(line);
                refused.countDown();
            }, _ -> swapped.countDown())) {
                Files.writeString(file, "public class Watched { this is no Java }");
                assertTrue(refused.await(60, TimeUnit.SECONDS));
                Files.writeString(file, polling(2));
                assertTrue(swapped.await(60, TimeUnit.SECONDS), told.toString());
            }
            assertTrue(told.getFirst().contains("does not compile"), told.toString());
            assertEquals("poll-2", pc.machine().swaps().getFirst().fresh());
            pc.stop(StopReason.powerOff());
            runner.join(20_000);
        }
    }
}
