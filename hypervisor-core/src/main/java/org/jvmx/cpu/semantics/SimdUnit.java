package org.jvmx.cpu.semantics;

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
    /** Where functions of {@code cpu.fp} leave a result of two quadwords. */
    final long[] pair = new long[2];

    /** An idle unit. */
    SimdUnit() {
    }
}
