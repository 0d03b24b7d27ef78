package org.jvmx.isa;

import java.util.ArrayList;
import java.util.List;

/** Collects the rows of the maps as they are written down, and why the encodings without a row have none. */
final class RowDrafts {
    /** The encodings of the opcodes from {@code first} to {@code last} that have no row are #UD by rule. */
    record Undefined(OpcodeMap map, int first, int last, String reason) {
        boolean covers(OpcodeMap which, int opcode) {
            return map == which && opcode >= first && opcode <= last;
        }
    }

    private final List<RowDraft> rows = new ArrayList<>();
    private final List<Undefined> undefined = new ArrayList<>();
    private OpcodeMap map = OpcodeMap.ONE_BYTE;

    /** The map that the following rows belong to. */
    void map(OpcodeMap current) {
        map = current;
    }

    /** A row of the current map; further attributes are chained. */
    RowDraft row(int opcode, Mnemonic mnemonic, Operand... operands) {
        RowDraft draft = new RowDraft(map, opcode, mnemonic, operands);
        rows.add(draft);
        return draft;
    }

    /** The opcodes from {@code first} to {@code last} raise #UD where they, or a member of their group, have no row. */
    void undefined(int first, int last, String reason) {
        undefined.add(new Undefined(map, first, last, reason));
    }

    /** The opcode raises #UD where it has no row. */
    void undefined(int opcode, String reason) {
        undefined(opcode, opcode, reason);
    }

    List<RowDraft> rows() {
        return rows;
    }

    List<Undefined> undefined() {
        return undefined;
    }
}
