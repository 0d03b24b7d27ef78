/**
 * The instruction set as data: opcode maps in the operand letters of the SDM, Appendix "Opcode Map", one row per encoding. From the same
 * rows work the {@link org.jvmx.isa.Decoder}, the {@link org.jvmx.isa.Disassembler}, the {@link org.jvmx.isa.Assembler} and the
 * {@link org.jvmx.isa.OpcodeCoverage coverage table}.
 */
package org.jvmx.isa;
