package org.jvmx.tools.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jvmx.tools.pc.Pc;
import org.jvmx.vm.PolicyCounters;

/** How often the policies of a PC decided what. A decision has a meter from its first time on. */
public final class PolicyMetrics implements Runnable {
    private final Pc pc;
    private final Tags vm;
    private final MeterRegistry registry;
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    /** Of {@code pc}, whose tag {@code vm} has the value {@code name}; {@link #run} adds the meters that are new. */
    public PolicyMetrics(Pc pc, String name, MeterRegistry registry) {
        this.pc = pc;
        this.vm = Tags.of("vm", name);
        this.registry = registry;
    }

    @Override
    public void run() {
        for (PolicyCounters.Decision one : pc.machine().policyCounters().decisions()) {
            if (!known.add(one.policy() + ' ' + one.decision())) {
                continue;
            }
            FunctionCounter.builder("jvmx.policy.decisions", pc, guest -> count(guest, one.policy(), one.decision()))
                    .tags(vm.and("policy", one.policy(), "decision", one.decision()))
                    .description("Decisions of policies about VM exits").register(registry);
        }
    }

    private static long count(Pc pc, String policy, String decision) {
        return pc.machine().policyCounters().decisions().stream()
                .filter(one -> one.policy().equals(policy) && one.decision().equals(decision)).mapToLong(PolicyCounters.Decision::count)
                .sum();
    }
}
