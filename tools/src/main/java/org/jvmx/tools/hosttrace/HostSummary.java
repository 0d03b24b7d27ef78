package org.jvmx.tools.hosttrace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jvmx.policy.cost.Bill;

/** The exits of a host's trace by reason: the table that {@code perf kvm stat report} prints, and what costs something. */
public final class HostSummary {
    private static final double MICRO = 1000;

    /** The exits of one reason. */
    private static final class Row {
        private final String name;
        private long samples;
        private long nanos;
        private long least = Long.MAX_VALUE;
        private long most;

        Row(String name) {
            this.name = name;
        }

        void add(long handled) {
            samples++;
            nanos += handled;
            least = Math.min(least, handled);
            most = Math.max(most, handled);
        }

        long samples() {
            return samples;
        }
    }

    private final Map<String, Row> rows = new HashMap<>();
    private final Bill bill = new Bill();
    private long unpriced;
    private long samples;
    private long nanos;

    /** Of all exits of a trace. */
    public HostSummary(HostTrace trace) {
        for (HostExit exit : trace.exits()) {
            rows.computeIfAbsent(exit.name(), Row::new).add(exit.handledNanos());
            samples++;
            nanos += exit.handledNanos();
            if (exit.reason() == null) {
                unpriced++;
            } else {
                bill.exits(exit.reason(), exit.path(), 1);
            }
        }
    }

    /** The table, most frequent reasons first, with the host's spelling of reasons and the host's times. */
    public String table() {
        List<Row> sorted = new ArrayList<>(rows.values());
        sorted.sort(Comparator.comparingLong(Row::samples).reversed().thenComparing(row -> row.name));
        StringBuilder text = new StringBuilder("%20s %10s %9s %9s %12s %12s %12s%n%n".formatted("VM-EXIT", "Samples", "Samples%", "Time%",
                "Min Time", "Max Time", "Avg time"));
        for (Row row : sorted) {
            text.append(String.format(Locale.ROOT, "%20s %10d %8.2f%% %8.2f%% %10.2fus %10.2fus %10.2fus%n", row.name, row.samples,
                    100.0 * row.samples / samples, nanos == 0 ? 0.0 : 100.0 * row.nanos / nanos, row.least / MICRO, row.most / MICRO,
                    row.nanos / MICRO / row.samples));
        }
        return text.append(String.format(Locale.ROOT, "%nTotal Samples:%d, Total events handled time:%.2fus.%n", samples, nanos / MICRO))
                .toString();
    }

    /** What costs something, of the exits with a reason that is known. */
    public Bill bill() {
        return bill;
    }

    /** Exits whose reason is not known, which no price is for. */
    public long unpriced() {
        return unpriced;
    }
}
