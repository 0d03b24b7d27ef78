package org.jvmx.tools.fetch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jvmx.error.BackendException;

/** A program of the host that is run to its end. */
final class Tool {
    /** What it said and how it ended. */
    record Result(int exitCode, String output) {
        /** The last line that it said. */
        String lastLine() {
            return output.strip().lines().reduce((_, last) -> last).orElse("it said nothing");
        }
    }

    private Tool() {
    }

    /** Runs a program in a folder; standard error is part of the output. */
    static Result run(Path folder, List<String> command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        } catch (IOException e) {
            throw new BackendException("%s cannot be run: %s".formatted(command.getFirst(), e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException("interrupted while running " + command.getFirst(), e);
        }
    }

    /** Whether a program of that name is on the path. */
    static boolean exists(String name) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
            if (!folder.isEmpty() && Path.of(folder, name).toFile().canExecute()) {
                return true;
            }
        }
        return false;
    }
}
