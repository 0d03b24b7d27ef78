package org.jvmx.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Little-endian loads and stores at absolute native addresses. The only class that reaches memory without bounds: callers hand it addresses
 * that {@link HostMemory} gave out, and never cross the end of the page that they were given.
 */
public final class RawMemory {
    @SuppressWarnings("restricted") // the one place that sees all of memory; everything else goes through it
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();
    private static final VarHandle SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final VarHandle INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private RawMemory() {
    }

    public static byte getByte(long address) {
        return (byte) BYTE.get(ALL, address);
    }

    public static short getShort(long address) {
        return (short) SHORT.get(ALL, address);
    }

    public static int getInt(long address) {
        return (int) INT.get(ALL, address);
    }

    public static long getLong(long address) {
        return (long) LONG.get(ALL, address);
    }

    public static void putByte(long address, byte value) {
        BYTE.set(ALL, address, value);
    }

    public static void putShort(long address, short value) {
        SHORT.set(ALL, address, value);
    }

    public static void putInt(long address, int value) {
        INT.set(ALL, address, value);
    }

    public static void putLong(long address, long value) {
        LONG.set(ALL, address, value);
    }

    /** Copies {@code size} bytes; the ranges may overlap. */
    public static void copy(long source, long target, long size) {
        MemorySegment.copy(ALL, source, ALL, target, size);
    }

    /** Copies native bytes into an array. */
    public static void get(long address, byte[] target, int offset, int size) {
        MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, address, target, offset, size);
    }

    /** Copies array bytes to native memory. */
    public static void put(long address, byte[] source, int offset, int size) {
        MemorySegment.copy(source, offset, ALL, ValueLayout.JAVA_BYTE, address, size);
    }

    /** Fills {@code size} bytes. */
    public static void fill(long address, long size, byte value) {
        ALL.asSlice(address, size).fill(value);
    }
}
