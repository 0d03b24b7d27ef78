package org.jvmx.bus;

/** Where a device's output bytes go: a terminal, a file, a buffer. Never blocks the guest for long. */
@FunctionalInterface
public interface ByteSink {
    /** Swallows everything. */
    ByteSink NONE = value -> {};

    /** Takes one byte, 0 to 255. */
    void write(int value);
}
