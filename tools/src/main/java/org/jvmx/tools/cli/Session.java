package org.jvmx.tools.cli;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jvmx.error.ConfigException;
import org.jvmx.tools.gdb.GdbServer;
import org.jvmx.tools.metrics.ExitTimes;
import org.jvmx.tools.metrics.MetricsServer;
import org.jvmx.tools.metrics.PcMetrics;
import org.jvmx.tools.metrics.PolicyMetrics;
import org.jvmx.tools.pc.Outcome;
import org.jvmx.tools.pc.Pc;
import org.jvmx.tools.pc.PcSpec;
import org.jvmx.tools.pc.SerialPeer;
import org.jvmx.trace.ExitStatistics;
import org.jvmx.trace.TraceHash;
import org.jvmx.trace.TraceHeader;
import org.jvmx.vm.Machine;
import org.jvmx.vm.MachineSpec;
import org.jvmx.vm.StopReason;

/** One run from the command line: terminal, limits, signals, reports. */
final class Session {
    private static final long PATIENCE_SECONDS = 5;
    private static final int INTERRUPTED = 130;

    private final PcSpec.Builder builder;
    private final PolicyArguments policies;
    private final CostOptions costs;
    private final List<String> words;
    private final ConsoleOptions console;
    private final LimitOptions limits;
    private final ReportOptions options;
    private final RunReport report;
    private final CountDownLatch over = new CountDownLatch(1);
    private final ExitStatistics statistics;
    private volatile Pc pc;
    private Terminal terminal;
    private GuardedTrace trace;
    private TraceHash hash;
    private RunInput input;
    private Artefact artefact;

    /**
     * A session.
     *
     * @param words what the run was asked for with, for its artefact line
     */
    Session(PcSpec.Builder builder, PolicyArguments policies, CostOptions costs, ConsoleOptions console, LimitOptions limits, ReportOptions options,
            List<String> words) {
        this.builder = builder;
        this.policies = policies;
        this.costs = costs;
        this.words = words;
        this.console = console;
        this.limits = limits;
        this.options = options;
        this.report = new RunReport(options);
        this.statistics = options.statistics == null ? null : new ExitStatistics();
    }

    /** Runs the guest; gives the code to exit with. */
    int run() {
        boolean text = displaysText();
        String serial = console.serial != null ? console.serial : text ? "none" : "stdio";
        if (text && serial.equals("stdio")) {
            throw new ConfigException("--display text and --serial stdio both want this terminal: give --serial none or file:PATH");
        }
        terminal = text || serial.equals("stdio") ? Terminal.find() : null;
        input = text || options.gdb != null ? RunInput.LIVE : RunInput.of(serial);
        SerialPeer peer = SerialChoice.named(serial, terminal, new Keys(), builder.build().seed());
        builder.serial(peer);
        if (options.await && options.gdb == null) {
            throw new ConfigException("--wait waits for a debugger: give --gdb HOST:PORT too");
        }
        try (MetricsServer metrics = options.metrics == null ? null : MetricsServer.open(options.metrics)) {
            PcSpec spec = observed(metrics);
            try (Pc machine = new Pc(spec);
                    GdbServer _ = debugger(machine);
                    TextDisplay display = text ? TextDisplay.open(machine, terminal, new Keys()) : null) {
                pc = machine;
                pc.eachMachine(one -> one.whenStuck(Machine.POLICY_PATIENCE, this::stuck));
                announce(spec, metrics);
                return finish(guarded(display), spec);
            }
        }
    }

    private boolean displaysText() {
        return switch (console.display) {
            case "none" -> false;
            case "text" -> true;
            default -> throw new ConfigException("--display '%s' is not known: use none or text".formatted(console.display));
        };
    }

    /** The specification with the observers that the options ask for. */
    private PcSpec observed(MetricsServer metrics) {
        PcSpec plain = builder.build();
        if (metrics != null) {
            builder.counting(true).observer(new ExitTimes(metrics.registry(), nameOf(plain), plain.cpus()));
        }
        if (statistics != null) {
            builder.observer(statistics);
        }
        if (options.trace != null) {
            TraceHeader header = new TraceHeader(Version.text(), plain.backend().name(), sha256(plain.image().file().array()), plain.seed(),
                    plain.memory(), plain.cpus(), policies.policies);
            trace = new GuardedTrace(options.trace, header, message -> pc.stop(StopReason.of(StopReason.Kind.HOST_FAILURE, message)));
            builder.observer(trace);
        } else if ((options.json || options.artefact) && !plain.parallel()) {
            hash = new TraceHash();
            builder.observer(hash);
        }
        return builder.build();
    }

    /** What metrics call this machine: the kernel's file name. */
    private static String nameOf(PcSpec spec) {
        return String.valueOf(Path.of(spec.image().file().name()).getFileName());
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private void announce(PcSpec spec, MetricsServer metrics) {
        if (metrics != null) {
            metrics.add(new PcMetrics(pc, nameOf(spec)));
            metrics.refresh(new PolicyMetrics(pc, nameOf(spec), metrics.registry()));
            if (!options.quiet) {
                System.err.println("jvmx: metrics at http://%s/metrics".formatted(metrics.address()));
            }
        }
        if (options.verbose) {
            System.err.println("jvmx: %s (%s), %s of memory, backend %s, processor %s".formatted(spec.image().file().name(),
                    spec.image().format(), new ByteSize(spec.memory()), spec.backend().name(), spec.model()));
        }
    }

    /** The server for a debugger; null if none is asked for. */
    private GdbServer debugger(Pc machine) {
        if (options.gdb == null) {
            return null;
        }
        GdbServer gdb = GdbServer.open(options.gdb, machine, options.await);
        if (!options.quiet) {
            System.err.println("jvmx: in gdb: target remote " + gdb.address());
        }
        return gdb;
    }

    /** Runs with the terminal raw, the clock watched and signals heeded, and puts everything back. */
    private Outcome guarded(TextDisplay display) {
        Thread hook = new Thread(this::interrupted, "interrupted");
        Runtime.getRuntime().addShutdownHook(hook);
        if (limits.timeout != null) {
            Thread.ofPlatform().daemon().name("timeout").start(this::watch);
        }
        if (terminal != null) {
            terminal.raw();
        }
        try (PolicyWatch _ = watchPolicies()) {
            if (display != null) {
                display.start();
            }
            return pc.run();
        } finally {
            if (display != null) {
                display.stop();
            }
            restore();
            forget(hook);
        }
    }

    /** Looks for changes of policies' files; null if nobody asked for that. */
    private PolicyWatch watchPolicies() {
        return !policies.watch ? null : PolicyWatch.begin(pc, policies.opened(), line -> System.err.println("jvmx: " + line), swap -> {
            if (trace != null) {
                trace.swapped(swap);
            }
        });
    }

    /** A policy does not return, so the run's thread will not either: nothing is left but to say so and end the process. */
    private void stuck(StopReason reason) {
        restore();
        System.err.println("jvmx: " + reason.message());
        System.err.print(reason.report());
        if (options.json) {
            System.err.println(JsonSummary.failure("policy-failure", reason.exitCode(), reason.message()));
        }
        System.err.flush();
        Runtime.getRuntime().halt(reason.exitCode());
    }

    private void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // it is running, and waits for the report
        }
    }

    private void restore() {
        if (terminal != null) {
            terminal.close();
        }
    }

    private void interrupted() {
        pc.stop(StopReason.of(StopReason.Kind.INTERRUPTED, "interrupted"));
        try {
            over.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        restore();
        Runtime.getRuntime().halt(INTERRUPTED);
    }

    private void watch() {
        try {
            long nanos = limits.timeout.duration().toNanos();
            if (!over.await(nanos, TimeUnit.NANOSECONDS)) {
                pc.stop(StopReason.of(StopReason.Kind.LIMIT, "the time limit of %s was reached".formatted(limits.timeout)));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private int finish(Outcome ran, PcSpec spec) {
        Outcome outcome = ran;
        String traceFailure = trace == null ? null : trace.finish();
        if (traceFailure != null && outcome.reason().kind() != StopReason.Kind.HOST_FAILURE) {
            outcome = outcome.because(StopReason.of(StopReason.Kind.HOST_FAILURE, traceFailure));
        }
        report.end(outcome, console.display.equals("text"));
        if (spec.parallel() && !options.quiet) {
            System.err.println("jvmx: the processors ran in parallel, so this run cannot be repeated: there is no trace hash");
        }
        if (!options.quiet) {
            System.err.print(pc.machine().policyReport());
        }
        if (options.explainVmx) {
            RunReport.vmcs(pc.machine().vmx());
        }
        if (statistics != null) {
            report.statistics(statistics.table(spec.time() == MachineSpec.Time.VIRTUAL));
        }
        artefact = artefact(outcome, spec);
        if (!options.quiet || options.artefact) {
            System.err.println("jvmx: " + artefact);
        }
        if (options.json) {
            System.err.println(JsonSummary.of(outcome, spec.parallel() ? null : traceHash(), artefact.toString()));
        }
        System.err.flush();
        over.countDown();
        return outcome.exitCode();
    }

    /** The trace's hash, or what says that it was not computed. */
    private String traceHash() {
        return pc.spec().parallel() ? Artefact.NOT_COMPUTED : trace != null ? trace.hash() : hash != null ? hash.footer().traceHash() : Artefact.NOT_COMPUTED;
    }

    private Artefact artefact(Outcome outcome, PcSpec spec) {
        Artefact line = Artefact.of(Version.text(), input.words(words)).withHash("guest", sha256(spec.image().file().array()));
        if (spec.boot().initrd().length > 0) {
            line.withHash("initrd", sha256(spec.boot().initrd()));
        }
        if (input.present()) {
            line.with("input", input.label());
        }
        if (!policies.opened().isEmpty()) {
            line.with("policy", policies.opened().stream().map(one -> one.kind().hash().substring(0, 16)).collect(Collectors.joining(",")));
        }
        if (costs.cost != null) {
            line.withHash("cost", costs.data().hash());
        }
        if (spec.parallel() || spec.time() == MachineSpec.Time.HOST || input == RunInput.LIVE) {
            line.with("repeatable", "no");
        }
        return line.with("outcome", outcome.reason().kind().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .with("instructions", outcome.instructions()).with("exits", outcome.exitCount()).with("nanos", outcome.virtualNanos())
                .withHash("trace", traceHash());
    }

    /** The line of the run that has ended. */
    Artefact artefact() {
        return artefact;
    }

    /** What Ctrl-A and a key do. */
    private final class Keys implements EscapeKeys.Commands {
        @Override
        public void quit() {
            pc.stop(StopReason.of(StopReason.Kind.INTERRUPTED, "quit by Ctrl-A x"));
        }

        @Override
        public void help() {
            System.err.print(
                    "\r\nCtrl-A x  quit\r\nCtrl-A p  press the power button\r\nCtrl-A h  this help\r\nCtrl-A Ctrl-A  send Ctrl-A\r\n");
        }

        @Override
        public void powerButton() {
            pc.pressPowerButton();
        }
    }
}
