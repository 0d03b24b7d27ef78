package org.jvmx.trace;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The compact form: magic, header as JSON with its length, then for each exit a mask of the fields that changed or are not 0 and their values
 * as variable-length numbers (time and RIP as differences), an empty mask, footer as JSON with its length.
 */
final class BinaryTraceSink implements TraceSink {
    static final byte[] MAGIC = {'J', 'V', 'M', 'X', 'T', 'R', 'C', 1};
    static final int DIFFERENCES = 1 << TraceField.TIME.ordinal() | 1 << TraceField.RIP.ordinal();

    private final OutputStream out;
    private final long[] previous = new long[TraceField.COUNT];

    BinaryTraceSink(OutputStream out) {
        this.out = out;
    }

    @Override
    public void header(TraceHeader header) throws IOException {
        out.write(MAGIC);
        text(JsonTraceSink.headerJson(header));
    }

    @Override
    public void record(long n, long[] fields) throws IOException {
        int mask = 0;
        for (int at = 0; at < fields.length; at++) {
            boolean difference = (DIFFERENCES >> at & 1) != 0;
            mask |= (difference ? fields[at] != previous[at] : fields[at] != 0) ? 1 << at : 0;
        }
        number(mask + 1);
        for (int at = 0; at < fields.length; at++) {
            if ((mask >> at & 1) != 0) {
                boolean difference = (DIFFERENCES >> at & 1) != 0;
                number(difference ? zigzag(fields[at] - previous[at]) : fields[at]);
                previous[at] = fields[at];
            }
        }
    }

    private static long zigzag(long value) {
        return value << 1 ^ value >> 63;
    }

    @Override
    public void footer(TraceFooter footer) throws IOException {
        number(0);
        text(JsonTraceSink.footerJson(footer));
    }

    private void text(String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        number(bytes.length);
        out.write(bytes);
    }

    private void number(long value) throws IOException {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
