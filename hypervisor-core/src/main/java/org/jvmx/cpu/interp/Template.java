package org.jvmx.cpu.interp;

import org.jvmx.isa.Insn;

/** The side of a template op that makes ops of its own (specialised) class. */
interface Template {
    /** A new op of the same class for an instruction at its place. */
    Op make(Insn insn, int offset, int index);
}
