package org.jvmx.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs a target under the engine, Jazzer, in a process of its own: from the corpus in the repository and what earlier campaigns kept under {@code
 * target/fuzz}. A finding is minimised and shown as a line for the corpus.
 */
final class Campaign {
    private static final String ENGINE = "com.code_intelligence.jazzer.Jazzer";
    private static final Pattern STATISTIC = Pattern.compile("stat::(\\w+):\\s+(\\d+)");
    private static final Pattern KEPT = Pattern.compile("corp: (\\d+)/");
    private static final int LONGEST = 1024;
    private static final int MINIMISE_SECONDS = 30;
    private static final int HANG_SECONDS = 60;

    private final String target;
    private final Path directory;
    private long executions;
    private long perSecond;
    private long kept;

    /**
     * What came of it.
     *
     * @param kept how many inputs the engine holds
     * @param finding empty, or what was found and how to see it again
     */
    record Result(String target, long executions, long perSecond, long kept, String finding) {
        @Override
        public String toString() {
            return "%-14s %,14d executions %,9d per second %,6d inputs  %s".formatted(target, executions, perSecond, kept,
                    finding.isEmpty() ? "no finding" : "FOUND\n" + finding);
        }
    }

    Campaign(String target, Path directory) {
        this.target = target;
        this.directory = directory.resolve(target);
    }

    /** Whether the engine is on the class path. */
    static boolean possible() {
        return Campaign.class.getResource("/" + ENGINE.replace('.', '/') + ".class") != null;
    }

    /** Runs for so many seconds; seed 0 is a new one each time. */
    Result run(long seconds, long seed) throws IOException, InterruptedException {
        Path inputs = directory.resolve("inputs");
        Corpus.of(target).unpack(inputs);
        Path finds = Files.createDirectories(directory.resolve("finds"));
        List<String> log = engine(0, "-max_total_time=" + seconds, "-seed=" + seed, "-artifact_prefix=" + finds + "/", inputs.toString());
        Files.write(directory.resolve("log"), log);
        log.forEach(this::statistic);
        return new Result(target, executions, perSecond, kept, finding(finds, log));
    }

    private void statistic(String line) {
        Matcher corpus = KEPT.matcher(line);
        if (corpus.find()) {
            kept = Long.parseLong(corpus.group(1));
        }
        Matcher statistic = STATISTIC.matcher(line);
        if (statistic.matches()) {
            switch (statistic.group(1)) {
                case "number_of_executed_units" -> executions = Long.parseLong(statistic.group(2));
                case "average_exec_per_sec" -> perSecond = Long.parseLong(statistic.group(2));
                default -> {
                    // of no interest
                }
            }
        }
    }

    private String finding(Path finds, List<String> log) throws IOException, InterruptedException {
        try (Stream<Path> files = Files.list(finds)) {
            Path found = files.filter(path -> !path.getFileName().toString().startsWith("Crash")).findFirst().orElse(null);
            if (found == null) {
                return executions > 0 ? "" : String.join("\n", log);
            }
            Path small = directory.resolve("small");
            if (found.getFileName().toString().startsWith("crash")) {
                engine(MINIMISE_SECONDS, "-minimize_crash=1", "-max_total_time=" + MINIMISE_SECONDS, "-exact_artifact_path=" + small, found.toString());
            }
            byte[] input = Files.readAllBytes(Files.exists(small) ? small : found);
            return String.join("\n", log.stream().dropWhile(line -> !line.startsWith("==")).limit(20).toList())
                    + "\nreplay: add to src/test/resources/fuzz/%s.hex the line\n%s".formatted(target, HexFormat.of().formatHex(input));
        }
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
    }

    /** Runs the engine, for so many seconds at most; 0 if it ends by itself. */
    private List<String> engine(long seconds, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC",
                        "-XX:+EnableDynamicAgentLoading", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                        "-Djvmx.fuzz.target=" + target, "-cp", System.getProperty("java.class.path"), ENGINE,
                        "--target_class=" + Entry.class.getName(), "--instrumentation_includes=org.jvmx.**",
                        "--instrumentation_excludes=org.jvmx.fuzz.*",
                        "--trace=cov", "--custom_hook_excludes=**", "--mutator_framework=false",
                        "--reproducer_path=" + directory.resolve("finds"), "-timeout=" + HANG_SECONDS,
                        "-max_len=" + LONGEST, "-len_control=0", "-print_final_stats=1"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        if (seconds > 0) {
            CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS).execute(() -> end(process));
        }
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            List<String> lines = reader.lines().toList();
            process.waitFor();
            return lines;
        }
    }
}
