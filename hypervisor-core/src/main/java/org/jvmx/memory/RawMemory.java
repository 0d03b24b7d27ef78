package org.jvmx.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Little-endian loads and stores at absolute native addresses. The only class that reaches memory without bounds: callers hand it addresses
 * that {@link HostMemory} gave out, and never cross the end of the page that they were given.
 *
 * <p>Accesses are ordered as those of an x86 processor: a load is not done after a later load or store, a store not before an earlier one; only a later load
 * may overtake a store. SDM Vol. 3, "Memory Ordering in P6 and More Recent Processor Families". On an x86 host that costs no instruction.
 */
public final class RawMemory {
    @SuppressWarnings("restricted") // the one place that sees all of memory; everything else goes through it
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();
    private static final VarHandle SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final VarHandle INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
    private static final VarHandle ALIGNED_LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private RawMemory() {
    }

    public static byte getByte(long address) {
        byte value = (byte) BYTE.get(ALL, address);
        VarHandle.acquireFence();
        return value;
    }

    public static short getShort(long address) {
        short value = (short) SHORT.get(ALL, address);
        VarHandle.acquireFence();
        return value;
    }

    public static int getInt(long address) {
        int value = (int) INT.get(ALL, address);
        VarHandle.acquireFence();
        return value;
    }

    /** {@link #getInt} of memory that no other thread writes: it has no place in the order. */
    public static int getOwnInt(long address) {
        return (int) INT.get(ALL, address);
    }

    public static long getLong(long address) {
        long value = (long) LONG.get(ALL, address);
        VarHandle.acquireFence();
        return value;
    }

    public static void putByte(long address, byte value) {
        VarHandle.releaseFence();
        BYTE.set(ALL, address, value);
    }

    public static void putShort(long address, short value) {
        VarHandle.releaseFence();
        SHORT.set(ALL, address, value);
    }

    public static void putInt(long address, int value) {
        VarHandle.releaseFence();
        INT.set(ALL, address, value);
    }

    public static void putLong(long address, long value) {
        VarHandle.releaseFence();
        LONG.set(ALL, address, value);
    }

    /** Whether {@code size} (1, 2, 4 or 8) bytes can be compared and set at once: they are within eight aligned bytes. */
    public static boolean isAtomic(long address, int size) {
        return (address & 7) + size <= 8;
    }

    /**
     * Stores the low {@code size} bytes of {@code value} if memory holds those of {@code expected}; one atomic access, and a full fence in either case.
     *
     * @param address where {@link #isAtomic} holds
     */
    public static boolean compareAndSet(long address, int size, long expected, long value) {
        long word = address & -8;
        int shift = (int) (address & 7) << 3;
        long mask = (size == 8 ? -1 : (1L << 8 * size) - 1) << shift;
        long wanted = expected << shift & mask;
        long stored = value << shift & mask;
        while (true) {
            long now = (long) ALIGNED_LONG.getVolatile(ALL, word);
            if ((now & mask) != wanted) {
                VarHandle.fullFence();
                return false;
            }
            if (ALIGNED_LONG.compareAndSet(ALL, word, now, now & ~mask | stored)) {
                return true;
            }
        }
    }

    /** Copies {@code size} bytes; the ranges may overlap. */
    public static void copy(long source, long target, long size) {
        VarHandle.releaseFence();
        MemorySegment.copy(ALL, source, ALL, target, size);
        VarHandle.acquireFence();
    }

    /** Copies native bytes into an array. */
    public static void get(long address, byte[] target, int offset, int size) {
        MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, address, target, offset, size);
        VarHandle.acquireFence();
    }

    /** Copies array bytes to native memory. */
    public static void put(long address, byte[] source, int offset, int size) {
        VarHandle.releaseFence();
        MemorySegment.copy(source, offset, ALL, ValueLayout.JAVA_BYTE, address, size);
    }

    /** Fills {@code size} bytes. */
    public static void fill(long address, long size, byte value) {
        VarHandle.releaseFence();
        ALL.asSlice(address, size).fill(value);
    }
}
