package org.jvmx.tools.cli;

import picocli.CommandLine.Command;

/** {@code jvmx policy}. */
@Command(name = "policy", description = "Policies: who decides about VM exits.", subcommands = {PolicyListCommand.class, PolicyShowCommand.class,
    PolicyNewCommand.class, CompareCommand.class, CostsCommand.class, TablesCommand.class})
final class PolicyCommand {
    PolicyCommand() {
    }
}
