package org.jvmx.oracle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The layout of a case, the same as in the helper process, and access to cases that lie one after the other in a segment. */
final class Case {
    static final int SIZE = 0xc00;
    static final int GPR = 0;
    static final int RIP = 0x80;
    static final int FLAGS = 0x88;
    static final int FS = 0x90;
    static final int GS = 0x98;
    static final int BYTES = 0xa0;
    static final int LENGTH = 0xb0;
    /** Where the window lies in the data pages. */
    static final int WINDOW = 0xb4;
    /** The vector of the exception, or -1. */
    static final int VECTOR = 0xb8;
    static final int ERROR = 0xc0;
    static final int ADDRESS = 0xc8;
    /** A digest of what was written outside the window. */
    static final int OUTSIDE = 0xd0;
    /** 1 for a case in a 32-bit code segment of compatibility mode. */
    static final int COMPATIBILITY = 0xd8;
    static final int FX = 0x200;
    static final int FX_USED = 416;
    static final int FCW = FX;
    static final int FSW = FX + 2;
    static final int FTW = FX + 4;
    static final int FOP = FX + 6;
    static final int FIP = FX + 8;
    static final int FDP = FX + 16;
    static final int MXCSR = FX + 24;
    static final int MXCSR_MASK = FX + 28;
    static final int ST = FX + 32;
    static final int XMM = FX + 160;
    /** Bits 255:128 of the YMM registers. */
    static final int YMM = FX + 576;
    static final int YMM_END = YMM + 256;
    static final int MEMORY = 0x600;
    static final int WINDOW_SIZE = 0x600;

    /** Linear addresses, the same on both sides. */
    static final long DATA = 0x2000_1000L;
    static final int DATA_SIZE = 0x2000;
    static final long CODE = 0x2100_0000L;
    static final int CODE_SIZE = 0x10000;
    /** An instruction has this much room; what is outside of it in its page is breakpoints. */
    static final int SLOT = 0x100;
    static final int SLOT_USED = 0x30;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private Case() {
    }

    static long at(MemorySegment cases, int index, int field) {
        return cases.get(LONG, (long) index * SIZE + field);
    }

    static void at(MemorySegment cases, int index, int field, long value) {
        cases.set(LONG, (long) index * SIZE + field, value);
    }

    static int intAt(MemorySegment cases, int index, int field) {
        return cases.get(INT, (long) index * SIZE + field);
    }

    static void intAt(MemorySegment cases, int index, int field, int value) {
        cases.set(INT, (long) index * SIZE + field, value);
    }

    static int shortAt(MemorySegment cases, int index, int field) {
        return cases.get(SHORT, (long) index * SIZE + field) & 0xffff;
    }

    static void shortAt(MemorySegment cases, int index, int field, int value) {
        cases.set(SHORT, (long) index * SIZE + field, (short) value);
    }

    static byte[] bytes(MemorySegment cases, int index) {
        return cases.asSlice((long) index * SIZE + BYTES, intAt(cases, index, LENGTH)).toArray(ValueLayout.JAVA_BYTE);
    }

    static void bytes(MemorySegment cases, int index, byte[] bytes, int length) {
        MemorySegment.copy(bytes, 0, cases, ValueLayout.JAVA_BYTE, (long) index * SIZE + BYTES, length);
        intAt(cases, index, LENGTH, length);
    }

    /** Long {@code n} of the window. */
    static void memory(MemorySegment cases, int index, int offset, long value) {
        at(cases, index, MEMORY + offset, value);
    }

    static void copy(MemorySegment from, int fromIndex, MemorySegment to, int toIndex) {
        MemorySegment.copy(from, (long) fromIndex * SIZE, to, (long) toIndex * SIZE, SIZE);
    }
}
