package org.jvmx.policy;

import java.util.List;
import org.jvmx.vm.ExitPolicy;

/** A kind of policy that instances can be made of. */
public interface PolicyKind {
    /** The name on the command line. */
    String name();

    /** What it does, in a sentence. */
    String summary();

    /** What it is published in; empty if it is not. */
    String source();

    /** SHA-256 of its code, in hexadecimal: the same code, the same decisions. */
    String hash();

    /** What can be set. */
    List<PolicyOptions.Option> options();

    /**
     * An instance, for one machine.
     *
     * @throws org.jvmx.error.ConfigException if an option is unknown or wrong
     */
    ExitPolicy open(PolicyOptions options);
}
