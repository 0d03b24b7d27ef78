package org.jvmx.tools.cli;

import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jvmx.policy.cost.Bounds;
import org.jvmx.policy.cost.CostConstant;
import org.jvmx.policy.cost.CostData;
import org.jvmx.policy.cost.CostModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code jvmx policy costs}. */
@Command(name = "costs", description = "Print what VM exits cost, with bounds and sources.", sortOptions = false)
final class CostsCommand implements Callable<Integer> {
    @Mixin
    private CostOptions cost;

    /** For picocli. */
    CostsCommand() {
    }

    @Override
    public Integer call() {
        CostData data = cost.data();
        StringBuilder text = new StringBuilder();
        if (cost.cost == null) {
            constants(text, data);
        } else {
            model(text, data.model(cost.cost));
        }
        System.out.print(text);
        return 0;
    }

    private static void model(StringBuilder text, CostModel model) {
        text.append(form("%s, %d MHz: what is charged and priced, mitigations included\n\n", model.name(), model.megahertz()));
        text.append(form("%-12s %10s %10s %10s\n", "", "low", "typical", "high"));
        for (CostConstant constant : CostConstant.values()) {
            if (constant != CostConstant.PERCENT) {
                Bounds bounds = model.constant(constant);
                text.append(form("%-12s %10.0f %10.0f %10.0f %s\n", constant.label(), bounds.low(), bounds.typical(), bounds.high(),
                        unit(constant)));
            }
        }
    }

    private static void constants(StringBuilder text, CostData data) {
        Set<String> cited = new TreeSet<>();
        for (CostData.Processor processor : data.processors()) {
            text.append(form("%s, %d MHz: %s\n", processor.name(), processor.megahertz(), processor.description()));
            entries(text, data, processor.name(), cited);
        }
        text.append("every processor that has none of its own\n");
        entries(text, data, CostData.COMMON, cited);
        for (Map.Entry<String, String> mitigation : data.mitigations().entrySet()) {
            text.append(form("mitigation %s: %s\n", mitigation.getKey(), mitigation.getValue()));
            entries(text, data, mitigation.getKey(), cited);
        }
        text.append("sources\n");
        for (String source : cited) {
            text.append(form("  %-18s %s\n", source, data.sources().get(source)));
        }
        text.append(form(
                "\n'published' numbers are the source's, 'derived' ones were computed from it, 're-check' ones were recalled from it, 'assumed' "
                        + "ones have no source.\nSHA-256 of the data: %s\n",
                data.hash()));
    }

    private static void entries(StringBuilder text, CostData data, String owner, Set<String> cited) {
        for (CostData.Entry entry : data.entries()) {
            if (entry.owner().equals(owner)) {
                Bounds bounds = entry.bounds();
                text.append(form("  %-12s %7.0f %7.0f %7.0f %-6s  %-9s  %s: %s\n", entry.constant().label(), bounds.low(), bounds.typical(),
                        bounds.high(), unit(entry.constant()), entry.status().label(), String.join(", ", entry.sources()),
                        entry.reasoning()));
                cited.addAll(entry.sources());
            }
        }
        text.append('\n');
    }

    private static String unit(CostConstant constant) {
        return constant == CostConstant.WAKE_UP ? "ns" : constant == CostConstant.PERCENT ? "%" : "cycles";
    }

    private static String form(String text, Object... arguments) {
        return String.format(Locale.ROOT, text, arguments);
    }
}
