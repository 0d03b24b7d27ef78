package org.jvmx.cpu.fp;

/** Floating-point exception flags, which sit at the same bits in MXCSR and in the x87 status word, and the rounding modes. */
public final class FpException {
    /** Invalid operation. */
    public static final int IE = 0x01;
    /** Denormal operand. */
    public static final int DE = 0x02;
    /** Divide by zero. */
    public static final int ZE = 0x04;
    /** Overflow. */
    public static final int OE = 0x08;
    /** Underflow. */
    public static final int UE = 0x10;
    /** Precision: the result is inexact. */
    public static final int PE = 0x20;
    /** All six flags. */
    public static final int ALL = 0x3f;
    /** The exceptions that are detected before an operation is done. */
    public static final int BEFORE_OPERATION = IE | DE | ZE;

    /** Round to nearest, ties to even. */
    public static final int NEAREST = 0;
    /** Round toward minus infinity. */
    public static final int DOWN = 1;
    /** Round toward plus infinity. */
    public static final int UP = 2;
    /** Round toward zero. */
    public static final int TRUNCATE = 3;

    private FpException() {
    }
}
