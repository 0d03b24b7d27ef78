package org.jvmx.cpu.interp;

import org.jvmx.isa.Insn;

/** Where an operand is: constants, so that templates fold to one of them. */
final class Place {
    static final int NONE = 0;
    static final int REGISTER = 1;
    static final int HIGH_BYTE = 2;
    static final int MEMORY = 3;
    static final int IMMEDIATE = 4;

    private Place() {
    }

    /** The place of operand {@code n}. */
    static int of(Insn insn, int n) {
        return switch (insn.kind(n)) {
            case GPR -> REGISTER;
            case GPR_HIGH8 -> HIGH_BYTE;
            case MEMORY -> MEMORY;
            case IMMEDIATE -> IMMEDIATE;
            default -> NONE;
        };
    }
}
