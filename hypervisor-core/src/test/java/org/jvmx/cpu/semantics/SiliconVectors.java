package org.jvmx.cpu.semantics;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jvmx.isa.Decoder;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.OpcodeTable;
import org.jvmx.isa.Row;
import org.jvmx.isa.StateClass;

/**
 * Instructions with what a real processor (an Intel Xeon of family 6, model 167) made of them: the digest of the state after each of a
 * number of cases, whose states before follow from the instruction's bytes. Transcendental functions, where processors differ in the last
 * place, have their results themselves.
 */
final class SiliconVectors {
    static final int CASES = 24;
    static final Set<Mnemonic> TRANSCENDENTAL = Set.of(Mnemonic.F2XM1, Mnemonic.FYL2X, Mnemonic.FYL2XP1, Mnemonic.FSIN, Mnemonic.FCOS,
            Mnemonic.FSINCOS, Mnemonic.FPTAN, Mnemonic.FPATAN);
    private static final String RESOURCE = "silicon-vectors.gz";

    /**
     * One instruction: its bytes, and a number per case, or three for a transcendental function (status word, ST(0) sign and exponent,
     * significand).
     */
    record Vector(String hex, long[] outcomes) {
        NastyNumbers numbers() {
            return new NastyNumbers(Long.parseUnsignedLong(hex.length() > 15 ? hex.substring(0, 15) : hex, 16));
        }
    }

    private SiliconVectors() {
    }

    /** Reads what was recorded. */
    static List<Vector> read() throws IOException {
        List<Vector> vectors = new ArrayList<>();
        try (InputStream file = SiliconVectors.class.getResourceAsStream(RESOURCE);
                DataInputStream in = new DataInputStream(new GZIPInputStream(file))) {
            int count = in.readInt();
            for (int n = 0; n < count; n++) {
                String hex = in.readUTF();
                boolean whole = in.readBoolean();
                long[] outcomes = new long[whole ? 3 * CASES : CASES];
                for (int i = 0; i < outcomes.length; i++) {
                    outcomes[i] = whole ? in.readLong() : in.readInt();
                }
                vectors.add(new Vector(hex, outcomes));
            }
        }
        return vectors;
    }

    /** Writes a recording in the form that {@link #read} reads. */
    static void write(OutputStream file, List<Vector> vectors) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(file))) {
            out.writeInt(vectors.size());
            for (Vector vector : vectors) {
                boolean whole = vector.outcomes.length > CASES;
                out.writeUTF(vector.hex);
                out.writeBoolean(whole);
                for (long outcome : vector.outcomes) {
                    if (whole) {
                        out.writeLong(outcome);
                    } else {
                        out.writeInt((int) outcome);
                    }
                }
            }
        }
    }

    /** Every x87, MMX and SSE row in 64-bit mode: with registers and, at RAX, memory; some with several immediates. */
    static List<String> instructions() {
        List<String> instructions = new ArrayList<>();
        Decoder decoder = new Decoder();
        for (int opcode = 0xd8; opcode <= 0xdf; opcode++) {
            for (int modrm = 0; modrm < 0x100; modrm += modrm < 0xc0 ? 8 : 1) {
                Insn insn = decoder.decode(new byte[] {(byte) opcode, (byte) modrm}, 8);
                if (insn != null && !leavesNothingToCompare(insn.mnemonic) && (modrm & 7) <= 2 | insn.operandCount == 0) {
                    instructions.add("%02x%02x".formatted(opcode, modrm));
                }
            }
        }
        for (Row row : OpcodeTable.rows()) {
            if (row.state == StateClass.MMX || row.state == StateClass.SSE || row.state == StateClass.SSE_MMX) {
                add(instructions, decoder, row);
            }
        }
        return instructions;
    }

    /** No-operations, and images that hold host addresses. */
    private static boolean leavesNothingToCompare(Mnemonic mnemonic) {
        return switch (mnemonic) {
            case FNENI, FNDISI, FNSETPM, FNSTENV, FNSAVE -> true;
            default -> false;
        };
    }

    private static void add(List<String> instructions, Decoder decoder, Row row) {
        StringBuilder encoding = new StringBuilder();
        String text = row.toString();
        for (String part : text.split(" ")) {
            if (!part.matches("[0-9A-F]{2}")) {
                break;
            }
            encoding.append(part);
        }
        String opcode = encoding.toString().toLowerCase();
        int digit = row.regDigit >= 0 ? row.regDigit : 1;
        int[] immediates = text.endsWith("Ib") ? new int[] {0, 1, 2, 3, 0x0d, 0x1b, 0x46, 0x7f, 0xe4, 0xff} : new int[] {-1};
        for (int modrm : text.contains("/") ? new int[] {0xc2 | digit << 3, digit << 3} : new int[] {-1}) {
            for (int immediate : immediates) {
                String hex = opcode + (modrm < 0 ? "" : "%02x".formatted(modrm)) + (immediate < 0 ? "" : "%02x".formatted(immediate));
                Insn insn = decoder.decode(HexFormat.of().parseHex(hex), 8);
                if (insn != null && insn.row == row) {
                    instructions.add(hex);
                }
            }
        }
    }
}
