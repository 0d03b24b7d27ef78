package org.jvmx.oracle;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** This machine's processor with a local descriptor table that a user program on Linux may have, through a helper process. */
final class SegmentSilicon implements AutoCloseable {
    private static final int DESCRIPTORS = 16;
    private static final Path SOURCE = Path.of("src/test/c/segments.c");
    private static final Path PROGRAM = Path.of("target/oracle/segments");

    private final Process process;
    private final DataInputStream in;
    private final OutputStream out;
    /** The local descriptor table, as the kernel filled it. */
    final byte[] table = new byte[8 * DESCRIPTORS];

    SegmentSilicon() throws IOException, InterruptedException, Silicon.Absent {
        Silicon.compile(SOURCE, PROGRAM);
        process = new ProcessBuilder(PROGRAM.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        in = new DataInputStream(process.getInputStream());
        out = process.getOutputStream();
        if (in.readNBytes(table, 0, table.length) < table.length) {
            throw new Silicon.Absent(switch (process.waitFor()) {
                case 2 -> "the kernel does not enable FSGSBASE";
                case 3 -> "the kernel refuses modify_ldt";
                default -> "the helper process ends with " + process.exitValue();
            });
        }
    }

    /** Runs a case; the state after it takes its place. */
    void run(SegmentCase one) throws IOException {
        out.write(one.bytes);
        out.flush();
        if (in.readNBytes(one.bytes, 0, SegmentCase.SIZE) < SegmentCase.SIZE) {
            throw new IOException("the helper process has died");
        }
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
