package org.jvmx.tools.sweep;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jvmx.error.BackendException;
import org.jvmx.error.ConfigException;
import org.jvmx.tools.experiment.GuestChoice;

/** A part of a plan on its way to a file: begun, or gone on with where it was stopped. */
public final class Sweep implements AutoCloseable {
    private final SweepPlan plan;
    private final List<SweepPlan.Cell> cells;
    private final List<SweepPlan.Cell> missing;
    private final SweepFile file;

    /**
     * Opens the file.
     *
     * @throws ConfigException if it holds something else than runs of this part of this plan
     */
    public Sweep(SweepPlan plan, int part, int parts, Path path) {
        this.plan = plan;
        this.cells = plan.shard(part, parts);
        this.file = SweepFile.open(path);
        Map<String, SweepPlan.Cell> known = new HashMap<>();
        cells.forEach(cell -> known.put(cell.key(), cell));
        for (String key : file.lines().keySet()) {
            if (!known.containsKey(key)) {
                file.close();
                throw new ConfigException(
                        "%s holds a run that is not of this sweep or shard (%s): give another --out".formatted(path, key));
            }
        }
        this.missing = cells.stream().filter(cell -> !file.lines().containsKey(cell.key())).toList();
    }

    /** How many runs the part has. */
    public int size() {
        return cells.size();
    }

    /** How many of them were in the file already. */
    public int found() {
        return cells.size() - missing.size();
    }

    /** Whether the file's end was torn, and cut off. */
    public boolean torn() {
        return file.torn();
    }

    /**
     * Runs what is missing.
     *
     * @param progress hears what takes time before the first run
     * @param done hears how many runs are done
     */
    public void run(String version, int threads, Duration timeout, Consumer<String> progress, LongConsumer done) {
        Map<String, GuestChoice> guests = new HashMap<>();
        missing.forEach(cell -> guests.computeIfAbsent(cell.guest(), name -> GuestChoice.named(name, progress)));
        try {
            new SweepRunner(plan, missing, guests, version, timeout, System::nanoTime).run(file, threads,
                    count -> done.accept(count + found()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException("the sweep was interrupted; run it again to go on", e);
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
