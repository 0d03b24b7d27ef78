package org.jvmx.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The inputs of a target that the repository holds, in a text file: a line of hexadecimal digits an input. Lines that begin with # say what the next input
 * once found.
 */
record Corpus(String target, List<byte[]> inputs) {
    /** The corpus on the class path; empty if there is none. */
    static Corpus of(String target) {
        List<byte[]> inputs = new ArrayList<>();
        try (InputStream in = Corpus.class.getResourceAsStream("/fuzz/" + target + ".hex")) {
            if (in != null) {
                new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().filter(line -> !line.startsWith("#"))
                        .forEach(line -> inputs.add(HexFormat.of().parseHex(line)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Corpus(target, inputs);
    }

    /** Writes a file for each input. */
    void unpack(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (int n = 0; n < inputs.size(); n++) {
            Files.write(directory.resolve("seed-%04d".formatted(n)), inputs.get(n));
        }
    }
}
