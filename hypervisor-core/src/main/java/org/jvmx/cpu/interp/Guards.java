package org.jvmx.cpu.interp;

import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Row;
import org.jvmx.isa.StateClass;

/** What a row needs to be allowed, against the mode of the processor. Everything here is part of {@link Cpu#modeKey}. */
final class Guards {
    private static final int UD = 6;
    private static final int NM = 7;
    private static final int GP = 13;

    private Guards() {
    }

    /** The vector of the exception that the instruction raises whatever its operands are, or -1. */
    static int fault(Cpu cpu, Insn insn) {
        Row row = insn.row;
        int key = cpu.modeKey;
        boolean protectedNotV86 = (key & (Cpu.KEY_PROTECTED | Cpu.KEY_V86)) == Cpu.KEY_PROTECTED;
        if (row.feature != null && !cpu.model.offers(row.feature) || row.protectedMode && !protectedNotV86) {
            return UD;
        }
        int state = stateFault(row.state, key);
        if (state >= 0) {
            return state;
        }
        boolean user = cpu.cpl != 0;
        return user && (row.cpl0 || row.umip && (key & Cpu.KEY_UMIP) != 0) ? GP : -1;
    }

    private static int stateFault(StateClass state, int key) {
        boolean emulated = (key & Cpu.KEY_EM) != 0;
        boolean switched = (key & Cpu.KEY_TS) != 0;
        return switch (state) {
            case NONE -> -1;
            case X87, X87_NOWAIT -> emulated || switched ? NM : -1;
            case MMX -> emulated ? UD : switched ? NM : -1;
            case AVX -> (key & Cpu.KEY_AVX) == 0 ? UD : switched ? NM : -1;
            case SSE, SSE_MMX -> emulated || (key & Cpu.KEY_OSFXSR) == 0 ? UD : switched ? NM : -1;
        };
    }
}
