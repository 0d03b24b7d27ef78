package org.jvmx.tools.pc;

import java.io.InputStream;
import java.io.OutputStream;
import org.jvmx.bus.ByteSink;
import org.jvmx.bus.Clock;

/** What is at the other end of a serial cable. */
public interface SerialPeer extends AutoCloseable {
    /** Nothing is connected: output is lost, input never comes. */
    SerialPeer NONE = to(ByteSink.NONE);

    /** Takes what the guest sends; called on the vCPU's thread. */
    ByteSink output();

    /** The cable is plugged in: whoever will send says {@link SerialInput#open} before this returns. */
    void connect(SerialInput input);

    /** A machine that it is connected to is switched on; what it does with that machine's clock happens on the vCPU's thread. */
    default void poweredOn(Clock clock, SerialInput input) {
        // most have no sense of the machine's time
    }

    /** Everything that was taken is written out; called on the vCPU's thread when the guest stops. */
    default void flush() {
        // nothing is held back
    }

    @Override
    default void close() {
        // nothing to release
    }

    /** A peer that only listens. */
    static SerialPeer to(ByteSink sink) {
        return new SerialPeer() {
            @Override
            public ByteSink output() {
                return sink;
            }

            @Override
            public void connect(SerialInput input) {
                // it never sends
            }
        };
    }

    /** A peer that only listens and writes to {@code out}, which it does not close. */
    static SerialPeer to(OutputStream out) {
        return new StreamPeer(null, out);
    }

    /** A peer that sends what {@code in} gives, up to its end, and writes to {@code out}. It closes neither. */
    static SerialPeer of(InputStream in, OutputStream out) {
        return new StreamPeer(in, out);
    }
}
