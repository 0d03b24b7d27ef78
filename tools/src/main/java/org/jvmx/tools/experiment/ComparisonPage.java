package org.jvmx.tools.experiment;

import static org.jvmx.tools.experiment.Plot.escape;
import static org.jvmx.tools.experiment.Plot.form;
import static org.jvmx.tools.experiment.Plot.shortNumber;

import java.util.List;
import org.jvmx.policy.cost.Bounds;
import org.jvmx.vmx.ExitReason;

/** A comparison as one page of HTML with plots, which needs nothing beside itself. */
public final class ComparisonPage {
    private static final double[] SHARES = {0.5, 0.99, 0.999};
    private static final String[] SHARE_NAMES = {"p50", "p99", "p99.9"};

    /** Between two points of a row. */
    private static final int APART = 9;

    private static final String STYLE = """
            :root{--ink:#1c2430;--soft:#5b6675;--line:#d9dee5;--paper:#fff;--c0:#2f6fb2;--c1:#e08a1e;--c2:#3b9a68;--c3:#b5446e;--c4:#7a5bb8;--c5:#8a8f29;
            --c6:#3aa6b9;--c7:#8c6d5a}
            @media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa6b5;--line:#343c48;--paper:#14181f;--c0:#6aa5e3;--c1:#f0ab55;--c2:#68c394;
            --c3:#e07ba3;--c4:#ab90e0;--c5:#c2c75a;--c6:#6cc9da;--c7:#bd9d88}}
            body{margin:0 auto;max-width:960px;padding:32px 24px 64px;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
            h1{font-size:26px;margin:0 0 4px}h2{font-size:17px;margin:34px 0 6px}p{margin:6px 0;color:var(--soft)}
            svg{display:block;width:100%;height:auto;font:13px system-ui,sans-serif}
            .l{text-anchor:end;fill:var(--ink)}.t,.a,.v{fill:var(--soft)}.t,.a{text-anchor:middle;font-size:12px}
            .g{stroke:var(--line);fill:none}.r{stroke:var(--ink);stroke-width:1.5;fill:none}
            .legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13px;color:var(--soft);margin:2px 0 6px}
            .legend i{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:6px}
            pre{background:color-mix(in srgb,var(--line) 35%,transparent);padding:16px;border-radius:8px;overflow-x:auto;
            font:12.5px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
            table{border-collapse:collapse;margin:8px 0;font-size:14px}td,th{padding:4px 16px 4px 0;text-align:left;border-bottom:1px solid var(--line)}
            """;

    private final Comparison comparison;
    private final StringBuilder page = new StringBuilder();

    private ComparisonPage(Comparison comparison) {
        this.comparison = comparison;
    }

    /** The page. */
    public static String of(Comparison comparison, String version) {
        return new ComparisonPage(comparison).page(version);
    }

    private String page(String version) {
        String title = escape(comparison.guest().name());
        page.append(
                "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">");
        page.append(form("<title>%s: policies compared</title>\n<style>%s%s</style></head><body>\n", title, STYLE, colours()));
        page.append(
                form("<h1>%s</h1>\n<p>%d seeds%s, costs %s, JVMX %s. Cycles are priced from counts, not measured; times are virtual.</p>\n",
                        title,
                        comparison.seeds().size(), comparison.append().isEmpty() ? "" : ", " + escape(comparison.append()),
                        escape(comparison.cost().name()), escape(version)));
        verdicts();
        exits();
        prices();
        for (Comparison.Metric metric : Comparison.Metric.values()) {
            if (comparison.has(metric)) {
                latencies(metric);
            }
        }
        polling();
        page.append("<h2>Everything</h2>\n<pre>").append(escape(ComparisonText.of(comparison))).append("</pre>\n</body></html>\n");
        return page.toString();
    }

    private static String colours() {
        StringBuilder rules = new StringBuilder();
        for (int n = 0; n < 8; n++) {
            rules.append(form(".c%d{fill:var(--c%d)}.s%d{stroke:var(--c%d);stroke-width:2.5;opacity:.5;fill:none}", n, n, n, n));
        }
        return rules.toString();
    }

    private void verdicts() {
        page.append("<table><tr><th>against ").append(escape(comparison.sides().getFirst().label()));
        page.append("</th><th>priced cycles</th><th>exits</th><th>first parting</th></tr>\n");
        for (Comparison.Side side : comparison.sides().subList(1, comparison.sides().size())) {
            long more = side.figures().exitCount() - comparison.sides().getFirst().figures().exitCount();
            Bounds extra = comparison.extra(side);
            ExitSequence.Parting parting = side.parting();
            page.append(form("<tr><td>%s</td><td>%s (%s, from %s to %s)</td><td>%s</td><td>%s</td></tr>\n", escape(side.label()),
                    ComparisonText.word(comparison.verdict(side), "cheaper", "dearer"), shortNumber(extra.typical()),
                    shortNumber(extra.low()), shortNumber(extra.high()), more == 0 ? "the same" : shortNumber(more),
                    parting == null ? "none" : form("seed %d, exit %,d", side.partingSeed(), parting.index())));
        }
        page.append("</table>\n");
    }

    private void exits() {
        List<ExitReason> reasons = comparison.reasons();
        double most = comparison.sides().stream().mapToDouble(side -> side.figures().exitCount()).max().orElse(1);
        Plot plot = Plot.linear(most);
        for (Comparison.Side side : comparison.sides()) {
            plot.row(side.label());
            double start = 0;
            for (int n = 0; n < reasons.size(); n++) {
                double count = side.figures().exits().getOrDefault(reasons.get(n), 0L);
                if (count > 0) {
                    plot.bar(start, start + count, n, form("%s: %,.0f", reasons.get(n), count));
                }
                start += count;
            }
            plot.value(start, shortNumber(start));
        }
        page.append("<h2>VM exits</h2>\n");
        legend(reasons.stream().map(Enum::name).toList());
        page.append(plot.svg("VM exits"));
    }

    private void legend(List<String> names) {
        page.append("<div class=\"legend\">");
        for (int n = 0; n < names.size(); n++) {
            page.append(form("<span><i style=\"background:var(--c%d)\"></i>%s</span>", n % 8, escape(names.get(n))));
        }
        page.append("</div>\n");
    }

    private void prices() {
        double most = comparison.sides().stream().mapToDouble(side -> comparison.price(side).high()).max().orElse(1);
        Plot plot = Plot.linear(most);
        for (Comparison.Side side : comparison.sides()) {
            Bounds price = comparison.price(side);
            plot.row(side.label()).bar(0, price.typical(), 0, form("%,.0f cycles", price.typical())).range(price)
                    .value(price.high(), shortNumber(price.typical()));
        }
        page.append("<h2>Priced cycles</h2>\n<p>Typical costs; the whiskers end where all constants are at their low and high ends.</p>\n");
        page.append(plot.svg("cycles, priced"));
    }

    private void latencies(Comparison.Metric metric) {
        double least = Double.MAX_VALUE;
        double most = 1;
        for (Comparison.Side side : comparison.sides()) {
            least = Math.min(least, side.quantile(metric, SHARES[0]).low());
            most = Math.max(most, side.quantile(metric, SHARES[SHARES.length - 1]).high());
        }
        Plot plot = Plot.logarithmic(least, most);
        for (Comparison.Side side : comparison.sides()) {
            plot.row(side.label());
            for (int n = 0; n < SHARES.length; n++) {
                Bounds quantile = side.quantile(metric, SHARES[n]);
                plot.point(quantile, n, (n - 1) * APART,
                        form("%s: %,.0f ns (%,.0f to %,.0f)", SHARE_NAMES[n], quantile.typical(), quantile.low(), quantile.high()));
            }
        }
        page.append("<h2>").append(Character.toUpperCase(metric.title().charAt(0))).append(metric.title().substring(1)).append("</h2>\n");
        legend(List.of(SHARE_NAMES));
        page.append(plot.svg("nanoseconds of virtual time"));
    }

    private void polling() {
        double most = comparison.sides().stream().mapToDouble(side -> share(side)).max().orElse(0);
        if (most == 0) {
            return;
        }
        Plot plot = Plot.linear(most);
        for (Comparison.Side side : comparison.sides()) {
            plot.row(side.label())
                    .bar(0, share(side), 1, form("%,d polls, %,d wasted", side.figures().polls(), side.figures().wastedPolls()))
                    .value(share(side), form("%.2f %%", share(side)));
        }
        page.append("<h2>Time burnt by polling</h2>\n").append(plot.svg("percent of virtual time"));
    }

    private static double share(Comparison.Side side) {
        return 100.0 * side.figures().burntNanos() / Math.max(1, side.figures().virtualNanos());
    }
}
