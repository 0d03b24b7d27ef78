package org.jvmx.fuzz.targets;

import static org.jvmx.fuzz.targets.Check.require;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jvmx.error.ImageException;
import org.jvmx.fuzz.Target;
import org.jvmx.trace.TraceFooter;
import org.jvmx.trace.TraceHeader;
import org.jvmx.trace.TraceReader;
import org.jvmx.trace.TraceSink;

/** Any file is a trace or refused; a trace has as many records in the one form as in the other. */
public final class TraceTarget implements Target {
    private final Allocations allocations = new Allocations();
    private final Path file;
    private final Path binary;
    private final Path lines;
    private Records first;

    public TraceTarget() throws IOException {
        Path directory = Files.createTempDirectory("fuzz");
        file = directory.resolve("trace");
        binary = directory.resolve("trace.bin");
        lines = directory.resolve("trace.jsonl");
        for (Path path : new Path[] {directory, file, binary, lines}) {
            path.toFile().deleteOnExit();
        }
    }

    @Override
    public void run(byte[] input) throws Exception {
        Files.write(file, input);
        allocations.bounded((16L << 20) + 4096L * input.length, this::read);
        if (first == null) {
            return;
        }
        try {
            TraceReader.convert(file, binary);
        } catch (ImageException refusal) {
            return; // what no sink can write
        }
        TraceReader.convert(binary, lines);
        Records last = new Records();
        TraceReader.read(lines, last);
        require(first.count == last.count, "%d records become %d others".formatted(first.count, last.count));
    }

    private void read() throws IOException {
        first = new Records();
        try {
            TraceReader.read(file, first);
        } catch (ImageException refusal) {
            require(refusal.getMessage().contains(file.toString()), refusal.getMessage());
            first = null;
        }
    }

    private static final class Records implements TraceSink {
        private long count;

        @Override
        public void header(TraceHeader header) {
            require(header != null, "no header");
        }

        @Override
        public void record(long n, long[] fields) {
            count++;
        }

        @Override
        public void footer(TraceFooter footer) {
            require(footer != null, "no footer");
        }
    }
}
