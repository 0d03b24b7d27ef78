package org.jvmx.tools.sweep;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jvmx.error.ConfigException;
import org.jvmx.policy.cost.CostModel;
import org.jvmx.tools.experiment.PolicyChoice;

/** All runs of a sweep, in their order. The same words give the same plan, whichever part of it a machine carries out. */
public final class SweepPlan {
    /**
     * One run.
     *
     * @param index its place in the plan
     * @param guest what runs
     * @param policies who decides, as {@link PolicyChoice#several} reads it
     */
    public record Cell(int index, String guest, String append, String policies, long seed, long memory, String cost) {
        /** What makes it the run that it is. */
        public String key() {
            return "%s|%s|%s|%d|%d|%s".formatted(guest, append, policies, seed, memory, cost);
        }
    }

    private final List<Cell> cells = new ArrayList<>();
    private final CostModel cost;

    /**
     * Guests times policies times what the grid makes of their options times seeds.
     *
     * @param grid for each option the values that it takes; an option is {@code key}, for all policies that have it, or {@code policy.key}
     * @throws ConfigException if a policy or an option does not exist
     */
    public SweepPlan(List<String> guests, String append, List<String> policies, Map<String, List<String>> grid, List<Long> seeds,
            long memory,
            CostModel cost) {
        this.cost = cost;
        Set<String> used = new TreeSet<>();
        Set<String> ways = new LinkedHashSet<>();
        policies.forEach(text -> ways.addAll(variants(text, grid, used)));
        for (String option : grid.keySet()) {
            if (!used.contains(option)) {
                throw new ConfigException(
                        "--grid %s: none of the policies has this option ('jvmx policy show NAME' lists them)".formatted(option));
            }
        }
        for (String guest : guests) {
            for (String way : ways) {
                seeds.forEach(seed -> cells.add(new Cell(cells.size(), guest, append, way, seed, memory, cost.name())));
            }
        }
    }

    /** The ways to set what a policy, or several that work together, has in the grid. */
    private static List<String> variants(String text, Map<String, List<String>> grid, Set<String> used) {
        List<String> variants = new ArrayList<>(List.of(""));
        for (PolicyChoice policy : PolicyChoice.several(text)) {
            List<String> more = new ArrayList<>();
            for (String own : settings(policy, grid, used)) {
                variants.forEach(before -> more.add(before.isEmpty() ? own : before + "+" + own));
            }
            variants = more;
        }
        variants.replaceAll(variant -> variant.isEmpty() ? PolicyChoice.NONE : variant);
        variants.forEach(PolicyChoice::several);
        return variants;
    }

    private static List<String> settings(PolicyChoice policy, Map<String, List<String>> grid, Set<String> used) {
        Map<String, List<String>> own = new LinkedHashMap<>();
        grid.forEach((option, values) -> {
            String name = policy.kind().name() + ".";
            String key = option.startsWith(name) ? option.substring(name.length()) : option;
            if (policy.kind().options().stream().anyMatch(known -> known.name().equals(key))) {
                own.put(key, values);
                used.add(option);
            }
        });
        List<String> settings = new ArrayList<>(List.of(policy.text()));
        own.forEach((key, values) -> {
            List<String> more = new ArrayList<>();
            for (String value : values) {
                settings.forEach(before -> more.add(before + "," + key + "=" + value));
            }
            settings.clear();
            settings.addAll(more);
        });
        return settings;
    }

    /** All runs. */
    public List<Cell> cells() {
        return cells;
    }

    /** The runs of one of several equal parts, counted from 1. */
    public List<Cell> shard(int part, int parts) {
        return cells.stream().filter(cell -> cell.index() % parts == part - 1).toList();
    }

    /** What exits cost. */
    public CostModel cost() {
        return cost;
    }
}
