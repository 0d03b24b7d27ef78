package org.jvmx.trace;

import java.io.IOException;

/** Takes a trace: header, records, footer. */
public interface TraceSink {
    void header(TraceHeader header) throws IOException;

    /** Record number {@code n}, a long for each {@link TraceField}; the array belongs to the caller. */
    void record(long n, long[] fields) throws IOException;

    void footer(TraceFooter footer) throws IOException;
}
