package org.jvmx.tools.experiment;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jvmx.policy.Policies;
import org.jvmx.policy.PolicyKind;
import org.jvmx.vm.ExitPolicy;

/**
 * A policy with its options, of which each run gets an instance of its own.
 *
 * @param kind the policy
 * @param text how it was asked for: {@code name[,key=value...]}
 */
public record PolicyChoice(PolicyKind kind, String text) {
    /** What stands for no policy at all. */
    public static final String NONE = "none";

    /**
     * The policy of that name, with options that fit it.
     *
     * @throws org.jvmx.error.ConfigException if there is none, or one of its options is wrong
     */
    public static PolicyChoice of(String text) {
        PolicyChoice choice = new PolicyChoice(Policies.standard().find(Policies.nameOf(text)), text);
        choice.open();
        return choice;
    }

    /**
     * Policies that work together: {@code name[,key=value...]+name...}, or {@link #NONE}.
     *
     * @throws org.jvmx.error.ConfigException as for one
     */
    public static List<PolicyChoice> several(String text) {
        return text.equals(NONE) ? List.of() : Stream.of(text.split("\\+")).map(PolicyChoice::of).toList();
    }

    /** A new instance. */
    ExitPolicy open() {
        return kind.open(Policies.optionsOf(text));
    }

    /** SHA-256 of its code. */
    public String hash() {
        return kind.hash();
    }

    /** The file or name without the folder that it is in, and its options. */
    @Override
    public String toString() {
        String name = Policies.nameOf(text);
        return name.endsWith(".java") ? Path.of(name).getFileName() + text.substring(name.length()) : text;
    }
}
