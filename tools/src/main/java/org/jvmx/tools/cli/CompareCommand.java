package org.jvmx.tools.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jvmx.error.BackendException;
import org.jvmx.error.ConfigException;
import org.jvmx.policy.cost.CostModel;
import org.jvmx.tools.experiment.Comparison;
import org.jvmx.tools.experiment.ComparisonData;
import org.jvmx.tools.experiment.ComparisonPage;
import org.jvmx.tools.experiment.ComparisonText;
import org.jvmx.tools.experiment.GuestChoice;
import org.jvmx.tools.experiment.PolicyChoice;
import org.jvmx.tools.experiment.Seeds;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code jvmx policy compare}. */
@Command(name = "compare", description = "Run a guest under several policies on the same inputs and compare what came of it.", sortOptions = false, footer = {
    "", "The first --policy is what the others are compared to; with only one it is compared to none.",
    "The output is the same each time, on every machine."})
final class CompareCommand implements Callable<Integer> {
    @Option(names = "--guest", required = true, paramLabel = "GUEST", description = "A bundled guest, linux-boot, linux-idle, linux-dd, linux-shell, or a kernel file; it must power off by itself.")
    private String guest;

    @Option(names = {"-a",
        "--append"}, paramLabel = "STRING", defaultValue = "", description = "Added to its command line; n=N says how much it does.")
    private String append;

    @Option(names = "--policy", paramLabel = "NAME[,KEY=VALUE...][+NAME...]", description = {
        "A policy, or several that work together, joined by '+'; none for none. Repeatable."})
    private List<String> policies = new ArrayList<>();

    @Option(names = "--seeds", paramLabel = "SEEDS", defaultValue = "1..5", description = "As in 1..20 or 3,5,8. Default: ${DEFAULT-VALUE}.")
    private String seeds;

    @Option(names = {"-m", "--memory"}, paramLabel = "SIZE", defaultValue = "256M", description = "RAM. Default: ${DEFAULT-VALUE}.")
    private ByteSize memory;

    @Mixin
    private CostOptions cost;

    @Option(names = "--csv", description = "Comma-separated values instead of a table.")
    private boolean csv;

    @Option(names = "--json", description = "One JSON object instead of a table.")
    private boolean json;

    @Option(names = "--html", paramLabel = "FILE", description = "Also write a page with plots.")
    private Path html;

    @Option(names = {"-q", "--quiet"}, description = "No progress.")
    private boolean quiet;

    /** For picocli. */
    CompareCommand() {
    }

    @Override
    public Integer call() {
        if (csv && json) {
            throw new ConfigException("both --csv and --json are given: take one of them");
        }
        CostModel model = cost.model("skylake-sp");
        List<List<PolicyChoice>> ways = ways();
        GuestChoice chosen = GuestChoice.named(guest, line -> System.err.println("jvmx: " + line));
        Comparison comparison = new Comparison(chosen, append, memory.bytes(), Seeds.parse(seeds), model, ways);
        try (Progress progress = new Progress(comparison.runs(), quiet)) {
            comparison.run(progress::done);
        }
        System.out.print(json ? ComparisonData.json(comparison, Version.text())
                : csv ? ComparisonData.csv(comparison) : ComparisonText.of(comparison));
        if (html != null) {
            write(ComparisonPage.of(comparison, Version.text()));
        }
        return 0;
    }

    private List<List<PolicyChoice>> ways() {
        List<List<PolicyChoice>> ways = new ArrayList<>();
        if (policies.isEmpty()) {
            throw new ConfigException("nothing to compare: give --policy NAME, best twice or more ('jvmx policy list' names them)");
        }
        if (policies.size() == 1) {
            ways.add(List.of());
        }
        policies.forEach(text -> ways.add(PolicyChoice.several(text)));
        return ways;
    }

    private void write(String page) {
        try {
            Files.writeString(html, page);
        } catch (IOException e) {
            throw new BackendException("--html %s cannot be written: %s".formatted(html, e.getMessage()), e);
        }
    }
}
