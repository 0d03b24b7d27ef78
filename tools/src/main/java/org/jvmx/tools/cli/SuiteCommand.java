package org.jvmx.tools.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jvmx.error.ConfigException;
import org.jvmx.tools.suite.KvmUnitTests;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvmx suite}. */
@Command(name = "suite", description = "Run a test suite that others wrote, and compare with what is expected.", sortOptions = false, footerHeading = "%nExit codes:%n", footer = "  0 no regression; 2 bad usage or input; 16 a regression")
final class SuiteCommand implements Callable<Integer> {
    private static final int REGRESSION = 16;
    private static final String KVM_UNIT_TESTS = "kvm-unit-tests";

    @Parameters(index = "0", paramLabel = "SUITE", description = "The suite: " + KVM_UNIT_TESTS + ".")
    private String suite;

    @Parameters(index = "1..*", paramLabel = "TEST", description = "Tests by their names in x86/unittests.cfg; all of the expectation table if left out.")
    private List<String> tests = new ArrayList<>();

    @Option(names = "--tree", paramLabel = "DIR", description = "The built tree.")
    private Path tree;

    @Option(names = "--jobs", paramLabel = "N", defaultValue = "1", description = "Tests at a time. Default: ${DEFAULT-VALUE}.")
    private int jobs;

    @Option(names = "--timeout", paramLabel = "DURATION", description = "Wall time of each test: 30s, 5m... instead of the tree's own.")
    private TimeSpan timeout;

    @Option(names = "--expectations", paramLabel = "FILE", description = "Compare with this table instead of the one that comes with JVMX.")
    private Path table;

    @Option(names = "--update", description = "Write the results to the table of --expectations.")
    private boolean update;

    @Option(names = "--logs", paramLabel = "DIR", description = "Keep each test's output there.")
    private Path logs;

    /** For picocli. */
    SuiteCommand() {
    }

    @Override
    public Integer call() {
        if (!suite.equals(KVM_UNIT_TESTS)) {
            throw new ConfigException("there is no suite '%s': there is %s".formatted(suite, KVM_UNIT_TESTS));
        }
        if (tree == null) {
            throw new ConfigException(
                    "no tree to run: build https://gitlab.com/kvm-unit-tests/kvm-unit-tests and give its folder by --tree");
        }
        if (jobs < 1) {
            throw new ConfigException("--jobs %d is not possible: give a number of at least 1".formatted(jobs));
        }
        if (update && table == null) {
            throw new ConfigException("--update needs --expectations FILE, the table to write");
        }
        KvmUnitTests.Options options =
                new KvmUnitTests.Options(tree, tests, jobs, timeout == null ? null : timeout.duration(), table, update, logs);
        return new KvmUnitTests(options, System.out).run() ? 0 : REGRESSION;
    }
}
