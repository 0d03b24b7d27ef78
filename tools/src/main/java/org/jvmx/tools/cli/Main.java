package org.jvmx.tools.cli;

import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program. */
@Command(name = "jvmx", versionProvider = Version.class, description = "A hypervisor core in Java: runs x86-64 guests on a processor with VMX, in software.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    RunCommand.class, DoctorCommand.class, SuiteCommand.class, TraceCommand.class,
    DisasmCommand.class, DiffCommand.class, PolicyCommand.class, SweepCommand.class, ReproduceCommand.class, BenchCommand.class, CompletionCommand.class})
public final class Main {
    /** Options with an optional value, which is only ever given after an equals sign. */
    private static final List<String> VALUE_AFTER_EQUALS = List.of("--stat", "--translator-stat");

    @Option(names = {"-V", "--version", "-version"}, versionHelp = true, description = "Print the version.")
    private boolean version;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help.", scope = CommandLine.ScopeType.INHERIT)
    private boolean help;

    private Main() {
    }

    /** Runs a command and exits with its code. */
    public static void main(String[] arguments) {
        int code = execute(arguments);
        System.out.flush();
        Runtime.getRuntime().exit(code);
    }

    /** Runs a command; gives the code to exit with. */
    static int execute(String... arguments) {
        CommandLine line = commandLine();
        String[] prepared = Stream.of(arguments).map(word -> VALUE_AFTER_EQUALS.contains(word) ? word + "=" : word).toArray(String[]::new);
        return line.execute(prepared);
    }

    /** All commands. */
    static CommandLine commandLine() {
        CommandLine line = prepared(new CommandLine(new Main()));
        line.setParameterExceptionHandler(Failures::badUsage);
        line.setExecutionExceptionHandler(Failures::failed);
        return line;
    }

    /** The same command, that reads arguments as all of ours do. */
    static CommandLine prepared(CommandLine line) {
        line.setExpandAtFiles(false).setAbbreviatedOptionsAllowed(false).setUsageHelpAutoWidth(true);
        line.registerConverter(ByteSize.class, Converters.of(ByteSize::parse));
        line.registerConverter(TimeSpan.class, Converters.of(TimeSpan::parse));
        return line;
    }
}
