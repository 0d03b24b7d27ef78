package org.jvmx.tools.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jvmx.error.ConfigException;
import org.jvmx.tools.experiment.PolicyChoice;
import org.jvmx.tools.experiment.Seeds;
import org.jvmx.tools.sweep.Sweep;
import org.jvmx.tools.sweep.SweepPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jvmx sweep}. */
@Command(name = "sweep", description = "Run guests under policies with all combinations of parameters and seeds, a line of JSON each.", sortOptions = false, subcommands = SweepMergeCommand.class, footer = {
    "",
    "Stopped in whatever way, the same command goes on where it was. Each shard has a file of its own; 'jvmx sweep merge' puts them together."})
final class SweepCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    @Option(names = "--guest", split = ",", paramLabel = "GUEST", description = "As for 'jvmx policy compare'; repeatable.")
    private List<String> guests = new ArrayList<>();

    @Option(names = {"-a", "--append"}, paramLabel = "STRING", defaultValue = "", description = "Added to the guests' command line.")
    private String append;

    @Option(names = "--policy", paramLabel = "NAME[,KEY=VALUE...][+NAME...]", description = "A policy, or several that work together; none for none. Repeatable.")
    private List<String> policies = new ArrayList<>();

    @Option(names = "--grid", paramLabel = "[POLICY.]KEY=VALUE,VALUE...", description = "Values of an option, of all policies that have it or of one. Repeatable: all combinations.")
    private List<String> grid = new ArrayList<>();

    @Option(names = "--seeds", paramLabel = "SEEDS", defaultValue = "1..5", description = "As in 1..20 or 3,5,8. Default: ${DEFAULT-VALUE}.")
    private String seeds;

    @Option(names = {"-m", "--memory"}, paramLabel = "SIZE", defaultValue = "256M", description = "RAM. Default: ${DEFAULT-VALUE}.")
    private ByteSize memory;

    @Mixin
    private CostOptions cost;

    @Option(names = "--shard", paramLabel = "I/N", defaultValue = "1/1", description = "Only part I of N, from 1.")
    private String shard;

    @Option(names = {"-o", "--out"}, paramLabel = "FILE", description = "The results. Default: sweep-I-of-N.jsonl.")
    private Path out;

    @Option(names = {"-j", "--jobs"}, paramLabel = "N", description = "Runs at a time. Default: one a core.")
    private Integer jobs;

    @Option(names = "--timeout", paramLabel = "DURATION", description = "Wall time for one run; then it counts as failed. Default: 10m.")
    private TimeSpan timeout;

    @Option(names = {"-q", "--quiet"}, description = "No progress.")
    private boolean quiet;

    /** For picocli. */
    SweepCommand() {
    }

    @Override
    public Integer call() {
        if (guests.isEmpty() || policies.isEmpty()) {
            throw new ConfigException("a sweep needs at least one --guest and one --policy (which may be %s)".formatted(PolicyChoice.NONE));
        }
        int[] part = shard();
        SweepPlan plan = new SweepPlan(guests, append, policies, options(), Seeds.parse(seeds), memory.bytes(), cost.model("skylake-sp"));
        Path file = out != null ? out : Path.of("sweep-%d-of-%d.jsonl".formatted(part[0], part[1]));
        int threads = jobs == null ? Runtime.getRuntime().availableProcessors() : jobs;
        if (threads < 1) {
            throw new ConfigException("--jobs %d is not possible: give a number of at least 1".formatted(threads));
        }
        try (Sweep sweep = new Sweep(plan, part[0], part[1], file); Progress progress = new Progress(sweep.size(), quiet)) {
            if (!quiet && sweep.found() > 0) {
                System.err.println("jvmx: %s has %d of %d runs already%s".formatted(file, sweep.found(), sweep.size(),
                        sweep.torn() ? " (a torn last line was cut off)" : ""));
            }
            progress.startAt(sweep.found());
            sweep.run(Version.text(), threads, timeout == null ? TIMEOUT : timeout.duration(), line -> System.err.println("jvmx: " + line),
                    progress::done);
        }
        return 0;
    }

    private int[] shard() {
        if (shard.matches("\\d{1,6}/\\d{1,6}")) {
            int slash = shard.indexOf('/');
            int part = Integer.parseInt(shard.substring(0, slash));
            int parts = Integer.parseInt(shard.substring(slash + 1));
            if (part >= 1 && part <= parts) {
                return new int[] {part, parts};
            }
        }
        throw new ConfigException("--shard '%s' is not I/N with I from 1 to N".formatted(shard));
    }

    private Map<String, List<String>> options() {
        Map<String, List<String>> options = new LinkedHashMap<>();
        for (String text : grid) {
            int equals = text.indexOf('=');
            if (equals < 1 || equals == text.length() - 1) {
                throw new ConfigException("--grid '%s' is not KEY=VALUE,VALUE...".formatted(text));
            }
            if (options.put(text.substring(0, equals), List.of(text.substring(equals + 1).split(","))) != null) {
                throw new ConfigException("--grid %s is given twice".formatted(text.substring(0, equals)));
            }
        }
        return options;
    }
}
