package org.jvmx.trace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jvmx.vm.ExitObserver;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

/** How many exits of each reason there were and how long handling them took: the table that {@code perf kvm stat report} prints. */
public final class ExitStatistics implements ExitObserver {
    private static final double NANOS_PER_MICRO = 1000;

    private final long[] samples = new long[ExitReason.COUNT];
    private final long[] sums = new long[ExitReason.COUNT];
    private final long[] least = new long[ExitReason.COUNT];
    private final long[] most = new long[ExitReason.COUNT];
    private final double[] squares = new double[ExitReason.COUNT];

    public ExitStatistics() {
    }

    @Override
    public void exited(int vcpu, long nanos, long rip, Exit exit) {
        // it counts once it was handled
    }

    @Override
    public void handled(int vcpu, ExitReason reason, long fromNanos, long toNanos) {
        add(reason, toNanos - fromNanos);
    }

    void add(ExitReason reason, long nanos) {
        int at = reason.ordinal();
        least[at] = samples[at] == 0 ? nanos : Math.min(least[at], nanos);
        most[at] = Math.max(most[at], nanos);
        samples[at]++;
        sums[at] += nanos;
        squares[at] += (double) nanos * nanos;
    }

    /** Exits of a reason. */
    public long samples(ExitReason reason) {
        return samples[reason.ordinal()];
    }

    /** Nanoseconds spent on them. */
    public long nanos(ExitReason reason) {
        return sums[reason.ordinal()];
    }

    /**
     * The table, most frequent reasons first.
     *
     * @param virtual whether the times are those of the virtual clock, which the header then says
     */
    public String table(boolean virtual) {
        long total = 0;
        long time = 0;
        List<ExitReason> seen = new ArrayList<>();
        for (ExitReason reason : ExitReason.values()) {
            total += samples(reason);
            time += nanos(reason);
            if (samples(reason) > 0) {
                seen.add(reason);
            }
        }
        seen.sort(Comparator.comparingLong(this::samples).reversed());
        StringBuilder text =
                new StringBuilder("Analyze events for all VMs, all VCPUs%s:%n%n".formatted(virtual ? ", times are virtual" : ""));
        text.append("%20s %10s %9s %9s %12s %12s %16s%n%n".formatted("VM-EXIT", "Samples", "Samples%", "Time%", "Min Time", "Max Time",
                "Avg time"));
        for (ExitReason reason : seen) {
            row(text, reason, total, time);
        }
        return text.append(
                String.format(Locale.ROOT, "%nTotal Samples:%d, Total events handled time:%.2fus.%n", total, time / NANOS_PER_MICRO))
                .toString();
    }

    private void row(StringBuilder text, ExitReason reason, long total, long time) {
        int at = reason.ordinal();
        double mean = (double) sums[at] / samples[at];
        double variance = samples[at] < 2 ? 0 : Math.max(0, (squares[at] - samples[at] * mean * mean) / (samples[at] - 1));
        double error = mean == 0 ? 0 : 100 * Math.sqrt(variance / samples[at]) / mean;
        text.append(String.format(Locale.ROOT, "%20s %10d %8.2f%% %8.2f%% %10.2fus %10.2fus %10.2fus ( +- %7.2f%% )%n", reason, samples[at],
                100.0 * samples[at] / total, time == 0 ? 0.0 : 100.0 * sums[at] / time, least[at] / NANOS_PER_MICRO,
                most[at] / NANOS_PER_MICRO, mean / NANOS_PER_MICRO, error));
    }
}
