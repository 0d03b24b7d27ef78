package org.jvmx.tools.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jvmx.arch.CpuidBit;
import org.jvmx.error.ConfigException;
import org.jvmx.vmx.Backend;

/** Reads {@code x86/unittests.cfg} of a kvm-unit-tests tree: sections in brackets with {@code key = value} lines. */
final class UnitTestsConfig {
    private static final Path FILE = Path.of("x86", "unittests.cfg");
    private static final Pattern SECTION = Pattern.compile("\\[([^\\]]+)\\]");
    private static final Pattern ENTRY = Pattern.compile("(\\w+)\\s*=\\s*(.*)");
    private static final Pattern PROCESSOR = Pattern.compile("-cpu \\S+");
    private static final Pattern WITHOUT = Pattern.compile(",-([a-z0-9_-]+)");
    private static final Pattern MEMORY = Pattern.compile("-m (\\d+)([gGmM]?)");
    private static final long DEFAULT_MEMORY = 512L << 20;
    private static final int DEFAULT_TIMEOUT = 90;

    private UnitTestsConfig() {
    }

    /**
     * The 64-bit tests of a tree by name.
     *
     * @throws ConfigException if there is no such tree
     */
    static Map<String, UnitTest> read(Path tree) {
        Path file = tree.resolve(FILE);
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw new ConfigException("%s is no built kvm-unit-tests tree: %s cannot be read; configure and make one, and give it by --tree"
                    .formatted(tree, file), e);
        }
    }

    static Map<String, UnitTest> parse(String text) {
        Map<String, UnitTest> tests = new LinkedHashMap<>();
        Map<String, String> entries = new HashMap<>();
        String section = null;
        for (String line : text.lines().map(String::strip).toList()) {
            Matcher start = SECTION.matcher(line);
            Matcher entry = ENTRY.matcher(line);
            if (start.matches()) {
                add(tests, section, entries);
                section = start.group(1);
                entries.clear();
            } else if (entry.matches()) {
                entries.put(entry.group(1), unquote(entry.group(2)));
            }
        }
        add(tests, section, entries);
        return tests;
    }

    private static void add(Map<String, UnitTest> tests, String name, Map<String, String> entries) {
        if (name == null || !entries.containsKey("file") || entries.getOrDefault("arch", "x86_64").equals("i386")) {
            return;
        }
        String machine = entries.getOrDefault("qemu_params", entries.getOrDefault("extra_params", ""));
        Matcher memory = MEMORY.matcher(machine);
        long bytes = memory.find() ? Long.parseLong(memory.group(1)) << (memory.group(2).equalsIgnoreCase("g") ? 30 : 20) : DEFAULT_MEMORY;
        String timeout = entries.getOrDefault("timeout", "").replaceAll("\\D", "");
        Duration patience = Duration.ofSeconds(timeout.isEmpty() ? DEFAULT_TIMEOUT : Long.parseLong(timeout));
        String cpus = entries.getOrDefault("smp", "1").replaceAll("\\D.*", "");
        tests.put(name, new UnitTest(name, entries.get("file"), entries.getOrDefault("test_args", ""), model(machine), bytes,
                cpus.isEmpty() ? 1 : Integer.parseInt(cpus), patience));
    }

    /** Our model without the features that the configuration takes from the emulator's. */
    private static String model(String machine) {
        StringBuilder model = new StringBuilder(Backend.DEFAULT_MODEL);
        Matcher processor = PROCESSOR.matcher(machine);
        if (processor.find()) {
            WITHOUT.matcher(processor.group()).results().map(feature -> feature.group(1)).filter(UnitTestsConfig::known)
                    .forEach(feature -> model.append(",-").append(feature));
        }
        return model.toString();
    }

    private static boolean known(String feature) {
        return Arrays.stream(CpuidBit.values()).anyMatch(bit -> bit.name().equalsIgnoreCase(feature));
    }

    private static String unquote(String value) {
        boolean quoted = value.length() >= 2 && (value.charAt(0) == '\'' || value.charAt(0) == '"')
                && value.charAt(value.length() - 1) == value.charAt(0);
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
