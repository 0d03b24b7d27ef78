package org.jvmx.cpu.semantics;

import org.jvmx.cpu.fp.DotProduct;
import org.jvmx.cpu.fp.SseStatus;

/**
 * What the MMX and SSE instructions of one processor work with, besides its registers: no instruction allocates, none leaves anything
 * here for another.
 */
public final class SimdUnit {
    /** MXCSR during a floating-point instruction. */
    final SseStatus status = new SseStatus();
    /** The 16-byte source operand, as {@link SseOperands} loads it. */
    long low;
    long high;
    /** The first 16-byte source of an operation on lanes. */
    long firstLow;
    long firstHigh;
    /** The third one, which is the destination. */
    long thirdLow;
    long thirdHigh;
    /** Bits 255:128 of a 32-byte source operand. */
    long upperLow;
    long upperHigh;
    /** Where functions of {@code cpu.fp} leave a result of two quadwords. */
    final long[] pair = new long[2];
    /** DPPS and DPPD. */
    final DotProduct dot = new DotProduct();
    /** Elements on their way to a register. */
    final long[] elements = new long[8];

    /** An idle unit. */
    SimdUnit() {
    }

    /** Gives both sources to {@link #dot}. */
    void dotOperands(int at) {
        dot.operands[at] = firstLow;
        dot.operands[at + 1] = firstHigh;
        dot.operands[at + 2] = low;
        dot.operands[at + 3] = high;
    }

}
