package org.jvmx.tools.pc;

import java.io.IOException;
import java.io.OutputStream;

/** Collects single bytes and passes them on in pieces: when a piece is full, and soon after the first byte in any case. */
public final class PromptOutput extends OutputStream {
    private static final int PIECE = 4096;
    private static final long DELAY_MILLIS = 4;

    private final OutputStream out;
    private final byte[] piece = new byte[PIECE];
    private int count;
    private boolean closed;
    private Thread flusher;
    private IOException failure;

    /** Writes to {@code out}, which {@link #close} leaves open. */
    public PromptOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public synchronized void write(int value) throws IOException {
        if (failure != null) {
            throw failure;
        }
        if (count == PIECE) {
            passOn();
        }
        piece[count++] = (byte) value;
        if (count == 1) {
            wakeFlusher();
        }
    }

    @Override
    public synchronized void flush() throws IOException {
        if (failure != null) {
            throw failure;
        }
        passOn();
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        notifyAll();
        flush();
    }

    private void passOn() throws IOException {
        if (count > 0) {
            int length = count;
            count = 0;
            out.write(piece, 0, length);
            out.flush();
        }
    }

    private void wakeFlusher() {
        if (flusher == null) {
            flusher = Thread.ofPlatform().daemon().name("serial output").start(this::flushSoon);
        }
        notifyAll();
    }

    private synchronized void flushSoon() {
        try {
            while (!closed) {
                if (count == 0) {
                    wait();
                } else {
                    wait(DELAY_MILLIS);
                    passOn();
                }
            }
        } catch (IOException e) {
            failure = e;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
