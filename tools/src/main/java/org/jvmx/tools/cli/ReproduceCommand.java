package org.jvmx.tools.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code jvmx reproduce}. */
@Command(name = "reproduce", description = "Run again what an artefact line tells of, and say whether it came out the same.", sortOptions = false, footer = {
    "", "A line with input= needs the same input on standard input, as a file. Exit codes: 0 it agrees, 18 it does not."})
final class ReproduceCommand implements Callable<Integer> {
    /** The run came out differently. */
    static final int DISAGREES = 18;

    @Parameters(paramLabel = "LINE", description = "The line that 'jvmx run' ended with, in quotes.")
    private String line;

    /** For picocli. */
    ReproduceCommand() {
    }

    @Override
    public Integer call() {
        Artefact told = Artefact.parse(line);
        List<String> words = new ArrayList<>(told.command());
        words.add("--quiet");
        words.add("--artefact");
        RunCommand run = new RunCommand();
        CommandLine commandLine = Main.prepared(new CommandLine(run));
        commandLine.parseArgs(words.toArray(String[]::new));
        Session session = run.session();
        session.run();
        Artefact seen = session.artefact();
        List<String> differences = told.differences(seen);
        if (!told.field("version").equals(Version.text())) {
            System.err.println("jvmx: the line is of version %s, this is %s".formatted(told.field("version"), Version.text()));
        }
        if (told.field("repeatable").equals("no")) {
            System.err.println("jvmx: the line is of a run with threads, host time or live input, which no other run repeats exactly");
        }
        if (differences.isEmpty()) {
            System.err.println(told.field("trace").equals(Artefact.NOT_COMPUTED)
                    ? "jvmx: it agrees in instructions, exits and virtual time; the line has no trace hash (run with --artefact for one)"
                    : "jvmx: it agrees, exit by exit");
            return 0;
        }
        differences.forEach(difference -> System.err.println("jvmx: " + difference));
        System.err.println("jvmx: it does not agree");
        return DISAGREES;
    }
}
