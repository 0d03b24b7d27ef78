package org.jvmx.tools.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jvmx.policy.cost.Bill;
import org.jvmx.policy.cost.Bounds;
import org.jvmx.vmx.ExitReason;

/** A comparison as a table for readers. */
public final class ComparisonText {
    private static final double[] SHARES = {0.5, 0.99, 0.999};
    private static final String[] SHARE_NAMES = {"p50", "p99", "p99.9"};
    private static final double KILO = 1000;
    private static final double MICRO = 1000;
    private static final double PERCENT = 100;

    private final Comparison comparison;
    private final List<List<String>> rows = new ArrayList<>();

    private ComparisonText(Comparison comparison) {
        this.comparison = comparison;
    }

    /** The table. */
    public static String of(Comparison comparison) {
        return new ComparisonText(comparison).text();
    }

    private String text() {
        row("", Comparison.Side::label);
        row("exits", side -> number(side.figures().exitCount()));
        for (ExitReason reason : comparison.reasons()) {
            row("  " + reason, side -> number(side.figures().exits().getOrDefault(reason, 0L)));
        }
        row("priced kilocycles", side -> kilo(comparison.price(side)));
        row("  from", side -> kilo(comparison.price(side).low()));
        row("  to", side -> kilo(comparison.price(side).high()));
        polling();
        for (Comparison.Metric metric : Comparison.Metric.values()) {
            if (comparison.has(metric)) {
                latency(metric);
            }
        }
        row("guest instructions", side -> number(side.figures().instructions()));
        row("virtual time, ms", side -> form("%.3f", side.figures().virtualNanos() / 1e6));
        StringBuilder text = new StringBuilder(head());
        layOut(text);
        decisions(text);
        for (Comparison.Side side : comparison.sides().subList(1, comparison.sides().size())) {
            against(text, side);
        }
        return text.append(foot()).toString();
    }

    private String head() {
        return form("guest %s%s, %d %s, %s of memory; costs %s\n\n", comparison.guest().name(),
                comparison.append().isEmpty() ? "" : " (" + comparison.append() + ")", comparison.seeds().size(),
                comparison.seeds().size() == 1 ? "seed" : "seeds", (comparison.memory() >> 20) + "M", comparison.cost().name());
    }

    private void polling() {
        if (comparison.sides().stream().noneMatch(side -> side.figures().polls() > 0)) {
            if (comparison.sides().stream().anyMatch(side -> side.figures().blockedWakeUps() > 0)) {
                row("blocked wake-ups", side -> number(side.figures().blockedWakeUps()));
            }
            return;
        }
        row("polls", side -> number(side.figures().polls()));
        row("  wasted", side -> number(side.figures().wastedPolls()));
        row("wake-ups caught", side -> number(side.figures().caughtWakeUps()));
        row("wake-ups blocked", side -> number(side.figures().blockedWakeUps()));
        row("polling time, us", side -> micros(side.figures().burntNanos()));
        row("  of virtual time",
                side -> form("%.2f%%", PERCENT * side.figures().burntNanos() / Math.max(1, side.figures().virtualNanos())));
    }

    private void latency(Comparison.Metric metric) {
        row(metric.title() + ", us", _ -> "");
        for (int n = 0; n < SHARES.length; n++) {
            double share = SHARES[n];
            row("  " + SHARE_NAMES[n], side -> within(side.quantile(metric, share)));
        }
    }

    private void row(String name, Function<Comparison.Side, String> cell) {
        List<String> row = new ArrayList<>(List.of(name));
        comparison.sides().forEach(side -> row.add(cell.apply(side)));
        rows.add(row);
    }

    private void layOut(StringBuilder text) {
        int columns = comparison.sides().size();
        int[] widths = new int[columns];
        for (int n = 0; n < columns; n++) {
            int column = n + 1;
            widths[n] = rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(form("%-28s", row.getFirst()));
            for (int n = 0; n < columns; n++) {
                line.append("  ").append(" ".repeat(Math.max(0, widths[n] - row.get(n + 1).length()))).append(row.get(n + 1));
            }
            text.append(line.toString().stripTrailing()).append("\n");
        }
    }

    private void decisions(StringBuilder text) {
        boolean any = comparison.sides().stream().anyMatch(side -> !side.figures().decisions().isEmpty());
        if (!any) {
            return;
        }
        text.append("\ndecisions\n");
        for (Comparison.Side side : comparison.sides()) {
            for (Map.Entry<String, Long> decision : side.figures().decisions().entrySet()) {
                text.append(form("  %-50s %s\n", decision.getKey(), number(decision.getValue())));
            }
        }
    }

    private void against(StringBuilder text, Comparison.Side side) {
        Comparison.Side first = comparison.sides().getFirst();
        text.append(form("\n%s against %s\n", side.label(), first.label()));
        Bounds extra = comparison.extra(side);
        line(text, "priced cycles", word(comparison.verdict(side), "cheaper", "dearer"),
                form("%+.1f %% (%+,.0f k, from %+,.0f k to %+,.0f k)",
                        PERCENT * extra.typical() / Math.max(1, comparison.price(first).typical()), extra.typical() / KILO,
                        extra.low() / KILO,
                        extra.high() / KILO));
        long exits = side.figures().exitCount() - first.figures().exitCount();
        line(text, "exits", exits == 0 ? "the same" : exits < 0 ? "fewer" : "more",
                form("%+.1f %%", PERCENT * exits / Math.max(1, first.figures().exitCount())));
        for (Comparison.Metric metric : Comparison.Metric.values()) {
            if (comparison.has(metric)) {
                for (int n = 0; n < SHARES.length; n++) {
                    line(text, metric.title() + " " + SHARE_NAMES[n], word(comparison.verdict(side, metric, SHARES[n]), "less", "more"),
                            "");
                }
            }
        }
        ExitSequence.Parting parting = side.parting();
        if (parting == null) {
            text.append("  every run makes the same exits at the same places\n");
        } else {
            text.append(form("  the runs of seed %d part after %s exits: %s | %s\n", side.partingSeed(), number(parting.index()),
                    parting.first() == null ? "the end" : parting.first(), parting.second() == null ? "the end" : parting.second()));
        }
    }

    private static void line(StringBuilder text, String what, String verdict, String figures) {
        text.append(form("  %-24s  %-10s %s", what, verdict, figures).stripTrailing()).append("\n");
    }

    static String word(Bill.Verdict verdict, String less, String more) {
        return switch (verdict) {
            case CHEAPER -> less;
            case DEARER -> more;
            case SAME -> "the same";
            case UNDECIDED -> "undecided";
        };
    }

    private String foot() {
        return form("""

                Cycles are priced, not measured: counts of these runs times the constants of %s (data %s),
                which 'jvmx policy costs' lists with their sources. "from" and "to" are the low and the high ends of all constants. A
                verdict on cycles holds for every combination of constants within their bounds, the same for both sides; one on latencies
                for the lowest, the typical and the highest costs; where it would not hold it is "undecided". Latencies are virtual time.
                """, comparison.cost().name(), comparison.cost().dataHash().substring(0, 16));
    }

    private static String form(String text, Object... arguments) {
        return String.format(Locale.ROOT, text, arguments);
    }

    private static String number(long value) {
        return form("%,d", value);
    }

    private static String kilo(Bounds bounds) {
        return kilo(bounds.typical());
    }

    private static String kilo(double cycles) {
        return form("%,.0f", cycles / KILO);
    }

    private static String micros(double nanos) {
        return form("%,.1f", nanos / MICRO);
    }

    private static String within(Bounds nanos) {
        return form("%s [%s..%s]", micros(nanos.typical()), micros(nanos.low()), micros(nanos.high()));
    }
}
