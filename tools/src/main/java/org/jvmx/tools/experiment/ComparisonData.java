package org.jvmx.tools.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jvmx.policy.cost.Bounds;
import org.jvmx.trace.Json;
import org.jvmx.vm.Latencies;
import org.jvmx.vmx.ExitReason;

/** A comparison for programs: JSON and comma-separated values. All numbers are whole: counts, nanoseconds, cycles. */
public final class ComparisonData {
    /** The version of both formats. */
    private static final int SCHEMA = 1;
    private static final Map<String, Double> SHARES = new LinkedHashMap<>();

    static {
        SHARES.put("p50", 0.5);
        SHARES.put("p99", 0.99);
        SHARES.put("p999", 0.999);
    }

    private ComparisonData() {
    }

    /** One JSON object, and the end of its line. */
    public static String json(Comparison comparison, String version) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("schema", SCHEMA);
        object.put("version", version);
        object.put("guest", comparison.guest().name());
        object.put("guestSha256", comparison.guest().hash());
        object.put("append", comparison.append());
        object.put("memory", comparison.memory());
        object.put("seeds", comparison.seeds());
        object.put("cost", comparison.cost().name());
        object.put("costDataSha256", comparison.cost().dataHash());
        object.put("cyclesArePriced", true);
        List<Object> sides = new ArrayList<>();
        for (Comparison.Side side : comparison.sides()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("policies", side.policies().stream().map(ComparisonData::policy).toList());
            one.putAll(figures(side.figures()));
            one.put("pricedCycles", bounds(comparison.price(side)));
            one.put("latencies", latencies(comparison, side));
            one.put("traceSha256", side.traceHashes());
            if (side != comparison.sides().getFirst()) {
                one.put("against", against(comparison, side));
            }
            sides.add(one);
        }
        object.put("sides", sides);
        return Json.text(object) + "\n";
    }

    private static Map<String, Object> policy(PolicyChoice policy) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", policy.toString());
        object.put("sha256", policy.hash());
        return object;
    }

    /** What a run amounts to, as members of an object. */
    public static Map<String, Object> figures(Figures figures) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("runs", figures.runs());
        object.put("instructions", figures.instructions());
        object.put("virtualNanos", figures.virtualNanos());
        object.put("exits", figures.exitCount());
        Map<String, Object> byReason = new LinkedHashMap<>();
        figures.exits().forEach((reason, count) -> byReason.put(reason.name(), count));
        object.put("exitsByReason", byReason);
        object.put("polls", figures.polls());
        object.put("wastedPolls", figures.wastedPolls());
        object.put("caughtWakeUps", figures.caughtWakeUps());
        object.put("blockedWakeUps", figures.blockedWakeUps());
        object.put("pollingNanos", figures.burntNanos());
        object.put("idleNanos", figures.idleNanos());
        object.put("decisions", figures.decisions());
        return object;
    }

    /** Count and quantiles. */
    public static Map<String, Object> quantiles(Latencies latencies) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("count", latencies.count());
        SHARES.forEach((name, share) -> object.put(name, latencies.quantile(share)));
        object.put("max", latencies.max());
        return object;
    }

    private static Map<String, Object> latencies(Comparison comparison, Comparison.Side side) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (Comparison.Metric metric : Comparison.Metric.values()) {
            if (comparison.has(metric)) {
                Map<String, Object> quantiles = new LinkedHashMap<>();
                quantiles.put("count", metric.of(side.figures()).count());
                SHARES.forEach((name, share) -> quantiles.put(name, bounds(side.quantile(metric, share))));
                object.put(metric.name().toLowerCase(Locale.ROOT) + "Nanos", quantiles);
            }
        }
        return object;
    }

    /** A price with its limits. */
    public static Map<String, Object> bounds(Bounds bounds) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("low", Math.round(bounds.low()));
        object.put("typical", Math.round(bounds.typical()));
        object.put("high", Math.round(bounds.high()));
        return object;
    }

    private static Map<String, Object> against(Comparison comparison, Comparison.Side side) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("extraCycles", bounds(comparison.extra(side)));
        object.put("cycles", ComparisonText.word(comparison.verdict(side), "cheaper", "dearer"));
        for (Comparison.Metric metric : Comparison.Metric.values()) {
            if (comparison.has(metric)) {
                SHARES.forEach((name, share) -> object.put(metric.name().toLowerCase(Locale.ROOT) + "-" + name,
                        ComparisonText.word(comparison.verdict(side, metric, share), "less", "more")));
            }
        }
        ExitSequence.Parting parting = side.parting();
        object.put("parting", parting == null ? null : parting(side.partingSeed(), parting));
        return object;
    }

    private static Map<String, Object> parting(long seed, ExitSequence.Parting parting) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("seed", seed);
        object.put("exit", parting.index());
        object.put("first", place(parting.first()));
        object.put("second", place(parting.second()));
        return object;
    }

    private static Map<String, Object> place(ExitSequence.Place place) {
        if (place == null) {
            return null;
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("vcpu", place.vcpu());
        object.put("reason", place.reason().name());
        object.put("rip", "0x" + Long.toHexString(place.rip()));
        return object;
    }

    /** A head line, and a line for each side and figure. */
    public static String csv(Comparison comparison) {
        StringBuilder text = new StringBuilder("guest,policy,figure,low,typical,high\n");
        for (Comparison.Side side : comparison.sides()) {
            String begin = field(comparison.guest().name()) + "," + field(side.label()) + ",";
            exact(text, begin, "exits", side.figures().exitCount());
            for (ExitReason reason : comparison.reasons()) {
                exact(text, begin, "exits " + reason, side.figures().exits().getOrDefault(reason, 0L));
            }
            within(text, begin, "priced cycles", comparison.price(side));
            exact(text, begin, "polls", side.figures().polls());
            exact(text, begin, "wasted polls", side.figures().wastedPolls());
            exact(text, begin, "caught wake-ups", side.figures().caughtWakeUps());
            exact(text, begin, "blocked wake-ups", side.figures().blockedWakeUps());
            exact(text, begin, "polling ns", side.figures().burntNanos());
            exact(text, begin, "virtual ns", side.figures().virtualNanos());
            exact(text, begin, "instructions", side.figures().instructions());
            for (Comparison.Metric metric : Comparison.Metric.values()) {
                if (comparison.has(metric)) {
                    SHARES.forEach((name, share) -> within(text, begin, metric.title() + " " + name + " ns", side.quantile(metric, share)));
                }
            }
        }
        return text.toString();
    }

    private static void exact(StringBuilder text, String begin, String figure, long value) {
        text.append(begin).append(figure).append(',').append(value).append(',').append(value).append(',').append(value).append('\n');
    }

    private static void within(StringBuilder text, String begin, String figure, Bounds bounds) {
        text.append(begin).append(figure).append(',').append(Math.round(bounds.low())).append(',').append(Math.round(bounds.typical()))
                .append(',').append(Math.round(bounds.high())).append('\n');
    }

    /** A field of RFC 4180. */
    static String field(String value) {
        return value.matches("[^,\"\\r\\n]*") ? value : "\"" + value.replace("\"", "\"\"") + "\"";
    }
}
