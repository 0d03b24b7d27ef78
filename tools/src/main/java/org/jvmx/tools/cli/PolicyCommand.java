package org.jvmx.tools.cli;

import picocli.CommandLine.Command;

/** {@code jvmx policy}. */
@Command(name = "policy", description = "Policies.", subcommands = {CompareCommand.class, CostsCommand.class})
final class PolicyCommand {
    PolicyCommand() {
    }
}
