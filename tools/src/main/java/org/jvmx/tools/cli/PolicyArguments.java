package org.jvmx.tools.cli;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.error.ConfigException;
import org.jvmx.policy.Policies;
import org.jvmx.policy.PolicyKind;
import org.jvmx.tools.pc.PcSpec;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.PolicyNeed;
import picocli.CommandLine.Option;

/** Who decides about VM exits. */
final class PolicyArguments {
    @Option(names = "--policy", paramLabel = "NAME[,KEY=VALUE...]", description = "Decide about VM exits by a policy: its name (see 'jvmx policy list'), a class, or a .java file. Repeatable, asked in order.")
    List<String> policies = new ArrayList<>();

    @Option(names = "--policy-watch", description = "Compile a policy's .java file again when it changes, and go on with the new one.")
    boolean watch;

    @Option(names = "--lazy-memory", description = "Map RAM page by page when the guest first touches it; policies that need it switch it on.")
    boolean lazyMemory;

    /** What is asked for, in order. */
    private final List<Opened> opened = new ArrayList<>();

    /** A policy, and how to get another instance of it. */
    record Opened(String text, PolicyKind kind, ExitPolicy policy) {
        /** Whether it is in a source file. */
        boolean isSource() {
            return Policies.nameOf(text).endsWith(".java");
        }
    }

    void apply(PcSpec.Builder pc) {
        for (String text : policies) {
            PolicyKind kind = Policies.standard().find(Policies.nameOf(text));
            Opened one = new Opened(text, kind, kind.open(Policies.optionsOf(text)));
            opened.add(one);
            pc.policy(one.policy());
            lazyMemory |= one.policy().needs().contains(PolicyNeed.LAZY_MEMORY);
        }
        if (watch && opened.stream().noneMatch(Opened::isSource)) {
            throw new ConfigException("--policy-watch watches source files: give --policy FILE.java");
        }
        pc.lazyMemory(lazyMemory);
    }

    List<Opened> opened() {
        return opened;
    }
}
