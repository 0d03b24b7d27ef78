package org.jvmx.isa;

/** What a decoded operand is. */
public enum OperandKind {
    /** A general register, or its low 1, 2 or 4 bytes. */
    GPR,
    /** AH, CH, DH or BH; the number is that of the register that holds it, 0 to 3. */
    GPR_HIGH8,
    /** The memory operand: segment, base, index, scale and displacement of the instruction. */
    MEMORY,
    /** {@link Insn#immediate}, or {@link Insn#immediate2} where it is the second one. */
    IMMEDIATE,
    /** {@link Insn#immediate} counts from the next instruction. */
    RELATIVE,
    /** {@link Insn#immediate2} is the selector, {@link Insn#immediate} the offset. */
    FAR_POINTER,
    SEGMENT_REG,
    CONTROL_REG,
    DEBUG_REG,
    MMX,
    XMM,
    YMM,
    /** x87 register, counted from the top of the stack. */
    ST,
    /** DS:rSI, where the segment may be overridden ({@link Insn#segment}). */
    STRING_SRC,
    /** ES:rDI. */
    STRING_DST
}
