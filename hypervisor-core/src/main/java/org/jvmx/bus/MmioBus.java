package org.jvmx.bus;

import java.util.Arrays;

/** The memory-mapped devices by guest-physical address. Unclaimed addresses read all ones and swallow writes. */
public final class MmioBus {
    private long[] bases = new long[0];
    private long[] ends = new long[0];
    private MmioDevice[] devices = new MmioDevice[0];
    private int lastHit;

    /** A bus with no device on it. */
    public MmioBus() {
    }

    /**
     * Puts a device at guest-physical {@code base} to {@code base + size - 1}.
     *
     * @throws IllegalStateException if the range overlaps another device's
     */
    public void map(long base, long size, MmioDevice device) {
        int at = 0;
        while (at < bases.length && bases[at] < base) {
            at++;
        }
        boolean overlapsNext = at < bases.length && base + size > bases[at];
        boolean overlapsPrevious = at > 0 && ends[at - 1] > base;
        if (size <= 0 || overlapsNext || overlapsPrevious) {
            throw new IllegalStateException(
                    "memory-mapped range 0x%x to 0x%x is empty or overlaps another device's".formatted(base, base + size - 1));
        }
        bases = insert(bases, at, base);
        ends = insert(ends, at, base + size);
        MmioDevice[] grown = Arrays.copyOf(devices, devices.length + 1);
        System.arraycopy(devices, at, grown, at + 1, devices.length - at);
        grown[at] = device;
        devices = grown;
        lastHit = 0;
    }

    /**
     * Moves a device that was mapped once to {@code to}, as a guest relocates its local APIC.
     *
     * @return false, and nothing has changed, if the device is not on the bus or another one is in the way
     */
    public boolean move(MmioDevice device, long to) {
        int at = Arrays.asList(devices).indexOf(device);
        if (at < 0 || to < 0) {
            return false;
        }
        long size = ends[at] - bases[at];
        for (int i = 0; i < bases.length; i++) {
            if (i != at && to < ends[i] && to + size > bases[i]) {
                return false;
            }
        }
        bases = remove(bases, at);
        ends = remove(ends, at);
        MmioDevice[] shrunk = Arrays.copyOf(devices, devices.length - 1);
        System.arraycopy(devices, at + 1, shrunk, at, shrunk.length - at);
        devices = shrunk;
        map(to, size, device);
        return true;
    }

    /** Whether a device answers at the address. */
    public boolean claimed(long gpa) {
        return find(gpa) >= 0;
    }

    /** Reads {@code size} (1, 2, 4 or 8) bytes, zero-extended. */
    public long read(long gpa, int size) {
        int at = find(gpa);
        long value = at < 0 ? -1 : devices[at].read(gpa - bases[at], size);
        return size == 8 ? value : value & (1L << 8 * size) - 1;
    }

    /** Writes the low {@code size} (1, 2, 4 or 8) bytes of {@code value}. */
    public void write(long gpa, int size, long value) {
        int at = find(gpa);
        if (at >= 0) {
            devices[at].write(gpa - bases[at], size, value);
        }
    }

    private int find(long gpa) {
        int hint = lastHit;
        if (hint < bases.length && gpa >= bases[hint] && gpa < ends[hint]) {
            return hint;
        }
        int at = Arrays.binarySearch(bases, gpa);
        at = at >= 0 ? at : -at - 2;
        if (at < 0 || gpa >= ends[at]) {
            return -1;
        }
        lastHit = at;
        return at;
    }

    private static long[] insert(long[] array, int at, long value) {
        long[] grown = Arrays.copyOf(array, array.length + 1);
        System.arraycopy(array, at, grown, at + 1, array.length - at);
        grown[at] = value;
        return grown;
    }

    private static long[] remove(long[] array, int at) {
        long[] shrunk = Arrays.copyOf(array, array.length - 1);
        System.arraycopy(array, at + 1, shrunk, at, shrunk.length - at);
        return shrunk;
    }
}
