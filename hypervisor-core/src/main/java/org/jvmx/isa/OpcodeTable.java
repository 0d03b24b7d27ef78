package org.jvmx.isa;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * All rows, and the table that finds one: by mode and operand size, then by map and mandatory prefix, then by opcode, then by ModRM. A cell
 * without a row is #UD.
 */
public final class OpcodeTable {
    /** A slot that depends on ModRM has a cell for each ModRM.reg with memory, then one for each ModRM of a register. */
    static final int CELLS = 8 + 64;

    private static final int VARIANTS = 6;
    private static final int LEGACY_MAPS = OpcodeMap.VEX_0F.ordinal();
    private static final int COLUMNS = (LEGACY_MAPS << 2) + (OpcodeMap.values().length - LEGACY_MAPS << 4);
    private static final List<Row> ROWS = new ArrayList<>();
    private static final List<RowDrafts.Undefined> UNDEFINED;
    private static final Row[][][][] TABLE = new Row[VARIANTS][COLUMNS][256][];

    static {
        RowDrafts drafts = new RowDrafts();
        OneByteMap.define(drafts);
        X87Map.define(drafts);
        TwoByteMap.define(drafts);
        SimdMap.define(drafts);
        Map0F38.define(drafts);
        Map0F3A.define(drafts);
        VexMap.define(drafts);
        VexForms.define(drafts);
        AvxMap.define(drafts);
        for (RowDraft draft : drafts.rows()) {
            add(draft);
        }
        UNDEFINED = List.copyOf(drafts.undefined());
    }

    private OpcodeTable() {
    }

    /** Every row; {@link Row#id} is the index. */
    public static List<Row> rows() {
        return Collections.unmodifiableList(ROWS);
    }

    /** Why encodings without a row have none. */
    static List<RowDrafts.Undefined> undefined() {
        return UNDEFINED;
    }

    /** Slots of a mode (64-bit or not) and operand size as the prefixes give it (2, 4 or 8): by {@link #column}, then opcode. */
    static Row[][][] variant(boolean mode64, int operandSize) {
        return TABLE[variantNumber(mode64, operandSize)];
    }

    /** Where the slots of a map and mandatory prefix (0 to 3) are; VEX.L and VEX.W matter in the VEX maps only. */
    static int column(OpcodeMap map, int prefix, int vexL, int vexW) {
        int number = map.ordinal();
        return number < LEGACY_MAPS ? number << 2 | prefix
                : (LEGACY_MAPS << 2) + (number - LEGACY_MAPS << 4 | vexW << 3 | vexL << 2 | prefix);
    }

    /** Index of a cell in a slot that depends on ModRM. */
    static int cell(int modrm) {
        return modrm < 0xc0 ? modrm >> 3 & 7 : 8 + (modrm & 0x3f);
    }

    private static int variantNumber(boolean mode64, int operandSize) {
        return (mode64 ? 3 : 0) + (operandSize >> 2);
    }

    /** The operand size that a row gets from the one that the prefixes give. */
    static int effectiveSize(Row row, boolean mode64, int operandSize) {
        if (!mode64 || row.size == Row.Size.NORMAL) {
            return operandSize;
        }
        return row.size == Row.Size.DEFAULT_64 && operandSize == 2 ? 2 : 8;
    }

    private static void add(RowDraft draft) {
        Row row = new Row(draft, ROWS.size());
        ROWS.add(row);
        for (int variant = 0; variant < VARIANTS; variant++) {
            boolean mode64 = variant >= 3;
            int operandSize = 2 << variant % 3;
            boolean exists = mode64 ? !row.not64 : !row.only64;
            if (exists && (row.sizes & effectiveSize(row, mode64, operandSize)) != 0) {
                place(TABLE[variant], row);
            }
        }
    }

    private static void place(Row[][][] variant, Row row) {
        int vexBits = row.map.vex() ? 4 : 1;
        for (int column = 0; column < 4 * vexBits; column++) {
            int vexL = column >> 2 & 1;
            int vexW = column >> 3;
            boolean vexFits = vexBits == 1 || row.vexL != 1 - vexL && row.vexW != 1 - vexW;
            if ((row.prefixes & 1 << (column & 3)) != 0 && vexFits) {
                place(variant[column(row.map, column & 3, vexL, vexW)], row, row.opcodeRegister ? 8 : 1);
            }
        }
    }

    private static void place(Row[][] slots, Row row, int span) {
        for (int opcode = row.opcode; opcode < row.opcode + span; opcode++) {
            slots[opcode] = place(slots[opcode], row);
        }
    }

    private static Row[] place(Row[] slot, Row row) {
        boolean whole = row.regDigit < 0 && (row.ignoresMod || !row.memoryOnly && !row.registerOnly);
        if (whole && (slot == null || slot.length == 1)) {
            return new Row[] {slot == null ? row : preferred(slot[0], row)};
        }
        Row[] cells = expanded(slot);
        int first = Math.max(0, row.regDigit);
        int last = row.regDigit < 0 ? 7 : row.regDigit;
        placeIn(cells, first, last, row);
        placeIn(cells, 8 + 8 * first, 15 + 8 * last, row);
        return cells;
    }

    private static void placeIn(Row[] cells, int first, int last, Row row) {
        for (int cell = first; cell <= last; cell++) {
            if (row.matchesCell(cell)) {
                cells[cell] = cells[cell] == null ? row : preferred(cells[cell], row);
            }
        }
    }

    private static Row[] expanded(Row[] slot) {
        if (slot != null && slot.length == CELLS) {
            return slot;
        }
        Row[] cells = new Row[CELLS];
        if (slot != null) {
            Arrays.fill(cells, slot[0]);
        }
        return cells;
    }

    private static Row preferred(Row a, Row b) {
        if (a.precision() == b.precision()) {
            throw new IllegalStateException("two rows claim the same encoding: " + a + " and " + b);
        }
        return a.precision() > b.precision() ? a : b;
    }
}
