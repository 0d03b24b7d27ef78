package org.jvmx.tools.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What is told about a run. */
final class ReportOptions {
    @Option(names = "--stat", paramLabel = "FILE", arity = "0..1", fallbackValue = "", description = "The table of VM exits, on standard error or in a file.")
    String statistics;

    @Option(names = "--trace", paramLabel = "FILE", description = "Write every VM exit: JSON lines if FILE ends in .jsonl, else a compact form.")
    Path trace;

    @Option(names = "--artefact", description = "Compute the hash of the trace for the run's artefact line, which 'jvmx reproduce' takes.")
    boolean artefact;

    @Option(names = "--explain-vmx", description = "Show the VMCS after the run, and why a VM entry failed.")
    boolean explainVmx;

    @Option(names = "--metrics", paramLabel = "HOST:PORT", description = "Serve metrics for Prometheus at /metrics.")
    String metrics;

    @Option(names = {"--gdb", "-gdb"}, paramLabel = "HOST:PORT", description = "Let gdb debug the guest: target remote HOST:PORT.")
    String gdb;

    @Option(names = "--wait", description = "With --gdb: the guest does not start until gdb continues it.")
    boolean await;

    @Option(names = "--json", description = "A summary as one JSON object on the last line of standard error.")
    boolean json;

    @Option(names = {"-q", "--quiet"}, description = "Say nothing but errors.")
    boolean quiet;

    @Option(names = {"-v", "--verbose"}, description = "Say more.")
    boolean verbose;
}
