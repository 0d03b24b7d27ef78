package org.jvmx.tools.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jvmx.error.ConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code jvmx policy new}. */
@Command(name = "new", description = "Print a policy to begin with: jvmx policy new MyPolicy > MyPolicy.java")
final class PolicyNewCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "The name of the class; the file has to be called NAME.java.")
    private String name;

    /** For picocli. */
    PolicyNewCommand() {
    }

    @Override
    public Integer call() {
        if (!name.matches("[A-Z][A-Za-z0-9_]*")) {
            throw new ConfigException("'%s' is no name for a public class: begin with a capital letter, as in MyPolicy".formatted(name));
        }
        System.out.print(skeleton().replace("@CLASS@", name).replace("@NAME@", words(name)));
        return 0;
    }

    /** MyPolicy is my-policy on the command line. */
    private static String words(String type) {
        return Stream.of(type.split("(?<=[a-z0-9])(?=[A-Z])")).map(String::toLowerCase).collect(Collectors.joining("-"));
    }

    private static String skeleton() {
        try (InputStream file = PolicyNewCommand.class.getResourceAsStream("policy.txt")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
