package org.jvmx.bus;

/** A device in the memory address space. Offsets are relative to where it was mapped; size is 1, 2, 4 or 8 bytes. Never blocks. */
public interface MmioDevice {
    /** Reads {@code size} bytes, zero-extended. */
    long read(long offset, int size);

    /** Writes the low {@code size} bytes of {@code value}; bits above them are undefined. */
    void write(long offset, int size, long value);
}
