package org.jvmx.tools.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jvmx.error.ConfigException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * A run on one line, to paste into a paper: what was run, hashes of what it was made from, and what came of it. In the words of the command special
 * characters are written as % and four hexadecimal digits.
 */
final class Artefact {
    /** What stands for a trace hash that was not computed. */
    static final String NOT_COMPUTED = "-";

    private static final String BEGIN = "artefact 1 ";
    private static final String COMMAND = "run";
    private static final int DIGITS = 16;
    private static final Pattern FIELD = Pattern.compile("([a-z]+)=(\"[^\"]*\"|\\S+)");
    private static final Pattern SPECIAL = Pattern.compile("[^A-Za-z0-9_./:,=+@-]");
    private static final Pattern ESCAPE = Pattern.compile("%([0-9A-Fa-f]{4})");
    /** Options that change nothing about the run. */
    private static final Set<String> REPORTS = Set.of("--stat", "--trace", "--explain-vmx", "--metrics", "--gdb", "--wait", "--json", "--artefact",
            "--quiet", "--verbose", "--timeout", "--translator-stat", "--policy-watch", "--serial");
    /** What has to be the same in a run that agrees, in the order in which it is told. */
    private static final List<String> RESULTS = List.of("guest", "initrd", "input", "policy", "cost", "outcome", "instructions", "exits", "nanos");

    private final Map<String, String> fields = new LinkedHashMap<>();

    private Artefact() {
    }

    /** The beginning of one: version and the words after {@code jvmx run}. */
    static Artefact of(String version, List<String> words) {
        Artefact artefact = new Artefact();
        artefact.fields.put("version", version);
        artefact.fields.put(COMMAND, words.stream().map(Artefact::escaped).collect(Collectors.joining(" ")));
        return artefact;
    }

    /** The words of a command line that decide what is run. */
    static List<String> words(ParseResult parsed) {
        List<String> words = new ArrayList<>();
        for (ArgSpec argument : parsed.matchedArgs()) {
            if (!(argument instanceof OptionSpec option)) {
                words.addAll(argument.originalStringValues());
            } else if (!REPORTS.contains(option.longestName())) {
                for (String value : option.originalStringValues()) {
                    words.add(option.longestName());
                    if (option.arity().max() > 0) {
                        words.add(value);
                    }
                }
            }
        }
        return words;
    }

    /** Adds a field with a word. */
    Artefact with(String name, Object value) {
        fields.put(name, String.valueOf(value));
        return this;
    }

    /** Adds a field with a hash, shortened to what nobody finds by chance. */
    Artefact withHash(String name, String hash) {
        return with(name, hash.substring(0, Math.min(DIGITS, hash.length())));
    }

    /**
     * Reads a line.
     *
     * @throws ConfigException if it is none
     */
    static Artefact parse(String line) {
        int begin = line.indexOf(BEGIN);
        if (begin < 0) {
            throw new ConfigException("this is no artefact line: it has to hold '%s', version=, run=\"...\" and results".formatted(BEGIN.strip()));
        }
        Artefact artefact = new Artefact();
        Matcher matcher = FIELD.matcher(line.substring(begin + BEGIN.length()));
        while (matcher.find()) {
            String value = matcher.group(2);
            artefact.fields.put(matcher.group(1), value.startsWith("\"") ? value.substring(1, value.length() - 1) : value);
        }
        if (!artefact.fields.containsKey(COMMAND) || !artefact.fields.containsKey("instructions")) {
            throw new ConfigException("the artefact line is not whole: run=\"...\" or instructions= is missing");
        }
        return artefact;
    }

    /** The words after {@code jvmx run}. */
    List<String> command() {
        String words = fields.get(COMMAND);
        return words.isEmpty() ? List.of() : List.of(words.split(" ")).stream().map(Artefact::unescaped).toList();
    }

    /** A field; empty if it is not there. */
    String field(String name) {
        return fields.getOrDefault(name, "");
    }

    /** What is not the same in another run, a line each; nothing if they agree. */
    List<String> differences(Artefact other) {
        List<String> differences = new ArrayList<>();
        List<String> names = new ArrayList<>(RESULTS);
        if (!field("trace").equals(NOT_COMPUTED)) {
            names.add("trace");
        }
        for (String name : names) {
            if (!field(name).equals(other.field(name))) {
                differences.add("%s was %s and is %s".formatted(name, shown(field(name)), shown(other.field(name))));
            }
        }
        return differences;
    }

    private static String shown(String value) {
        return value.isEmpty() ? "absent" : value;
    }

    private static String escaped(String word) {
        return SPECIAL.matcher(word).replaceAll(found -> "%%%04X".formatted((int) found.group().charAt(0)));
    }

    private static String unescaped(String word) {
        return ESCAPE.matcher(word).replaceAll(found -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(found.group(1), 16))));
    }

    /** The line. */
    @Override
    public String toString() {
        return BEGIN + fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + (field.getKey().equals(COMMAND) ? "\"" + field.getValue() + "\"" : field.getValue()))
                .collect(Collectors.joining(" "));
    }
}
