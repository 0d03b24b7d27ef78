package org.jvmx.isa;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** Writes, from the rows, which cells of the opcode maps are implemented, which raise #UD by rule, and which are missing. */
public final class OpcodeCoverage {
    private static final String UNDEFINED = "#UD";
    private static final String MISSING = "**missing**";
    private static final Set<Integer> PREFIXES = Set.of(0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3);

    private final StringBuilder text = new StringBuilder();
    private int implemented;
    private int undefined;
    private int missing;

    private OpcodeCoverage() {
    }

    /** The coverage of all maps as Markdown. */
    public static String markdown() {
        OpcodeCoverage coverage = new OpcodeCoverage();
        for (OpcodeMap map : OpcodeMap.values()) {
            coverage.map(map);
        }
        for (OpcodeMap map : OpcodeMap.values()) {
            coverage.groups(map);
        }
        coverage.x87();
        coverage.reasons();
        return coverage.head() + coverage.text;
    }

    private String head() {
        return """
                # Opcode coverage

                Written by `OpcodeCoverage` from the rows of the decoder; `OpcodeCoverageTest` keeps it fresh and with
                `-Djvmx.rewrite=true` rewrites it. A cell names its instructions: `i64` is undefined in 64-bit mode, `o64` exists
                there only; 66, F3 and F2 before a name are mandatory prefixes. `#UD` is undefined by rule, see the last section.

                | rows | cells implemented | #UD by rule | missing |
                |---|---|---|---|
                | %d | %d | %d | %d |
                """.formatted(OpcodeTable.rows().size(), implemented, undefined, missing);
    }

    private void map(OpcodeMap map) {
        text.append("\n## Map ").append(title(map)).append("\n\n|   |");
        for (int column = 0; column < 16; column++) {
            text.append(" %X |".formatted(column));
        }
        text.append("\n|---|").append("---|".repeat(16)).append('\n');
        for (int line = 0; line < 16; line++) {
            text.append("| **%X** |".formatted(line));
            for (int opcode = line << 4; opcode < line + 1 << 4; opcode++) {
                text.append(' ').append(cell(map, opcode)).append(" |");
            }
            text.append('\n');
        }
    }

    private static String title(OpcodeMap map) {
        return map == OpcodeMap.ONE_BYTE ? "one-byte" : map.bytes();
    }

    private String cell(OpcodeMap map, int opcode) {
        if (map == OpcodeMap.ONE_BYTE) {
            if (PREFIXES.contains(opcode)) {
                return "prefix";
            }
            if (opcode == 0x0f) {
                return "escape";
            }
            if (opcode >= 0xd8 && opcode <= 0xdf) {
                return "x87";
            }
        }
        if (map == OpcodeMap.MAP_0F && (opcode == 0x38 || opcode == 0x3a)) {
            return "escape";
        }
        return counted(map, opcode, rows(map, opcode));
    }

    private String counted(OpcodeMap map, int opcode, List<Row> rows) {
        if (!rows.isEmpty()) {
            implemented++;
            return names(rows);
        }
        if (byRule(map, opcode)) {
            undefined++;
            return UNDEFINED;
        }
        missing++;
        return MISSING;
    }

    private static boolean byRule(OpcodeMap map, int opcode) {
        return OpcodeTable.undefined().stream().anyMatch(rule -> rule.covers(map, opcode));
    }

    private static List<Row> rows(OpcodeMap map, int opcode) {
        return OpcodeTable.rows().stream().filter(row -> row.map == map && row.opcode <= opcode
                && opcode <= row.opcode + (row.opcodeRegister ? 7 : 0)).toList();
    }

    private static String names(List<Row> rows) {
        Set<String> names = new LinkedHashSet<>();
        for (Row row : rows) {
            String prefix = switch (row.prefixes) {
                case Row.P66 -> "66 ";
                case Row.PF3 -> "F3 ";
                case Row.PF2 -> "F2 ";
                default -> "";
            };
            names.add(prefix + row.mnemonic + (row.not64 ? " i64" : row.only64 ? " o64" : ""));
        }
        return String.join(", ", names);
    }

    private void groups(OpcodeMap map) {
        TreeMap<Integer, List<Row>> groups = new TreeMap<>();
        for (Row row : OpcodeTable.rows()) {
            boolean x87 = map == OpcodeMap.ONE_BYTE && row.opcode >= 0xd8 && row.opcode <= 0xdf;
            if (row.map == map && !x87 && (row.regDigit >= 0 || row.memoryOnly || row.registerOnly) && !row.ignoresMod) {
                groups.put(row.opcode, rows(map, row.opcode));
            }
        }
        if (groups.isEmpty()) {
            return;
        }
        text.append("\n## Members by ModRM.reg in map ").append(title(map)).append("\n\n| opcode | operand |");
        for (int digit = 0; digit < 8; digit++) {
            text.append(" /").append(digit).append(" |");
        }
        text.append("\n|---|---|").append("---|".repeat(8)).append('\n');
        groups.forEach((opcode, rows) -> {
            group(map, opcode, rows, false);
            group(map, opcode, rows, true);
        });
    }

    private void group(OpcodeMap map, int opcode, List<Row> rows, boolean register) {
        text.append("| %02X | %s |".formatted(opcode, register ? "register" : "memory"));
        for (int digit = 0; digit < 8; digit++) {
            text.append(' ').append(counted(map, opcode, members(rows, digit, register))).append(" |");
        }
        text.append('\n');
    }

    private static List<Row> members(List<Row> rows, int digit, boolean register) {
        List<Row> members = new ArrayList<>();
        for (Row row : rows) {
            int first = register ? 8 + 8 * digit : digit;
            for (int cell = first; cell < first + (register ? 8 : 1); cell++) {
                if (row.matchesCell(cell)) {
                    members.add(row);
                    break;
                }
            }
        }
        return members;
    }

    private void x87() {
        text.append("\n## x87\n\n| opcode | memory |").append("ModRM.rm %d |".repeat(8).formatted(0, 1, 2, 3, 4, 5, 6, 7));
        text.append("\n|---|").append("---|".repeat(9)).append('\n');
        for (int opcode = 0xd8; opcode <= 0xdf; opcode++) {
            List<Row> rows = rows(OpcodeMap.ONE_BYTE, opcode);
            for (int digit = 0; digit < 8; digit++) {
                text.append("| %02X /%d |".formatted(opcode, digit));
                x87Cell(opcode, rows, digit);
                for (int rm = 0; rm < 8; rm++) {
                    x87Cell(opcode, rows, 8 + 8 * digit + rm);
                }
                text.append('\n');
            }
        }
    }

    private void x87Cell(int opcode, List<Row> rows, int cell) {
        List<Row> matching = rows.stream().filter(row -> row.matchesCell(cell)).toList();
        int precision = matching.stream().mapToInt(Row::precision).max().orElse(0);
        List<Row> best = matching.stream().filter(row -> row.precision() == precision).toList();
        text.append(' ').append(counted(OpcodeMap.ONE_BYTE, opcode, best)).append(" |");
    }

    private void reasons() {
        text.append("\n## Undefined by rule\n\n| map | opcodes | where there is no row, because |\n|---|---|---|\n");
        for (RowDrafts.Undefined rule : OpcodeTable.undefined()) {
            String last = rule.last() == rule.first() ? "" : "-%02X".formatted(rule.last());
            text.append("| %s | %02X%s | %s |\n".formatted(title(rule.map()), rule.first(), last, rule.reason()));
        }
    }
}
