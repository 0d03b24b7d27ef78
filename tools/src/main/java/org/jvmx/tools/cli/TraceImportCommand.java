package org.jvmx.tools.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jvmx.error.BackendException;
import org.jvmx.error.ConfigException;
import org.jvmx.policy.Policies;
import org.jvmx.policy.PolicyKind;
import org.jvmx.policy.cost.Bill;
import org.jvmx.policy.cost.Bounds;
import org.jvmx.policy.cost.CostModel;
import org.jvmx.tools.hosttrace.HaltReplay;
import org.jvmx.tools.hosttrace.HostSummary;
import org.jvmx.tools.hosttrace.HostTrace;
import org.jvmx.vmx.ExitReason;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvmx trace import}. */
@Command(name = "import", description = "Sum up and price the VM exits of a real host, and ask policies what they would have done about its halts.", sortOptions = false, footer = {
    "", "On the host: perf record -a -e kvm:kvm_exit,kvm:kvm_entry,kvm:kvm_vcpu_wakeup,kvm:kvm_msr,kvm:kvm_pio,kvm:kvm_userspace_exit",
    "then perf script > FILE; or the same trace points in ftrace, and its file 'trace'. FILE may be packed by gzip."})
final class TraceImportCommand implements Callable<Integer> {
    private static final List<String> USUAL = List.of("halt-poll-none", "halt-poll-always", "halt-poll-dynamic");

    @Parameters(paramLabel = "FILE", description = "Text of 'perf script' or ftrace; - for standard input.")
    private String file;

    @Option(names = "--policy", paramLabel = "NAME[,KEY=VALUE...]", description = "A policy to ask about each halt; repeatable. Default: KVM's three kinds of halt polling.")
    private List<String> policies = new ArrayList<>();

    @Mixin
    private CostOptions cost;

    /** For picocli. */
    TraceImportCommand() {
    }

    @Override
    public Integer call() {
        CostModel model = cost.model("skylake-sp");
        HostTrace trace = read();
        if (trace.exits().isEmpty()) {
            throw new ConfigException(("%s has no VM exit: of %d lines %d are no trace point of KVM; both kvm:kvm_exit and kvm:kvm_entry are needed, "
                    + "as perf script or ftrace print them").formatted(file, trace.lines(), trace.foreignLines()));
        }
        HostSummary summary = new HostSummary(trace);
        StringBuilder text = new StringBuilder(form("%s: %d exits of %d virtual processors in %.3f ms; %d other lines, %d exits without an entry\n\n", name(),
                trace.exits().size(), trace.exits().stream().mapToInt(exit -> exit.thread()).distinct().count(), trace.durationNanos() / 1e6,
                trace.foreignLines(), trace.unfinished()));
        text.append("Times are the host's.\n\n").append(summary.table());
        Bounds price = summary.bill().price(model);
        text.append(form("\nPriced, not measured, as %s: %,.0f cycles [%,.0f..%,.0f] for transitions and handling", model.name(), price.typical(),
                price.low(), price.high()));
        text.append(summary.unpriced() == 0 ? ".\n" : form("; %d exits have a reason without a price.\n", summary.unpriced()));
        halts(text, trace, model);
        System.out.print(text);
        return 0;
    }

    private String name() {
        return file.equals("-") ? "standard input" : String.valueOf(Path.of(file).getFileName());
    }

    private HostTrace read() {
        try (InputStream in = new BufferedInputStream(file.equals("-") ? System.in : Files.newInputStream(Path.of(file)))) {
            return HostTrace.read(in);
        } catch (NoSuchFileException e) {
            throw new ConfigException("there is no trace file %s".formatted(file), e);
        } catch (IOException e) {
            throw new BackendException("%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    private void halts(StringBuilder text, HostTrace trace, CostModel model) {
        long halts = trace.exits().stream().filter(exit -> exit.reason() == ExitReason.HLT).count();
        if (halts == 0) {
            text.append("\nThere are no halts, so there is nothing to ask policies about.\n");
            return;
        }
        text.append(form("\n%d halts%s, put to policies; the guest is taken to halt when it did, and its events to come when they came\n\n", halts,
                trace.pollChanges() == 0 ? "" : " (the host polled itself)"));
        text.append(form("%-36s %8s %8s %8s %8s %12s %9s  %-28s %s\n", "policy", "polled", "caught", "wasted", "blocked", "polling us", "of time",
                "wake-up delay us [from..to]", "priced kilocycles [from..to]"));
        Bill first = null;
        List<String> verdicts = new ArrayList<>();
        for (String policy : policies.isEmpty() ? USUAL : policies) {
            PolicyKind kind = Policies.standard().find(Policies.nameOf(policy));
            HaltReplay replay = HaltReplay.of(trace.exits(), () -> kind.open(Policies.optionsOf(policy)));
            Bounds delay = replay.wakeUpNanos(model);
            Bounds price = replay.price(model);
            text.append(form("%-36s %8d %8d %8d %8d %12.1f %8.2f%%  %-28s %s\n", policy, replay.polls(), replay.caught(), replay.wasted(),
                    replay.blocked(), replay.burntNanos() / 1e3, 100.0 * replay.burntNanos() / Math.max(1, trace.durationNanos()),
                    form("%,.1f [%,.1f..%,.1f]", delay.typical() / 1e3, delay.low() / 1e3, delay.high() / 1e3),
                    form("%,.0f [%,.0f..%,.0f]", price.typical() / 1e3, price.low() / 1e3, price.high() / 1e3)));
            if (first == null) {
                first = replay.bill();
            } else {
                Bill.Verdict verdict = Bill.verdict(replay.bill().minus(first).price(model));
                verdicts.add(form("%s: cycles %s\n", policy, verdict.name().toLowerCase(Locale.ROOT)));
            }
        }
        if (!verdicts.isEmpty()) {
            text.append(form("\nagainst %s\n", policies.isEmpty() ? USUAL.getFirst() : policies.getFirst()));
            verdicts.forEach(verdict -> text.append("  ").append(verdict));
        }
    }

    private static String form(String text, Object... arguments) {
        return String.format(Locale.ROOT, text, arguments);
    }
}
