package org.jvmx.tools.cli;

import java.util.Arrays;
import org.jvmx.error.BackendException;
import org.jvmx.error.JvmxException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is said, and which code is given, when there is no run to speak of. */
final class Failures {
    /** Bad usage or bad input. */
    static final int BAD_INPUT = 2;
    /** JVMX or its host failed. */
    static final int HOST = 10;

    private Failures() {
    }

    static int badUsage(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        System.err.println("jvmx: " + e.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(e, command.getErr())) {
            System.err.println("jvmx: see " + name + " --help");
        }
        summary(Arrays.asList(arguments).contains("--json"), "bad-input", BAD_INPUT, e.getMessage());
        return BAD_INPUT;
    }

    static int failed(Exception e, CommandLine command, ParseResult parsed) {
        boolean json = parsed.hasSubcommand() && parsed.subcommand().hasMatchedOption("--json");
        int code = codeOf(e);
        String message = e instanceof JvmxException ? e.getMessage() : "internal error: " + e;
        System.err.println("jvmx: " + message);
        if (!(e instanceof JvmxException)) {
            e.printStackTrace();
        }
        summary(json, code == BAD_INPUT ? "bad-input" : "host-failure", code, message);
        return code;
    }

    private static int codeOf(Exception e) {
        return switch (e) {
            case BackendException _ -> HOST;
            case JvmxException _ -> BAD_INPUT;
            default -> HOST;
        };
    }

    private static void summary(boolean json, String outcome, int code, String message) {
        if (json) {
            System.err.println(JsonSummary.failure(outcome, code, message));
        }
    }
}
