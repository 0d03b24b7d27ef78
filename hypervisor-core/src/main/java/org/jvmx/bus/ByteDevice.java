package org.jvmx.bus;

/** An 8-bit device in the I/O address space: as on the ISA bus, wider accesses are byte accesses to successive registers. */
public interface ByteDevice extends PortDevice {
    /** Reads the register at {@code offset}: 0 to 255. Registers that do not exist read FFH. */
    int in(int offset);

    /** Writes {@code value} (0 to 255) to the register at {@code offset}. */
    void out(int offset, int value);

    @Override
    default int in(int offset, int size) {
        int value = in(offset);
        for (int i = 1; i < size; i++) {
            value |= in(offset + i) << 8 * i;
        }
        return value;
    }

    @Override
    default void out(int offset, int size, int value) {
        for (int i = 0; i < size; i++) {
            out(offset + i, value >>> 8 * i & 0xff);
        }
    }
}
