package org.jvmx.tools.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What comes to a guest from outside while it runs.
 *
 * @param label a hash of it, "live" if it comes when it comes, empty if there is none
 * @param serial what {@code --serial} has to be to repeat the run
 */
record RunInput(String label, String serial) {
    /** Somebody types, or a debugger interferes. */
    static final RunInput LIVE = new RunInput("live", "stdio");

    private static final int DIGITS = 16;

    /** What comes through the serial port. */
    static RunInput of(String serial) {
        if (serial.equals(SerialChoice.REQUESTS)) {
            return new RunInput("", SerialChoice.REQUESTS);
        }
        if (serial.startsWith("tcp")) {
            return LIVE;
        }
        String source = Terminal.standardInput();
        if (!serial.equals("stdio") || source.equals("/dev/null")) {
            return new RunInput("", "none");
        }
        Path file = Path.of(source.isEmpty() ? "/" : source);
        try {
            return Files.isRegularFile(file) ? new RunInput(hash(Files.readAllBytes(file)), "stdio") : LIVE;
        } catch (IOException e) {
            return LIVE;
        }
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Whether there is any. */
    boolean present() {
        return !label.isEmpty();
    }

    /** The words of a command line, with what the serial port has to be. */
    List<String> words(List<String> words) {
        List<String> all = new ArrayList<>(words);
        all.add("--serial");
        all.add(serial);
        return all;
    }
}
