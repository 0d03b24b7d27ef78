package org.jvmx.tools.sweep;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvmx.error.ConfigException;
import org.jvmx.policy.cost.CostData;

class SweepTest {
    @TempDir
    private Path folder;

    private static SweepPlan plan(String guest, int seeds) {
        return new SweepPlan(List.of(guest), "n=2", List.of("none", "halt-poll-dynamic"), Map.of("grow", List.of("2", "4")),
                LongStream.rangeClosed(1, seeds).boxed().toList(), 64 << 20, CostData.bundled().model("skylake-sp"));
    }

    private byte[] run(SweepPlan plan, int part, int parts, int threads, Path file) throws IOException {
        try (Sweep sweep = new Sweep(plan, part, parts, file)) {
            sweep.run("1", threads, Duration.ofMinutes(1), _ -> {}, _ -> {});
        }
        return Files.readAllBytes(file);
    }

    @Test
    void aGridMultipliesOnlyThePoliciesThatHaveTheOption() {
        assertEquals(List.of("none", "halt-poll-dynamic,grow=2", "halt-poll-dynamic,grow=4"),
                plan("cpuid-loop", 1).cells().stream().map(SweepPlan.Cell::policies).toList());
    }

    @Test
    void anOptionThatNoPolicyHasIsRefused() {
        assertThrows(ConfigException.class, () -> new SweepPlan(List.of("cpuid-loop"), "", List.of("halt-poll-dynamic"),
                Map.of("speed", List.of("1")), List.of(1L), 64 << 20, CostData.bundled().model("zen")));
    }

    @Test
    void aSweepThatWasTornAnywhereGoesOnToTheSameFile() throws IOException {
        SweepPlan plan = plan("cpuid-loop", 2);
        byte[] whole = run(plan, 1, 1, 2, folder.resolve("whole"));
        for (int length : new int[] {0, 1, whole.length / 3, whole.length / 2, whole.length - 1}) {
            Path torn = folder.resolve("torn" + length);
            Files.write(torn, Arrays.copyOf(whole, length));
            assertArrayEquals(whole, run(plan, 1, 1, 1, torn), "torn after " + length + " bytes");
        }
    }

    @Test
    void shardsMergeToTheWhole() throws IOException {
        SweepPlan plan = plan("cpuid-loop", 2);
        byte[] whole = run(plan, 1, 1, 2, folder.resolve("whole"));
        for (int part = 1; part <= 4; part++) {
            run(plan, part, 4, 1, folder.resolve("part" + part));
        }
        List<Path> three = List.of(folder.resolve("part4"), folder.resolve("part2"), folder.resolve("part1"));
        assertEquals(List.of(2L), new SweepMerge(three).missing());
        SweepMerge all = new SweepMerge(List.of(folder.resolve("part3"), three.get(0), three.get(1), three.get(2), three.get(2)));
        assertEquals(List.of(), all.missing());
        assertEquals(2, all.duplicates());
        assertArrayEquals(whole, all.jsonLines().getBytes());
        assertEquals(1 + 6, all.csv().lines().count());
    }

    @Test
    void runsThatDisagreeAreRefused() throws IOException {
        Path file = folder.resolve("file");
        String line = new String(run(plan("cpuid-loop", 1), 1, 1, 1, file));
        Path other = Files.writeString(folder.resolve("other"), line.replaceFirst("\"exits\":\\d+", "\"exits\":1"));
        assertThrows(ConfigException.class, () -> new SweepMerge(List.of(file, other)));
    }

    @Test
    void aFileOfAnotherSweepIsNotTouched() throws IOException {
        Path file = folder.resolve("file");
        byte[] before = run(plan("cpuid-loop", 1), 1, 1, 1, file);
        assertThrows(ConfigException.class, () -> new Sweep(plan("msr-storm", 1), 1, 1, file));
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    @Test
    void aFileIsWrittenByOneSweepAtATime() {
        Path file = folder.resolve("file");
        try (Sweep first = new Sweep(plan("cpuid-loop", 1), 1, 1, file)) {
            assertTrue(first.size() > 0);
            assertThrows(ConfigException.class, () -> new Sweep(plan("cpuid-loop", 1), 1, 1, file));
        }
    }

    @Test
    void aRunThatTakesTooLongFailsAlone() throws IOException {
        SweepPlan plan = new SweepPlan(List.of("cpuid-loop"), "n=1000000000", List.of("none"), Map.of(), List.of(1L), 64 << 20,
                CostData.bundled().model("zen"));
        try (Sweep sweep = new Sweep(plan, 1, 1, folder.resolve("file"))) {
            sweep.run("1", 1, Duration.ofMillis(300), _ -> {}, _ -> {});
        }
        SweepMerge merge = new SweepMerge(List.of(folder.resolve("file")));
        assertEquals(1, merge.failed());
        assertTrue(merge.jsonLines().contains("took longer"), merge.jsonLines());
    }
}
