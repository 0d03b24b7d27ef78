package org.jvmx.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jvmx.error.ConfigException;

/**
 * The options of one policy, as given by {@code name,key=value,...}. A policy with options has a public constructor that takes this and asks for each
 * by name, with what it is if nothing is said and what it means; so it is known what there is to ask for.
 */
public final class PolicyOptions {
    /**
     * An option that a policy asked for.
     *
     * @param usual its value if none is given
     * @param value its value now
     * @param range what it may be, in words
     * @param meaning a sentence
     */
    public record Option(String name, String usual, String value, String range, String meaning) {
    }

    private final String policy;
    private final Map<String, String> given;
    private final Map<String, Option> asked = new LinkedHashMap<>();

    /** Options of the policy of that name. */
    public PolicyOptions(String policy, Map<String, String> given) {
        this.policy = policy;
        this.given = new TreeMap<>(given);
    }

    /** None given. */
    public static PolicyOptions none(String policy) {
        return new PolicyOptions(policy, Map.of());
    }

    /** A whole number from {@code least} to {@code most}; hexadecimal with 0x. */
    public long number(String name, long usual, long least, long most, String meaning) {
        String range = "%d to %d".formatted(least, most);
        String text = ask(name, Long.toString(usual), range, meaning);
        try {
            long value = text.equals(Long.toString(usual)) ? usual : Long.decode(text.replace("_", ""));
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw new ConfigException("policy %s: %s=%s is not a number from %s".formatted(policy, name, text, range));
    }

    /** {@link #number} within an int. */
    public int integer(String name, int usual, int least, int most, String meaning) {
        return (int) number(name, usual, least, most, meaning);
    }

    /** True or false. */
    public boolean flag(String name, boolean usual, String meaning) {
        String text = ask(name, Boolean.toString(usual), "true or false", meaning);
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> true;
            case "false", "no", "off", "0" -> false;
            default -> throw new ConfigException("policy %s: %s=%s is neither true nor false".formatted(policy, name, text));
        };
    }

    /** Words. */
    public String text(String name, String usual, String meaning) {
        return ask(name, usual, "text", meaning);
    }

    private String ask(String name, String usual, String range, String meaning) {
        String value = given.getOrDefault(name, usual);
        asked.put(name, new Option(name, usual, value, range, meaning));
        return value;
    }

    /** What the policy asked for, in its order. */
    public List<Option> asked() {
        return new ArrayList<>(asked.values());
    }

    /**
     * To be called when the policy is made.
     *
     * @throws ConfigException if something was given that it did not ask for
     */
    public void check() {
        for (String name : given.keySet()) {
            if (!asked.containsKey(name)) {
                String known = asked.isEmpty() ? "it has no options" : "it knows " + String.join(", ", asked.keySet());
                throw new ConfigException("policy %s has no option '%s': %s".formatted(policy, name, known));
            }
        }
    }

    /** The policy as it can be written on a command line, with what was given. */
    @Override
    public String toString() {
        return policy + given.entrySet().stream().map(one -> "," + one.getKey() + "=" + one.getValue()).collect(Collectors.joining());
    }
}
