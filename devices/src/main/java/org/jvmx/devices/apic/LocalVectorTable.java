package org.jvmx.devices.apic;

import java.util.ArrayList;
import java.util.List;

/** The local vector table ("Local Vector Table", Intel SDM volume 3): what the local interrupt sources do. */
final class LocalVectorTable {
    static final int TIMER = 0;
    static final int LINT0 = 3;
    static final int LINT1 = 4;
    static final int ERROR = 5;

    private static final int ENTRIES = 6;
    private static final int MASKED = 1 << 16;
    private static final int LEVEL = 1 << 15;
    private static final int REMOTE_IRR = 1 << 14;
    private static final int[] WRITABLE = {0x0007_00ff, 0x0001_07ff, 0x0001_07ff, 0x0001_a7ff, 0x0001_a7ff, 0x0001_00ff};

    private final int[] entries = new int[ENTRIES];

    /** The entry behind a register, -1 if it is none. */
    static int entryOf(int register) {
        int entry = register - ApicRegister.LVT_TIMER;
        return entry >= 0 && entry < ENTRIES ? entry : -1;
    }

    void reset() {
        for (int i = 0; i < ENTRIES; i++) {
            entries[i] = MASKED;
        }
    }

    /** While the APIC is software-disabled no entry can be unmasked. */
    void write(int entry, int data, boolean softwareEnabled) {
        int value = data & WRITABLE[entry] | (softwareEnabled ? 0 : MASKED);
        if ((value & LEVEL) != 0) {
            value |= entries[entry] & REMOTE_IRR;
        }
        entries[entry] = value;
    }

    void maskAll() {
        for (int i = 0; i < ENTRIES; i++) {
            entries[i] |= MASKED;
        }
    }

    int read(int entry) {
        return entries[entry];
    }

    boolean masked(int entry) {
        return (entries[entry] & MASKED) != 0;
    }

    int mode(int entry) {
        return entries[entry] >> 8 & 7;
    }

    int vector(int entry) {
        return entries[entry] & 0xff;
    }

    boolean level(int entry) {
        return (entries[entry] & LEVEL) != 0;
    }

    boolean remoteIrr(int entry) {
        return (entries[entry] & REMOTE_IRR) != 0;
    }

    void raiseRemoteIrr(int entry) {
        entries[entry] |= REMOTE_IRR;
    }

    void endOfInterrupt(int vector) {
        for (int entry = LINT0; entry <= LINT1; entry++) {
            if (vector(entry) == vector) {
                entries[entry] &= ~REMOTE_IRR;
            }
        }
    }

    List<Integer> state() {
        List<Integer> list = new ArrayList<>(ENTRIES);
        for (int entry : entries) {
            list.add(entry);
        }
        return List.copyOf(list);
    }

    void restore(List<Integer> state) {
        for (int i = 0; i < ENTRIES; i++) {
            entries[i] = state.get(i);
        }
    }
}
