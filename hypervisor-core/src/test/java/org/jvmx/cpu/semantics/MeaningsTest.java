package org.jvmx.cpu.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.OpcodeTable;
import org.jvmx.isa.Row;

class MeaningsTest {
    /** Families that are still to be bound: nothing else may be missing. */
    private static final Set<Mnemonic> TO_COME = EnumSet.range(Mnemonic.FADD, Mnemonic.SHA256MSG2);

    static {
        TO_COME.addAll(EnumSet.range(Mnemonic.SLDT, Mnemonic.VMFUNC));
        TO_COME.addAll(EnumSet.range(Mnemonic.CLFLUSH, Mnemonic.STMXCSR));
        TO_COME.addAll(EnumSet.range(Mnemonic.PUSHF, Mnemonic.POPFQ));
        TO_COME.addAll(EnumSet.range(Mnemonic.INSB, Mnemonic.OUT));
        TO_COME.addAll(EnumSet.range(Mnemonic.INT, Mnemonic.IRETQ));
        TO_COME.addAll(EnumSet.range(Mnemonic.LES, Mnemonic.LGS));
        TO_COME.addAll(EnumSet.of(Mnemonic.MOV_SREG, Mnemonic.PUSH_SREG, Mnemonic.POP_SREG, Mnemonic.ARPL, Mnemonic.PAUSE, Mnemonic.HLT, Mnemonic.CLI,
                Mnemonic.STI, Mnemonic.CALL_FAR, Mnemonic.JMP_FAR, Mnemonic.RET_FAR));
    }

    @Test
    void everyMnemonicOfTheMapsHasAMeaning() {
        Meanings meanings = new Meanings();
        Set<Mnemonic> missing = EnumSet.noneOf(Mnemonic.class);
        for (Row row : OpcodeTable.rows()) {
            if (!meanings.has(row.mnemonic) && !TO_COME.contains(row.mnemonic)) {
                missing.add(row.mnemonic);
            }
        }
        assertEquals(EnumSet.noneOf(Mnemonic.class), missing);
    }
}
