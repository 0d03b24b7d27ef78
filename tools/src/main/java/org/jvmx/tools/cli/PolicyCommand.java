package org.jvmx.tools.cli;

import picocli.CommandLine.Command;

/** {@code jvmx policy}. */
@Command(name = "policy", description = "Policies.", subcommands = {PolicyListCommand.class, PolicyShowCommand.class,
    PolicyNewCommand.class, CompareCommand.class, CostsCommand.class})
final class PolicyCommand {
    PolicyCommand() {
    }
}
