package org.jvmx.tools.experiment;

import java.util.List;
import org.jvmx.error.ConfigException;
import org.jvmx.policy.cost.CostModel;
import org.jvmx.tools.pc.Outcome;
import org.jvmx.tools.pc.Pc;
import org.jvmx.tools.pc.PcSpec;
import org.jvmx.tools.pc.Requests;
import org.jvmx.trace.TraceHash;
import org.jvmx.vm.ExitCost;
import org.jvmx.vm.ExitObserver;
import org.jvmx.vm.Latencies;
import org.jvmx.vm.StopReason;

/**
 * One run to be: the same experiment gives the same result wherever it is carried out.
 *
 * @param guest what runs
 * @param append what is added to its command line
 * @param policies who decides about its exits, in their order
 * @param seed where its random numbers start
 * @param memory bytes of RAM
 * @param cost what exits cost in virtual time
 */
public record Experiment(GuestChoice guest, String append, List<PolicyChoice> policies, long seed, long memory, ExitCost cost) {
    /** So many instructions are more than any guest here needs. */
    private static final long MOST_INSTRUCTIONS = 200_000_000_000L;

    public Experiment {
        policies = List.copyOf(policies);
    }

    /** The same with other costs. */
    Experiment charging(ExitCost other) {
        return new Experiment(guest, append, policies, seed, memory, other);
    }

    /** What came of it. */
    public record Result(Outcome outcome, Figures figures, String traceHash) {
        /** Whether the guest ended as it should. */
        public boolean ended() {
            return outcome.reason().kind() == StopReason.Kind.POWER_OFF;
        }
    }

    /** How a run that is under way can be ended from another thread. */
    public interface Control {
        /** The machine that is about to run. */
        void started(Pc pc);
    }

    /** Runs it on this thread. */
    public Result run(Control control, ExitObserver... observers) {
        TraceHash hash = new TraceHash();
        PcSpec.Builder builder = guest.pc(append, seed).memory(memory).cost(cost).lazyMemory(true).maxInstructions(MOST_INSTRUCTIONS);
        policies.forEach(policy -> builder.policy(policy.open()));
        builder.observer(hash);
        for (ExitObserver observer : observers) {
            builder.observer(observer);
        }
        PcSpec spec = builder.build();
        try (Pc pc = new Pc(spec)) {
            control.started(pc);
            Outcome outcome = pc.run();
            long[] replies = spec.serial() instanceof Requests requests ? requests.replyNanos() : new long[0];
            Latencies interrupts = new Latencies();
            pc.machine().vcpus().forEach(vcpu -> interrupts.add(vcpu.interruptLatencies()));
            Figures figures = Figures.of(outcome, pc.machine().policyCounters(), interrupts, replies);
            return new Result(outcome, figures, hash.footer().traceHash());
        }
    }

    /** Runs it on this thread; a guest that does not end as it should is an error, because its figures would compare nothing. */
    public Result complete(ExitObserver... observers) {
        Result result = run(_ -> {}, observers);
        if (!result.ended()) {
            throw new ConfigException("guest %s with %s and seed %d did not power off: %s".formatted(guest.name(), label(policies), seed,
                    result.outcome().reason().message()) + detail(result));
        }
        return result;
    }

    private static String detail(Result result) {
        String report = result.outcome().reason().report();
        return report.isBlank() ? "" : System.lineSeparator() + report.strip();
    }

    /** Policies as one word. */
    public static String label(List<PolicyChoice> policies) {
        return policies.isEmpty() ? PolicyChoice.NONE : String.join("+", policies.stream().map(PolicyChoice::toString).toList());
    }

    /** The name of a cost model. */
    static String nameOf(ExitCost cost) {
        return cost instanceof CostModel model ? model.name() : "none";
    }
}
