package org.jvmx.isa;

/**
 * What selects a row beyond its public attributes, for tests that make up encodings.
 *
 * @param prefixes mandatory prefixes that it exists with: bits 0 to 3 for none, 66H, F3H, F2H
 * @param sizes operand sizes that it exists with: bits 2, 4 and 8
 * @param modRm whether a ModRM byte follows the opcode
 * @param opcodeRegister whether the low three bits of the opcode name a register
 * @param vvvv whether VEX.vvvv is an operand
 * @param vexL VEX.L, or -1 where either will do
 * @param vexW VEX.W, or -1 where either will do
 * @param vectorIndex whether the memory operand needs SIB, with a vector as its index
 */
public record RowShape(int prefixes, int sizes, boolean modRm, boolean opcodeRegister, boolean vvvv, int vexL, int vexW,
        boolean vectorIndex) {
    public static RowShape of(Row row) {
        return new RowShape(row.prefixes, row.sizes, row.modRm, row.opcodeRegister, row.usesVvvv, row.vexL, row.vexW,
                row.vectorIndex);
    }
}
