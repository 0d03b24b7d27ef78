package org.jvmx.tools.cli;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jvmx.policy.Policies;
import org.jvmx.policy.PolicyKind;
import org.jvmx.policy.PolicyOptions;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.PolicyNeed;
import org.jvmx.vmx.ExitReason;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code jvmx policy show}. */
@Command(name = "show", description = "Tell what a policy does, its options and where it is published.")
final class PolicyShowCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "A policy's name, a class, or a .java file.")
    private String name;

    /** For picocli. */
    PolicyShowCommand() {
    }

    @Override
    public Integer call() {
        PolicyKind kind = Policies.standard().find(name);
        ExitPolicy policy = kind.open(PolicyOptions.none(name));
        line("policy", kind.name());
        line("does", kind.summary());
        line("published", kind.source());
        line("decides", policy.reasons().stream().map(ExitReason::name).sorted().collect(Collectors.joining(" ")));
        line("needs", policy.needs().stream().map(PolicyNeed::title).sorted().collect(Collectors.joining(", ")));
        line("code", "sha256:" + kind.hash());
        List<PolicyOptions.Option> options = kind.options();
        for (PolicyOptions.Option option : options) {
            line(option == options.getFirst() ? "options" : "", "%s=%s  %s (%s)".formatted(option.name(), option.usual(), option.meaning(),
                    option.range()));
        }
        return 0;
    }

    private static void line(String title, String text) {
        if (!text.isEmpty()) {
            System.out.println("%-10s %s".formatted(title, text));
        }
    }
}
