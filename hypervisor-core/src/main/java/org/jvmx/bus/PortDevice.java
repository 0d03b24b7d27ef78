package org.jvmx.bus;

/** A device in the I/O address space. Offsets are relative to where it was mapped; size is 1, 2 or 4 bytes. Never blocks. */
public interface PortDevice {
    /** Reads {@code size} bytes, zero-extended. */
    int in(int offset, int size);

    /** Writes the low {@code size} bytes of {@code value}; bits above them are undefined. */
    void out(int offset, int size, int value);
}
