package org.jvmx.tools.sweep;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jvmx.tools.experiment.ComparisonData;
import org.jvmx.tools.experiment.Experiment;
import org.jvmx.tools.experiment.Figures;
import org.jvmx.tools.experiment.GuestChoice;
import org.jvmx.tools.experiment.PolicyChoice;
import org.jvmx.trace.Json;
import org.jvmx.policy.cost.CostModel;

/** One run as a line of JSON that needs no other line to be understood. */
final class SweepLine {
    /** The version of the format. */
    static final int SCHEMA = 1;

    private SweepLine() {
    }

    /** Of a run that took place. */
    static String of(SweepPlan.Cell cell, int of, String version, Experiment experiment, Experiment.Result result, CostModel cost) {
        Map<String, Object> line = head(cell, of, version, result.ended() ? "ok" : "failed");
        if (!result.ended()) {
            line.put("error", result.outcome().reason().message());
        }
        GuestChoice guest = experiment.guest();
        line.put("guestSha256", guest.hash());
        line.put("policySha256", experiment.policies().stream().map(PolicyChoice::hash).toList());
        line.put("costDataSha256", cost.dataHash());
        line.put("traceSha256", result.traceHash());
        Figures figures = result.figures();
        line.putAll(ComparisonData.figures(figures));
        line.put("pricedCycles", ComparisonData.bounds(figures.bill().price(cost)));
        line.put("interruptNanos", ComparisonData.quantiles(figures.interrupts()));
        line.put("replyNanos", ComparisonData.quantiles(figures.replies()));
        return Json.text(line);
    }

    /** Of a run that did not come to an end. */
    static String failure(SweepPlan.Cell cell, int of, String version, String error) {
        Map<String, Object> line = head(cell, of, version, "failed");
        line.put("error", error);
        line.put("traceSha256", "");
        line.put("exitsByReason", Map.of());
        line.put("decisions", Map.of());
        line.put("policySha256", List.of());
        return Json.text(line);
    }

    private static Map<String, Object> head(SweepPlan.Cell cell, int of, String version, String status) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("schema", SCHEMA);
        line.put("key", cell.key());
        line.put("index", cell.index());
        line.put("of", of);
        line.put("version", version);
        line.put("status", status);
        line.put("guest", cell.guest());
        line.put("append", cell.append());
        line.put("policies", cell.policies());
        line.put("seed", cell.seed());
        line.put("memory", cell.memory());
        line.put("cost", cell.cost());
        return line;
    }
}
