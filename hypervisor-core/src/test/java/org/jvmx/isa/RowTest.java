package org.jvmx.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RowTest {
    private static final Set<Feature> SIMD = EnumSet.of(Feature.SSE, Feature.SSE2, Feature.SSE3, Feature.SSSE3, Feature.SSE41,
            Feature.SSE42, Feature.AES, Feature.PCLMULQDQ, Feature.SHA);
    private static final Set<Mnemonic> UNALIGNED = EnumSet.of(Mnemonic.MOVUPS, Mnemonic.MOVUPD, Mnemonic.MOVDQU, Mnemonic.LDDQU,
            Mnemonic.PCMPESTRI, Mnemonic.PCMPESTRM, Mnemonic.PCMPISTRI, Mnemonic.PCMPISTRM);

    @Test
    void idsAreDense() {
        List<Row> rows = OpcodeTable.rows();
        for (int id = 0; id < rows.size(); id++) {
            assertEquals(id, rows.get(id).id);
        }
    }

    @Test
    void everyMnemonicHasARow() {
        Set<Mnemonic> without = EnumSet.allOf(Mnemonic.class);
        OpcodeTable.rows().forEach(row -> without.remove(row.mnemonic));
        assertEquals(Set.of(), without);
    }

    @Test
    void everyInterceptIsUsed() {
        Set<Intercept> unused = EnumSet.allOf(Intercept.class);
        OpcodeTable.rows().forEach(row -> unused.remove(row.intercept));
        assertEquals(Set.of(), unused);
    }

    @Test
    void fullWidthMemoryOfSseIsAlignedButForTheUnalignedOnes() {
        for (Row row : OpcodeTable.rows()) {
            boolean xmm = row.state == StateClass.SSE || row.state == StateClass.SSE_MMX;
            boolean full = row.operands.stream().anyMatch(operand -> operand.memoryWidth == Operand.Width.DQ
                    && (operand.place == Operand.Place.XMM_RM || operand.place == Operand.Place.RM_MEMORY));
            if (xmm) {
                assertEquals(full && !UNALIGNED.contains(row.mnemonic) ? 16 : 1, row.alignment, row.toString());
                assertTrue(SIMD.contains(row.feature), row.toString());
            }
        }
    }

    @Test
    void flagMasksDoNotOverlap() {
        for (Row row : OpcodeTable.rows()) {
            FlagRule flags = row.flags;
            assertEquals(0, flags.set() & flags.cleared(), row.toString());
            assertEquals(0, (flags.set() | flags.cleared()) & flags.written(), row.toString());
            assertEquals(0, (flags.set() | flags.cleared() | flags.written()) & flags.undefined(), row.toString());
        }
    }

    @Test
    void lockNeedsADestinationThatCanBeMemory() {
        for (Row row : OpcodeTable.rows()) {
            if (row.lock) {
                assertTrue(row.modRm && !row.registerOnly, row.toString());
                assertFalse(row.mnemonic == Mnemonic.CMP || row.mnemonic == Mnemonic.BT, row.toString());
            }
        }
    }
}
