package org.jvmx.trace;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jvmx.vm.ExitObserver;
import org.jvmx.vm.PolicySwap;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

/** Writes every VM exit to a file, and its hash and counts behind them: JSON lines if the file's name ends so, else the binary form. */
public final class ExitTrace implements ExitObserver, AutoCloseable {
    private static final int BUFFER = 1 << 16;

    private final OutputStream out;
    private final TraceSink sink;
    private final TraceHash hash = new TraceHash();
    private final long[] record = new long[TraceField.COUNT];
    private final List<PolicySwap> swaps = new ArrayList<>();
    private long count;
    private boolean ended;

    /** Begins a trace; an existing file is replaced. */
    public ExitTrace(Path file, TraceHeader header) throws IOException {
        this(Files.newOutputStream(file), file.toString().endsWith(".jsonl"), header);
    }

    ExitTrace(OutputStream target, boolean json, TraceHeader header) throws IOException {
        out = new BufferedOutputStream(target, BUFFER);
        sink = sink(out, json);
        sink.header(header);
    }

    /** The form that goes with a file's name. */
    static TraceSink sink(OutputStream out, boolean json) {
        return json ? new JsonTraceSink(out) : new BinaryTraceSink(out);
    }

    @Override
    public void exited(int vcpu, long nanos, long rip, Exit exit) {
        TraceField.fill(record, vcpu, nanos, rip, exit);
        hash.add(record);
        try {
            sink.record(count++, record);
        } catch (IOException e) {
            throw new UncheckedIOException("the exit trace cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void handled(int vcpu, ExitReason reason, long fromNanos, long toNanos) {
        // the trace is of what the guest did
    }

    /** A policy took the place of another one: the footer will tell. */
    public void swapped(PolicySwap swap) {
        swaps.add(swap);
    }

    /** Counts and hash so far. */
    public TraceFooter summary() {
        TraceFooter seen = hash.footer();
        return new TraceFooter(seen.exits(), seen.counts(), seen.traceHash(), swaps);
    }

    /** Writes the footer and closes the file. */
    @Override
    public void close() throws IOException {
        if (!ended) {
            ended = true;
            try (out) {
                sink.footer(summary());
            }
        }
    }
}
