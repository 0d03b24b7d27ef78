package org.jvmx.cpu.fp;

/**
 * The control and status that an SSE floating-point instruction works under: MXCSR and the exceptions that the current instruction has
 * raised so far. One per processor, mutable, never shared between threads. SDM Vol. 1, "MXCSR Control and Status Register".
 */
public final class SseStatus {
    /** Denormals are zeros. */
    public static final int DAZ = 1 << 6;
    /** Flush to zero. */
    public static final int FTZ = 1 << 15;
    /** Position of the rounding control. */
    public static final int RC_SHIFT = 13;
    /** From a flag to its mask bit. */
    public static final int MASK_SHIFT = 7;
    /** MXCSR after reset. */
    public static final int RESET = 0x1f80;

    private static final int PRECISION_DECIDED = FpException.PE | FpException.PE << MASK_SHIFT;

    /** MXCSR. */
    public int mxcsr = RESET;
    /** Exceptions of the current instruction, collected over its elements. */
    public int raised;

    final SseArithmetic exact = new SseArithmetic(this);

    /** Status at reset. */
    public SseStatus() {
    }

    /** The rounding mode. */
    public int rounding() {
        return mxcsr >>> RC_SHIFT & 3;
    }

    /** Whether Java's own arithmetic rounds as MXCSR says. */
    boolean nearest() {
        return (mxcsr & 3 << RC_SHIFT) == 0;
    }

    /** Whether nobody can see if the current result is inexact: PE is set and masked. */
    boolean precisionDecided() {
        return (mxcsr & PRECISION_DECIDED) == PRECISION_DECIDED;
    }

    boolean denormalsAreZeros() {
        return (mxcsr & DAZ) != 0;
    }

    boolean masked(int exception) {
        return (mxcsr >>> MASK_SHIFT & exception) == exception;
    }

    /** Ends one step of an instruction that has several; true if it faults, so that its later steps are not done. */
    boolean step() {
        int unmasked = raised & ~(mxcsr >>> MASK_SHIFT);
        if (!finish()) {
            return false;
        }
        raised = unmasked;
        return true;
    }

    /**
     * Ends the instruction: its exceptions become sticky in MXCSR. True if one of them is unmasked: then the destination must stay as it
     * was and the instruction faults with the SIMD floating-point exception. SDM Vol. 1, "SIMD Floating-Point Exceptions".
     */
    public boolean finish() {
        int flags = raised;
        if (flags == 0) {
            return false;
        }
        raised = 0;
        int unmasked = flags & ~(mxcsr >>> MASK_SHIFT);
        if ((unmasked & FpException.BEFORE_OPERATION) != 0) {
            flags &= FpException.BEFORE_OPERATION;
        }
        mxcsr |= flags;
        return unmasked != 0;
    }
}
