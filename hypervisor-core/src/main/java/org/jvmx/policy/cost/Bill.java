package org.jvmx.policy.cost;

import org.jvmx.vm.ExitPath;
import org.jvmx.vm.PolicyCounters;
import org.jvmx.vmx.ExitReason;

/**
 * How often a run did what costs something. Its price is a sum of counts times constants, so the difference of two prices is one too: the same
 * constants stand in both, and its bounds are found by setting each of them, wherever it counts for more, to its low or high end. That covers every
 * combination of constants within their bounds, and only those in which both runs are on the same processor.
 */
public final class Bill {
    private final double[] counts = new double[CostConstant.values().length];
    private double polledNanos;

    /** Nothing yet. */
    public Bill() {
    }

    /** Of a run's counters. */
    public static Bill of(PolicyCounters run) {
        Bill bill = new Bill();
        for (ExitReason reason : ExitReason.values()) {
            bill.add(CostConstant.TRANSITION, -run.emulated(reason));
            for (ExitPath path : ExitPath.values()) {
                bill.exits(reason, path, run.handled(reason, path));
            }
        }
        bill.add(CostConstant.EMULATION, run.steps());
        bill.add(CostConstant.MAPPING, Math.max(0, run.mappedPages() - bill.counts[CostConstant.EPT_FAULT.ordinal()]));
        bill.add(CostConstant.BLOCK, run.blockedWakeUps());
        bill.polledNanos = run.burntNanos();
        return bill;
    }

    /** VM exits of a reason, handled on a path. */
    public void exits(ExitReason reason, ExitPath path, long count) {
        add(CostConstant.TRANSITION, count);
        add(switch (path) {
            case FAST -> CostConstant.FAST;
            case KERNEL -> CostConstant.KERNEL;
            case USER -> CostConstant.USER;
        }, count);
        if (reason == ExitReason.EPT_VIOLATION && path == ExitPath.KERNEL) {
            add(CostConstant.EPT_FAULT, count);
        }
    }

    /** More of one thing. */
    public void add(CostConstant constant, double count) {
        counts[constant.ordinal()] += count;
    }

    /** Time spent polling, which costs what the frequency says. */
    public void addPolling(long nanos) {
        polledNanos += nanos;
    }

    /** How often. */
    public double count(CostConstant constant) {
        return counts[constant.ordinal()];
    }

    /** What came on top of another run's. */
    public Bill minus(Bill other) {
        Bill difference = new Bill();
        for (int n = 0; n < counts.length; n++) {
            difference.counts[n] = counts[n] - other.counts[n];
        }
        difference.polledNanos = polledNanos - other.polledNanos;
        return difference;
    }

    /** Adds another run's. */
    public void addAll(Bill other) {
        for (int n = 0; n < counts.length; n++) {
            counts[n] += other.counts[n];
        }
        polledNanos += other.polledNanos;
    }

    /** Cycles, polling included; of a difference, what is less is negative. */
    public Bounds price(CostModel model) {
        Bounds sum = Bounds.exactly(polledNanos * model.megahertz() / 1000);
        for (CostConstant constant : CostConstant.values()) {
            if (constant != CostConstant.WAKE_UP && constant != CostConstant.PERCENT) {
                sum = sum.plus(model.constant(constant).times(counts[constant.ordinal()]));
            }
        }
        return sum;
    }

    /** What a difference in price says. */
    public static Verdict verdict(Bounds difference) {
        if (difference.low() == 0 && difference.high() == 0) {
            return Verdict.SAME;
        }
        if (difference.high() < 0) {
            return Verdict.CHEAPER;
        }
        return difference.low() > 0 ? Verdict.DEARER : Verdict.UNDECIDED;
    }

    /** What the second of two runs is, compared to the first. */
    public enum Verdict {
        CHEAPER, DEARER,
        /** Whatever the constants are. */
        SAME,
        /** It depends on where within their bounds the constants are. */
        UNDECIDED
    }
}
