package org.jvmx.tools.pc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jvmx.bus.ByteSink;
import org.jvmx.error.BackendException;

/** A serial peer of two streams: a thread reads the one, if there is one, and the vCPU writes the other. */
final class StreamPeer implements SerialPeer {
    private static final int CHUNK = 4096;

    private final InputStream in;
    private final OutputStream out;
    private Thread reader;

    StreamPeer(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    @Override
    public ByteSink output() {
        return this::write;
    }

    private void write(int value) {
        try {
            out.write(value);
        } catch (IOException e) {
            throw new BackendException("the guest's serial output cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new BackendException("the guest's serial output cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void connect(SerialInput input) {
        if (in == null) {
            return;
        }
        input.open();
        reader = Thread.ofPlatform().daemon().name("serial input").start(() -> pump(input));
    }

    private void pump(SerialInput input) {
        byte[] chunk = new byte[CHUNK];
        try {
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                input.send(chunk, 0, count);
            }
        } catch (IOException | InterruptedException _) {
            // as the end of input
        } finally {
            input.end();
        }
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.interrupt();
        }
    }
}
