package org.jvmx.trace;

import java.util.Locale;
import java.util.Map;

/** Counts a trace by reason, checks it against its own footer, and says so in a few lines. */
public final class TraceSummary implements TraceSink {
    private final TraceHash hash = new TraceHash();
    private TraceHeader header;
    private TraceFooter footer;
    private long lastTime;

    public TraceSummary() {
    }

    @Override
    public void header(TraceHeader first) {
        header = first;
    }

    @Override
    public void record(long n, long[] fields) {
        hash.add(fields);
        lastTime = fields[TraceField.TIME.ordinal()];
    }

    @Override
    public void footer(TraceFooter last) {
        footer = last;
    }

    /** Whether the records are those that the footer was written for. */
    public boolean complete() {
        return footer != null && footer.traceHash().equals(hash.footer().traceHash());
    }

    /** Counts and hash of the records. */
    public TraceFooter result() {
        return hash.footer();
    }

    /** The summary in lines. */
    public String text() {
        TraceFooter result = hash.footer();
        StringBuilder text =
                new StringBuilder(String.format(Locale.ROOT, "backend %s, guest %s, seed %d, %d bytes of memory, %d exits in %.6f s%n",
                        header.backend(), header.guest(), header.seed(), header.memory(), result.exits(), lastTime / 1e9));
        for (Map.Entry<String, Long> count : result.counts().entrySet()) {
            text.append(String.format(Locale.ROOT, "%20s %12d %6.2f%%%n", count.getKey(), count.getValue(),
                    100.0 * count.getValue() / result.exits()));
        }
        text.append("traceHash ").append(result.traceHash());
        text.append(complete() ? "" : footer == null ? " (the trace was cut off)" : " (the footer says " + footer.traceHash() + ")");
        return text.append(System.lineSeparator()).toString();
    }
}
