package org.jvmx.tools.suite;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jvmx.error.BackendException;
import org.jvmx.error.ConfigException;
import org.jvmx.error.JvmxException;

/** Runs kvm-unit-tests and prints a table: test, ours, TCG's, Bochs', verdict. */
public final class KvmUnitTests {
    private static final String ROW = "%-20s %-26s %-18s %-32s %7s  %s%n";

    /**
     * What to run and how.
     *
     * @param tree a built tree
     * @param tests names of sections of its configuration; empty for all of the expectation table
     * @param jobs how many run at a time
     * @param timeout wall time of each test instead of the configured; null for that
     * @param table the expectations; null for those that come with JVMX
     * @param update whether the results are written to {@code table}
     * @param logs where each test's output goes; null for nowhere
     */
    public record Options(Path tree, List<String> tests, int jobs, Duration timeout, Path table, boolean update, Path logs) {
    }

    private record Finished(Expectation expectation, Result result, String problem) {
    }

    private final Options options;
    private final PrintStream out;
    private final Expectations expectations;
    private final Map<String, UnitTest> configured;

    /**
     * A run to come.
     *
     * @throws JvmxException if there is no such tree or table
     */
    public KvmUnitTests(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
        this.configured = UnitTestsConfig.read(options.tree());
        this.expectations = options.table() == null ? Expectations.bundled() : Expectations.read(options.table());
    }

    /** Runs the tests; true if there was no regression. */
    public boolean run() {
        List<UnitTest> chosen = chosen();
        out.printf(ROW, "test", "JVMX (pass/fail/skip)", "QEMU TCG", "Bochs", "seconds", "verdict");
        int regressions = 0;
        try (ExecutorService pool = Executors.newFixedThreadPool(options.jobs())) {
            List<Future<Finished>> running = new ArrayList<>();
            chosen.forEach(test -> running.add(pool.submit(() -> run(test))));
            for (Future<Finished> future : running) {
                regressions += report(future.get()) ? 0 : 1;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException("the suite was interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        out.printf("%d tests, %d regressions; a machine has 512 MB where a test does not ask for more, and one processor where its name has no @%n", chosen.size(),
                regressions);
        if (options.update()) {
            expectations.write(options.table());
        }
        return regressions == 0;
    }

    private List<UnitTest> chosen() {
        List<UnitTest> chosen = new ArrayList<>();
        for (String name : options.tests().isEmpty() ? expectations.names() : options.tests()) {
            UnitTest test = configured(name);
            if (test != null) {
                chosen.add(test);
            } else if (!options.tests().isEmpty()) {
                throw new ConfigException(
                        "there is no test '%s' for x86_64 in this tree; it has %s".formatted(name, String.join(" ", configured.keySet())));
            }
        }
        return chosen;
    }

    /** {@code NAME} on one processor, {@code NAME@N} on several. */
    private UnitTest configured(String name) {
        int at = name.indexOf('@');
        UnitTest test = configured.get(at < 0 ? name : name.substring(0, at));
        if (test == null || at < 0) {
            return test == null ? null : test.on(name, 1);
        }
        try {
            return test.on(name, Integer.parseInt(name.substring(at + 1)));
        } catch (NumberFormatException e) {
            throw new ConfigException("'%s' is no test: give a name, or a name, @ and a number of processors".formatted(name), e);
        }
    }

    private Finished run(UnitTest test) {
        Duration patience = options.timeout() == null ? test.timeout() : options.timeout();
        UnitTest timed = new UnitTest(test.name(), test.file(), test.arguments(), test.model(), test.memory(), test.cpus(), patience);
        Expectation expected = expectations.of(test.name());
        UnitTestRun run = new UnitTestRun(timed, options.tree(), expected.environment());
        try {
            return new Finished(expected, run.run(), null);
        } catch (RuntimeException e) {
            return new Finished(expected, null, e.toString());
        } finally {
            log(test, run.output());
        }
    }

    private void log(UnitTest test, String output) {
        if (options.logs() == null) {
            return;
        }
        try {
            Files.createDirectories(options.logs());
            Files.writeString(options.logs().resolve(test.name() + ".log"), output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new ConfigException("the test's output cannot be written to %s: %s".formatted(options.logs(), e.getMessage()), e);
        }
    }

    /** Prints a row; whether it is no regression. */
    private boolean report(Finished finished) {
        Expectation expected = finished.expectation();
        if (finished.result() == null) {
            out.printf(ROW, expected.test(), finished.problem(), expected.tcg(), expected.bochs(), "", Expectation.Verdict.REGRESSION);
            return false;
        }
        Result result = finished.result();
        Expectation.Verdict verdict = expected.verdict(result);
        String note = expected.note().isEmpty() ? "" : "; " + expected.note();
        String was = verdict == Expectation.Verdict.REGRESSION
                ? " (was %d/%d/%d, %s)".formatted(expected.passed(), expected.failed(), expected.skipped(), expected.ending())
                : "";
        out.printf(Locale.ROOT, ROW, expected.test(), result.text(), expected.tcg(), expected.bochs(),
                "%.1f".formatted(result.millis() / 1e3),
                verdict + was + note);
        if (options.update()) {
            expectations.update(expected.updated(result));
        }
        return verdict != Expectation.Verdict.REGRESSION;
    }
}
