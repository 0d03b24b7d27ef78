package org.jvmx.tools.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code jvmx completion}. */
@Command(name = "completion", description = "Print a completion script for bash and zsh: source <(jvmx completion)")
final class CompletionCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    /** For picocli. */
    CompletionCommand() {
    }

    @Override
    public void run() {
        System.out.print(AutoComplete.bash(spec.root().name(), spec.root().commandLine()));
    }
}
