package org.jvmx.tools.cli;

import java.util.concurrent.Callable;
import org.jvmx.policy.Policies;
import org.jvmx.policy.PolicyKind;
import picocli.CommandLine.Command;

/** {@code jvmx policy list}. */
@Command(name = "list", description = "List the policies that are known by name.")
final class PolicyListCommand implements Callable<Integer> {
    /** For picocli. */
    PolicyListCommand() {
    }

    @Override
    public Integer call() {
        for (PolicyKind kind : Policies.standard().all()) {
            System.out.println("%-22s %s".formatted(kind.name(), kind.summary()).stripTrailing());
        }
        return 0;
    }
}
