package org.jvmx.tools.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jvmx.error.BackendException;
import org.jvmx.error.ConfigException;
import org.jvmx.trace.JsonTraceSink;
import org.jvmx.trace.TraceField;
import org.jvmx.trace.TraceFooter;
import org.jvmx.trace.TraceHeader;
import org.jvmx.trace.TraceReader;
import org.jvmx.trace.TraceSink;
import org.jvmx.trace.TraceSummary;
import org.jvmx.vmx.ExitReason;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvmx trace}. */
@Command(name = "trace", description = "Summarise an exit trace, print it, or turn it into its other form.", sortOptions = false, subcommands = TraceImportCommand.class)
final class TraceCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", arity = "0..1", description = "What 'jvmx run --trace FILE' wrote, in either form.")
    private Path file;

    @Option(names = "--to", paramLabel = "FILE", description = "Write it here instead: as JSON lines if FILE ends in .jsonl, else in the compact form.")
    private Path target;

    @Option(names = "--print", description = "Print the exits as JSON lines instead of a summary.")
    private boolean print;

    @Option(names = "--reason", split = ",", paramLabel = "REASON", description = "Print only these: IO_INSTRUCTION, EPT_VIOLATION...")
    private List<String> reasons = List.of();

    /** For picocli. */
    TraceCommand() {
    }

    @Override
    public Integer call() {
        Set<ExitReason> wanted = EnumSet.noneOf(ExitReason.class);
        reasons.forEach(name -> wanted.add(reason(name)));
        if (file == null) {
            throw new ConfigException("no trace is given: name the FILE that 'jvmx run --trace FILE' wrote");
        }
        if (target != null && (print || !wanted.isEmpty())) {
            throw new ConfigException("--to writes the whole trace: leave out --print and --reason");
        }
        try {
            return run(wanted);
        } catch (IOException e) {
            throw new BackendException("%s cannot be read or its output not be written: %s".formatted(file, e), e);
        }
    }

    private int run(Set<ExitReason> wanted) throws IOException {
        if (target != null) {
            TraceReader.convert(file, target);
        } else if (print || !wanted.isEmpty()) {
            try (OutputStream out = new BufferedOutputStream(System.out)) {
                TraceReader.read(file, new Chosen(new JsonTraceSink(out), wanted));
            }
        } else {
            TraceSummary summary = new TraceSummary();
            TraceReader.read(file, summary);
            System.out.print(summary.text());
            return summary.complete() ? 0 : Failures.BAD_INPUT;
        }
        return 0;
    }

    private static ExitReason reason(String name) {
        try {
            return ExitReason.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    "there is no exit reason '%s': they are spelled as in IO_INSTRUCTION, EPT_VIOLATION, HLT".formatted(name), e);
        }
    }

    /** Passes on the records of some reasons, of all if none is named; header and footer stay those of the whole trace. */
    private record Chosen(TraceSink target, Set<ExitReason> wanted) implements TraceSink {
        @Override
        public void header(TraceHeader header) throws IOException {
            target.header(header);
        }

        @Override
        public void record(long n, long[] fields) throws IOException {
            ExitReason reason = ExitReason.of(fields[TraceField.REASON.ordinal()]);
            if (wanted.isEmpty() || reason != null && wanted.contains(reason)) {
                target.record(n, fields);
            }
        }

        @Override
        public void footer(TraceFooter footer) throws IOException {
            target.footer(footer);
        }
    }
}
