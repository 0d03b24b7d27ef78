package org.jvmx.cpu.semantics;

/**
 * A pure function of operands: the value of an instruction. Operands are zero-extended from {@code width} bytes; of the result only the low
 * {@code width} bytes count.
 */
@FunctionalInterface
public interface Fn {
    /**
     * @param width bytes of the operation: 1, 2, 4 or 8
     * @param a     destination operand, or the only one
     * @param b     source operand
     * @param cf    carry flag, 0 or 1, where the row's flag rule reads it, else 0
     */
    long of(int width, long a, long b, long cf);
}
