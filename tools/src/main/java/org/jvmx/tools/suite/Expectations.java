package org.jvmx.tools.suite;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jvmx.error.ConfigException;

/** The expectation table: tab-separated, a line for each test, comments begin with #. */
final class Expectations {
    private static final String RESOURCE = "kvm-unit-tests.tsv";

    private final String comments;
    private final Map<String, Expectation> tests = new LinkedHashMap<>();

    private Expectations(String text) {
        comments = text.lines().takeWhile(line -> line.startsWith("#")).collect(Collectors.joining("\n", "", "\n"));
        text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).map(Expectation::parse)
                .forEach(line -> tests.put(line.test(), line));
    }

    /** The table that comes with JVMX. */
    static Expectations bundled() {
        try (InputStream in = Expectations.class.getResourceAsStream(RESOURCE)) {
            return new Expectations(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Expectations read(Path file) {
        try {
            return new Expectations(Files.readString(file));
        } catch (IOException | RuntimeException e) {
            throw new ConfigException("%s is no expectation table: %s".formatted(file, e.getMessage()), e);
        }
    }

    Iterable<String> names() {
        return tests.keySet();
    }

    Expectation of(String test) {
        return tests.getOrDefault(test, Expectation.unknown(test));
    }

    void update(Expectation expectation) {
        tests.put(expectation.test(), expectation);
    }

    void write(Path file) {
        StringBuilder text = new StringBuilder(comments);
        tests.values().forEach(expectation -> text.append(expectation.line()).append('\n'));
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new ConfigException("%s cannot be written: %s".formatted(file, e.getMessage()), e);
        }
    }
}
