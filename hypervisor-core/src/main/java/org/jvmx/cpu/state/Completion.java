package org.jvmx.cpu.state;

import java.util.Arrays;

/**
 * How the monitor completed the current instruction. After a VM exit with an access (port, memory, MSR, CPUID) the instruction is executed once
 * more from its start; the accesses that the monitor answered are found here, in the order in which the instruction makes them. The first one
 * that is not found exits in its turn.
 */
public final class Completion {
    /** Kinds of accesses. */
    public static final int PORT = 1;
    public static final int MEMORY = 2;
    public static final int MSR = 3;
    public static final int CPUID = 4;

    private long[] keys = new long[16];
    private long[] addresses = new long[16];
    private long[] values = new long[16];
    private int answered;
    private int cursor;

    /** The monitor wants the current instruction done as if its intercept were off. */
    public boolean interceptsOff;

    Completion() {
    }

    /** Whether anything here concerns the instruction that comes next. */
    public boolean active() {
        return answered != 0 || interceptsOff;
    }

    /** Starts the instruction again. */
    public void restart() {
        cursor = 0;
    }

    /** The instruction is complete or given up. */
    public void clear() {
        answered = 0;
        cursor = 0;
        interceptsOff = false;
    }

    /** Whether the instruction's next access was answered; if so it is consumed and {@link #value()} is its data. */
    public boolean take(int kind, long address, int size, boolean write) {
        if (cursor >= answered || keys[cursor] != key(kind, size, write) || addresses[cursor] != address) {
            return false;
        }
        cursor++;
        return true;
    }

    /** The data of the access taken last. */
    public long value() {
        return values[cursor - 1];
    }

    /** Puts the answer to the access that made the instruction exit. */
    public void answer(int kind, long address, int size, boolean write, long value) {
        if (cursor == keys.length) {
            keys = Arrays.copyOf(keys, 2 * cursor);
            addresses = Arrays.copyOf(addresses, 2 * cursor);
            values = Arrays.copyOf(values, 2 * cursor);
        }
        keys[cursor] = key(kind, size, write);
        addresses[cursor] = address;
        values[cursor] = value;
        answered = cursor + 1;
        cursor = 0;
    }

    private static long key(int kind, int size, boolean write) {
        return kind << 8 | size << 1 | (write ? 1 : 0);
    }
}
