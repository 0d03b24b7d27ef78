package org.jvmx.tools.sweep;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jvmx.error.JvmxException;
import org.jvmx.tools.experiment.Experiment;
import org.jvmx.tools.experiment.GuestChoice;
import org.jvmx.tools.experiment.PolicyChoice;
import org.jvmx.tools.pc.Pc;
import org.jvmx.vm.StopReason;

/**
 * Carries out runs on several threads. A run that takes too long is stopped; one that does not even heed that is given up with its thread, and another
 * thread goes on. Results are handed over in the order of the plan, so that a file of them is the same however many threads there are.
 */
public final class SweepRunner {
    /** How long a run that was told to stop may take to do so. */
    private static final long GRACE_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long LOOK_MILLIS = 50;

    /** A thread and what it is at. */
    private final class Worker implements Experiment.Control {
        private int cell = -1;
        private long started;
        private boolean told;
        private boolean givenUp;
        private Pc pc;

        void start() {
            Thread.ofPlatform().daemon().name("sweep").start(this::work);
        }

        private void work() {
            while (begin(this)) {
                String line = result(cells.get(cell));
                if (!end(this, line)) {
                    return;
                }
            }
        }

        private String result(SweepPlan.Cell what) {
            try {
                Experiment experiment = new Experiment(guests.get(what.guest()), what.append(), PolicyChoice.several(what.policies()),
                        what.seed(), what.memory(), plan.cost());
                return SweepLine.of(what, plan.cells().size(), version, experiment, experiment.run(this), plan.cost());
            } catch (JvmxException e) {
                return SweepLine.failure(what, plan.cells().size(), version, e.getMessage());
            } catch (RuntimeException | Error e) {
                return SweepLine.failure(what, plan.cells().size(), version, "internal error: " + e);
            }
        }

        @Override
        public void started(Pc machine) {
            synchronized (SweepRunner.this) {
                pc = machine;
                if (told) {
                    machine.stop(overtime());
                }
            }
        }
    }

    private final SweepPlan plan;
    private final List<SweepPlan.Cell> cells;
    private final Map<String, GuestChoice> guests;
    private final String version;
    private final Duration timeout;
    private final LongSupplier clock;
    private final List<Worker> workers = new ArrayList<>();
    private final Map<Integer, String> waiting = new HashMap<>();
    private SweepFile file;
    private LongConsumer progress;
    private int next;
    private int written;
    private RuntimeException failure;

    /**
     * A runner of some of a plan's runs.
     *
     * @param guests the guests by name
     * @param timeout how long one run may take
     * @param clock nanoseconds of the host, for the time-out
     */
    SweepRunner(SweepPlan plan, List<SweepPlan.Cell> cells, Map<String, GuestChoice> guests, String version, Duration timeout,
            LongSupplier clock) {
        this.plan = plan;
        this.cells = cells;
        this.guests = guests;
        this.version = version;
        this.timeout = timeout;
        this.clock = clock;
    }

    /** Runs all of them. */
    void run(SweepFile target, int threads, LongConsumer heard) throws InterruptedException {
        file = target;
        progress = heard;
        synchronized (this) {
            for (int n = 0; n < Math.min(threads, cells.size()); n++) {
                add();
            }
            while (written < cells.size() && failure == null) {
                wait(LOOK_MILLIS);
                watch();
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void add() {
        Worker worker = new Worker();
        workers.add(worker);
        worker.start();
    }

    private synchronized boolean begin(Worker worker) {
        if (next == cells.size() || failure != null) {
            return false;
        }
        worker.cell = next++;
        worker.started = clock.getAsLong();
        worker.told = false;
        worker.pc = null;
        return true;
    }

    private synchronized boolean end(Worker worker, String line) {
        if (worker.givenUp) {
            return false;
        }
        int done = worker.cell;
        worker.cell = -1;
        finished(done, line);
        return true;
    }

    private void finished(int cell, String line) {
        waiting.put(cell, line);
        try {
            for (String ready = waiting.remove(written); ready != null; ready = waiting.remove(written)) {
                file.add(ready);
                written++;
            }
            progress.accept(written + waiting.size());
        } catch (RuntimeException e) {
            failure = e;
        }
        notifyAll();
    }

    /** Stops runs that take too long, and gives up those that do not stop. */
    private void watch() {
        long now = clock.getAsLong();
        for (Worker worker : List.copyOf(workers)) {
            if (worker.cell < 0) {
                continue;
            }
            long overdue = now - worker.started - timeout.toNanos();
            if (overdue > 0 && !worker.told) {
                worker.told = true;
                if (worker.pc != null) {
                    worker.pc.stop(overtime());
                }
            } else if (overdue > GRACE_NANOS) {
                worker.givenUp = true;
                workers.remove(worker);
                finished(worker.cell, SweepLine.failure(cells.get(worker.cell), plan.cells().size(), version,
                        "the run hung and was given up after %d s".formatted(timeout.toSeconds())));
                add();
            }
        }
    }

    private StopReason overtime() {
        return StopReason.of(StopReason.Kind.LIMIT, "the run took longer than %d s".formatted(timeout.toSeconds()));
    }
}
