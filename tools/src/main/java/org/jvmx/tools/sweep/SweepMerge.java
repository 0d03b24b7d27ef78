package org.jvmx.tools.sweep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jvmx.error.ConfigException;

/** The files of a sweep put together: each run once, in the order of the plan, and what is missing. */
public final class SweepMerge {
    private static final double KILO = 1000;
    private static final String[] COLUMNS = {"index", "guest", "append", "policies", "seed", "memory", "cost", "status", "runs", "exits",
        "instructions", "virtualNanos", "polls", "wastedPolls", "caughtWakeUps", "blockedWakeUps", "pollingNanos", "idleNanos"};
    private static final String[] NESTED = {"pricedCycles.low", "pricedCycles.typical", "pricedCycles.high", "interruptNanos.p50",
        "interruptNanos.p99", "interruptNanos.p999", "replyNanos.p50", "replyNanos.p99", "replyNanos.p999"};

    private final TreeMap<Long, Map<String, Object>> runs = new TreeMap<>();
    private final TreeMap<Long, String> lines = new TreeMap<>();
    private long of = -1;
    private long duplicates;

    /**
     * Reads files.
     *
     * @throws ConfigException if a line is no run, the files are of different sweeps, or two runs of the same disagree
     */
    public SweepMerge(List<Path> files) {
        files.forEach(this::read);
    }

    private void read(Path file) {
        List<String> all;
        try {
            all = Files.readAllLines(file);
        } catch (IOException e) {
            throw new ConfigException("%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
        for (int n = 0; n < all.size(); n++) {
            try {
                add(file, all.get(n), SweepFile.parse(all.get(n)));
            } catch (IllegalArgumentException e) {
                if (n < all.size() - 1) {
                    throw new ConfigException("%s, line %d is no run of a sweep: %s".formatted(file, n + 1, e.getMessage()), e);
                }
            }
        }
    }

    private void add(Path file, String line, Map<String, Object> run) {
        long index = (Long) run.get("index");
        if (of >= 0 && of != (Long) run.get("of")) {
            throw new ConfigException("%s is of another sweep: it has %d runs, not %d".formatted(file, (Long) run.get("of"), of));
        }
        of = (Long) run.get("of");
        String other = lines.put(index, line);
        if (other == null) {
            runs.put(index, run);
        } else if (!other.equals(line)) {
            throw new ConfigException("two runs with index %d disagree: %s and %s; equal runs give equal lines".formatted(index,
                    runs.get(index).get("key"), run.get("key")));
        } else {
            duplicates++;
        }
    }

    /** How many different runs there are. */
    public int size() {
        return runs.size();
    }

    /** How many runs the plan has. */
    public long planned() {
        return Math.max(0, of);
    }

    /** How many lines were there once more. */
    public long duplicates() {
        return duplicates;
    }

    /** Places in the plan of runs that are in no file. */
    public List<Long> missing() {
        List<Long> missing = new ArrayList<>();
        for (long index = 0; index < of; index++) {
            if (!runs.containsKey(index)) {
                missing.add(index);
            }
        }
        return missing;
    }

    /** How many runs failed. */
    public long failed() {
        return runs.values().stream().filter(run -> !"ok".equals(run.get("status"))).count();
    }

    /** All runs, a line each. */
    public String jsonLines() {
        return lines.values().stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    /** All runs with their figures, comma-separated. */
    public String csv() {
        StringBuilder text = new StringBuilder(String.join(",", COLUMNS)).append(',').append(String.join(",", NESTED)).append('\n');
        for (Map<String, Object> run : runs.values()) {
            List<String> fields = new ArrayList<>();
            for (String column : COLUMNS) {
                fields.add(field(run.get(column)));
            }
            for (String column : NESTED) {
                fields.add(field(nested(run, column)));
            }
            text.append(String.join(",", fields)).append('\n');
        }
        return text.toString();
    }

    private static Object nested(Map<String, Object> run, String column) {
        int dot = column.indexOf('.');
        return run.get(column.substring(0, dot)) instanceof Map<?, ?> map ? map.get(column.substring(dot + 1)) : null;
    }

    private static String field(Object value) {
        String text = value == null ? "" : value.toString();
        return text.matches("[^,\"\\r\\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }

    /** A line for each guest and policy: means over the seeds. */
    public String table() {
        Map<String, List<Map<String, Object>>> groups = new LinkedHashMap<>();
        for (Map<String, Object> run : runs.values()) {
            groups.computeIfAbsent("%-16s %s".formatted(run.get("guest"), run.get("policies")), _ -> new ArrayList<>()).add(run);
        }
        int width = groups.keySet().stream().mapToInt(String::length).max().orElse(0);
        StringBuilder text = new StringBuilder(
                form("%-" + Math.max(1, width) + "s %5s %6s %10s %28s %9s %12s %12s\n", "guest and policies", "runs", "failed",
                        "exits", "priced kilocycles [from..to]", "polling", "interrupt p99", "reply p99"));
        groups.forEach((name, all) -> text.append(form("%-" + width + "s ", name)).append(row(all)));
        return text.append("\nMeans over the seeds. Cycles are priced, not measured; latencies are virtual time in us.\n").toString();
    }

    private static String row(List<Map<String, Object>> all) {
        List<Map<String, Object>> good = all.stream().filter(run -> "ok".equals(run.get("status"))).toList();
        double polling = 100 * mean(good, "pollingNanos") / Math.max(1, mean(good, "virtualNanos"));
        String price = form("%,.0f [%,.0f..%,.0f]", mean(good, "pricedCycles.typical") / KILO, mean(good, "pricedCycles.low") / KILO,
                mean(good, "pricedCycles.high") / KILO);
        return form("%5d %6d %,10.0f %28s %8.2f%% %12.1f %12.1f\n", all.size(), all.size() - good.size(), mean(good, "exits"), price,
                polling,
                mean(good, "interruptNanos.p99") / KILO, mean(good, "replyNanos.p99") / KILO);
    }

    private static double mean(List<Map<String, Object>> all, String column) {
        return all.stream().map(run -> column.contains(".") ? nested(run, column) : run.get(column)).filter(Long.class::isInstance)
                .mapToLong(Long.class::cast).average().orElse(0);
    }

    private static String form(String text, Object... arguments) {
        return String.format(Locale.ROOT, text, arguments);
    }
}
