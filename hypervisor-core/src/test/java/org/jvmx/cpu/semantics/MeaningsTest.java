package org.jvmx.cpu.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.OpcodeTable;
import org.jvmx.isa.Row;

class MeaningsTest {
    @Test
    void everyMnemonicOfTheMapsHasAMeaning() {
        Meanings meanings = Meanings.ALL;
        Set<Mnemonic> missing = EnumSet.noneOf(Mnemonic.class);
        for (Row row : OpcodeTable.rows()) {
            if (!meanings.has(row.mnemonic)) {
                missing.add(row.mnemonic);
            }
        }
        assertEquals(EnumSet.noneOf(Mnemonic.class), missing);
    }
}
