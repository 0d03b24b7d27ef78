package org.jvmx.tools.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jvmx.error.ConfigException;
import org.jvmx.tools.sweep.SweepMerge;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvmx sweep merge}. */
@Command(name = "merge", description = "Put the files of a sweep together: each run once, in order, and what is missing.", sortOptions = false)
final class SweepMergeCommand implements Callable<Integer> {
    private static final int SHOWN = 10;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "What 'jvmx sweep' wrote.")
    private List<Path> files;

    @Option(names = "--csv", description = "All runs, comma-separated.")
    private boolean csv;

    @Option(names = "--jsonl", description = "All runs, a line of JSON each.")
    private boolean lines;

    /** For picocli. */
    SweepMergeCommand() {
    }

    @Override
    public Integer call() {
        if (csv && lines) {
            throw new ConfigException("both --csv and --jsonl are given: take one of them");
        }
        SweepMerge merge = new SweepMerge(files);
        System.out.print(csv ? merge.csv() : lines ? merge.jsonLines() : merge.table());
        System.err.println("jvmx: %d of %d runs, %d of them failed; %d lines were there once more".formatted(merge.size(), merge.planned(),
                merge.failed(), merge.duplicates()));
        List<Long> missing = merge.missing();
        if (!missing.isEmpty()) {
            System.err.println("jvmx: missing are %d runs, the first of them %s".formatted(missing.size(),
                    missing.subList(0, Math.min(SHOWN, missing.size()))));
            return Failures.BAD_INPUT;
        }
        return 0;
    }
}
