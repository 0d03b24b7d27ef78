package org.jvmx.tools.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Standard input as a terminal. In raw mode, set by stty(1), every key goes to the guest at once and unchanged, nothing is echoed; it is put
 * back by {@link #close}, which the shutdown hook calls too.
 */
final class Terminal implements AutoCloseable {
    private static final Path STANDARD_INPUT = Path.of("/proc/self/fd/0");
    private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");
    private static final long PATIENCE_SECONDS = 5;

    private final String settings;
    private boolean raw;

    private Terminal(String settings) {
        this.settings = settings;
    }

    /** What standard input is, on a system that tells: a path, or something like {@code pipe:[1234]}; empty if it does not. */
    static String standardInput() {
        try {
            return Files.readSymbolicLink(STANDARD_INPUT).toString();
        } catch (IOException | UnsupportedOperationException _) {
            return "";
        }
    }

    /** Whether what is written to standard error appears on a terminal. */
    static boolean standardErrorShows() {
        try {
            String target = Files.readSymbolicLink(STANDARD_ERROR).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.startsWith("/dev/console");
        } catch (IOException | UnsupportedOperationException _) {
            return System.console() != null;
        }
    }

    /** The terminal on standard input; null if there is none. */
    static Terminal find() {
        String input = standardInput();
        boolean possible =
                input.isEmpty() || input.startsWith("/dev/pts/") || input.startsWith("/dev/tty") || input.startsWith("/dev/console");
        String settings = possible ? stty("-g") : "";
        if (settings.isEmpty()) {
            return null;
        }
        return new Terminal(settings);
    }

    /** Keys are for the guest from now on. */
    synchronized void raw() {
        raw = true;
        stty("raw", "-echo");
    }

    /** Rows and columns; 24 and 80 if the terminal does not know. */
    static List<Integer> size() {
        String[] words = stty("size").split(" ");
        if (words.length != 2) {
            return List.of(24, 80);
        }
        return Stream.of(words).map(Integer::parseInt).toList();
    }

    private static String stty(String... arguments) {
        try {
            ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of("stty"), Stream.of(arguments)).toList());
            builder.redirectInput(ProcessBuilder.Redirect.INHERIT).redirectError(ProcessBuilder.Redirect.DISCARD);
            Process process = builder.start();
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0 ? answer : "";
        } catch (IOException _) {
            return ""; // no stty: the terminal stays as it is
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /** Puts the terminal back. */
    @Override
    public synchronized void close() {
        if (raw) {
            raw = false;
            stty(settings);
        }
    }
}
