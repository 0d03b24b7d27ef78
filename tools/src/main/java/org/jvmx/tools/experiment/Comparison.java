package org.jvmx.tools.experiment;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jvmx.policy.cost.Bill;
import org.jvmx.policy.cost.Bounds;
import org.jvmx.policy.cost.CostModel;
import org.jvmx.vm.Latencies;
import org.jvmx.vmx.ExitReason;

/**
 * Several ways to handle the exits of one guest, on the same inputs. The first way is what the others are compared to. Each run is done three times:
 * with the typical, the lowest and the highest costs charged to virtual time, because costs move events; the figures are the typical run's, the other
 * two tell between which limits its latencies are.
 */
public final class Comparison {
    /** One of the ways. */
    public static final class Side {
        private final List<PolicyChoice> policies;
        private final Figures typical = new Figures();
        private final Figures low = new Figures();
        private final Figures high = new Figures();
        private final List<String> hashes = new ArrayList<>();
        private ExitSequence.Parting parting;
        private long partingSeed;

        private Side(List<PolicyChoice> policies) {
            this.policies = policies;
        }

        /** Its name. */
        public String label() {
            return Experiment.label(policies);
        }

        /** Its policies. */
        public List<PolicyChoice> policies() {
            return policies;
        }

        /** What the runs of all seeds amount to. */
        public Figures figures() {
            return typical;
        }

        /** The trace hash of each seed's run. */
        public List<String> traceHashes() {
            return hashes;
        }

        /** Where its first run that is not as the first side's parts from it; null if all are. */
        public ExitSequence.Parting parting() {
            return parting;
        }

        /** The seed of that run. */
        public long partingSeed() {
            return partingSeed;
        }

        /** A quantile of latencies, within the limits that the costs leave. */
        public Bounds quantile(Metric metric, double share) {
            double least = metric.of(low).quantile(share);
            double usual = metric.of(typical).quantile(share);
            double most = metric.of(high).quantile(share);
            return new Bounds(Math.min(usual, Math.min(least, most)), usual, Math.max(usual, Math.max(least, most)));
        }
    }

    /** A kind of latency. */
    public enum Metric {
        /** From an interrupt being due to its delivery. */
        INTERRUPT("interrupt latency"),
        /** From a request to its reply. */
        REPLY("reply time");

        private final String title;

        Metric(String title) {
            this.title = title;
        }

        /** In words. */
        public String title() {
            return title;
        }

        Latencies of(Figures figures) {
            return this == INTERRUPT ? figures.interrupts() : figures.replies();
        }
    }

    private final GuestChoice guest;
    private final String append;
    private final long memory;
    private final List<Long> seeds;
    private final CostModel cost;
    private final List<Side> sides;

    /** A comparison of ways, each a list of policies, the empty list being none. */
    public Comparison(GuestChoice guest, String append, long memory, List<Long> seeds, CostModel cost, List<List<PolicyChoice>> ways) {
        this.guest = guest;
        this.append = append;
        this.memory = memory;
        this.seeds = List.copyOf(seeds);
        this.cost = cost;
        this.sides = ways.stream().map(Side::new).toList();
    }

    /** Runs everything; {@code progress} hears how many runs are done. */
    public void run(Consumer<Integer> progress) {
        int done = 0;
        for (long seed : seeds) {
            ExitSequence first = null;
            for (Side side : sides) {
                ExitSequence sequence = new ExitSequence();
                Experiment typical = new Experiment(guest, append, side.policies, seed, memory, cost);
                Experiment.Result result = typical.complete(sequence);
                side.typical.add(result.figures());
                side.hashes.add(result.traceHash());
                side.low.add(typical.charging(cost.cheapest()).complete().figures());
                side.high.add(typical.charging(cost.dearest()).complete().figures());
                first = first == null ? sequence : first;
                if (side.parting == null && sequence != first) {
                    side.parting = first.parting(sequence);
                    side.partingSeed = seed;
                }
                done += 3;
                progress.accept(done);
            }
        }
    }

    /** How many runs that takes. */
    public int runs() {
        return seeds.size() * sides.size() * 3;
    }

    /** The guest. */
    public GuestChoice guest() {
        return guest;
    }

    /** What was added to its command line. */
    public String append() {
        return append;
    }

    /** Bytes of RAM. */
    public long memory() {
        return memory;
    }

    /** The seeds. */
    public List<Long> seeds() {
        return seeds;
    }

    /** The prices. */
    public CostModel cost() {
        return cost;
    }

    /** The ways, in their order. */
    public List<Side> sides() {
        return sides;
    }

    /** The reasons that occur on any side, in the SDM's order. */
    public List<ExitReason> reasons() {
        Set<ExitReason> reasons = new LinkedHashSet<>();
        for (ExitReason reason : ExitReason.values()) {
            if (sides.stream().anyMatch(side -> side.figures().exits().containsKey(reason))) {
                reasons.add(reason);
            }
        }
        return List.copyOf(reasons);
    }

    /** The price of a side in cycles. */
    public Bounds price(Side side) {
        return side.figures().bill().price(cost);
    }

    /** What a side costs more than the first one, in cycles. */
    public Bounds extra(Side side) {
        return side.figures().bill().minus(sides.getFirst().figures().bill()).price(cost);
    }

    /** Whether a side is cheaper than the first one, whatever the constants are within their bounds. */
    public Bill.Verdict verdict(Side side) {
        return Bill.verdict(extra(side));
    }

    /**
     * How a quantile of latencies compares to the first side's: less or more only if it is so with the lowest, the typical and the highest costs.
     */
    public Bill.Verdict verdict(Side side, Metric metric, double share) {
        Side first = sides.getFirst();
        long low = metric.of(side.low).quantile(share) - metric.of(first.low).quantile(share);
        long usual = metric.of(side.typical).quantile(share) - metric.of(first.typical).quantile(share);
        long high = metric.of(side.high).quantile(share) - metric.of(first.high).quantile(share);
        return Bill.verdict(new Bounds(Math.min(usual, Math.min(low, high)), usual, Math.max(usual, Math.max(low, high))));
    }

    /** Whether there is anything of that kind. */
    public boolean has(Metric metric) {
        return sides.stream().anyMatch(side -> metric.of(side.figures()).count() > 0);
    }
}
