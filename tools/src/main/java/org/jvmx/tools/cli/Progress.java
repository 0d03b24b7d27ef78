package org.jvmx.tools.cli;

import java.time.Duration;
import java.util.Locale;

/** A bar on standard error that says how much is done and how long the rest will take; on a terminal only, and not at all if nothing shall be said. */
final class Progress implements AutoCloseable {
    private static final int WIDTH = 30;
    private static final long PERIOD_NANOS = 100_000_000;

    private final long all;
    private final boolean silent;
    private final long start = System.nanoTime();
    private long before;
    private long shown = Long.MIN_VALUE;

    Progress(long all, boolean quiet) {
        this.all = all;
        this.silent = quiet || !Terminal.standardErrorShows();
    }

    /** So many were done before this run began, which tells nothing about how long the rest takes. */
    synchronized void startAt(long count) {
        before = count;
    }

    /** So many are done. */
    synchronized void done(long count) {
        long now = System.nanoTime();
        if (silent || count < all && shown != Long.MIN_VALUE && now - shown < PERIOD_NANOS) {
            return;
        }
        shown = now;
        int full = (int) (WIDTH * count / Math.max(1, all));
        System.err.print("\r[%s%s] %d/%d%s\u001b[K".formatted("#".repeat(full), ".".repeat(WIDTH - full), count, all, left(count, now)));
        System.err.flush();
    }

    private String left(long count, long now) {
        if (count <= before) {
            return "";
        }
        long seconds = Math.round((double) (now - start) / (count - before) * (all - count) / 1e9);
        Duration rest = Duration.ofSeconds(seconds);
        return String.format(Locale.ROOT, ", %d:%02d:%02d left", rest.toHours(), rest.toMinutesPart(), rest.toSecondsPart());
    }

    @Override
    public void close() {
        if (!silent) {
            System.err.print("\r\u001b[K");
            System.err.flush();
        }
    }
}
