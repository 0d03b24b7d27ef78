package org.jvmx.oracle;

import java.util.SplittableRandom;
import org.jvmx.isa.Decoder;
import org.jvmx.isa.Insn;
import org.jvmx.isa.OpcodeMap;
import org.jvmx.isa.Operand;
import org.jvmx.isa.Row;
import org.jvmx.isa.RowShape;

/** Makes up bytes of an instruction out of its row: prefixes, registers, addressing modes and immediates at random. */
final class Encoding {
    private static final int ATTEMPTS = 40;
    private static final int[] SEGMENTS = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x64, 0x65};
    private static final int[] IMMEDIATES = {0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 0x7f, 0x80, 0xff};

    final byte[] bytes = new byte[Decoder.MAX_LENGTH + 16];
    /** Where the displacement, or the offset of an Ob or Ov operand, begins; 0 if there is none that could be any address. */
    int displacementAt;
    private final SplittableRandom random;
    private final Decoder decoder = new Decoder();
    private int length;
    /** 8, or 4 for compatibility mode. */
    private int codeSize = 8;
    private boolean addressPrefix;

    Encoding(SplittableRandom random) {
        this.random = random;
    }

    /** An instruction of the row, or null where none was found. */
    Insn of(Row row, int size) {
        codeSize = size;
        RowShape shape = RowShape.of(row);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            write(row, shape);
            Insn insn = decode();
            if (insn != null && insn.row == row) {
                return insn;
            }
        }
        return null;
    }

    /** Decodes the bytes as they are now. */
    Insn decode() {
        return decoder.decode(bytes, 0, Decoder.MAX_LENGTH, codeSize);
    }

    private boolean in(int chances) {
        return random.nextInt(chances) == 0;
    }

    private void write(Row row, RowShape shape) {
        length = 0;
        displacementAt = 0;
        if (row.map.vex()) {
            vex(row, shape);
        } else {
            legacy(row, shape);
        }
        if (shape.modRm()) {
            modRm(row, shape.vectorIndex());
        }
        if (has(row, Operand.Ob) || has(row, Operand.Ov)) {
            displacementAt = length;
        }
        if (codeSize == 4 && addressPrefix) {
            displacementAt = 0;
        }
        int tail = length;
        while (length < bytes.length) {
            put(random.nextInt());
        }
        if (random.nextBoolean()) {
            bytes[tail] = (byte) IMMEDIATES[random.nextInt(IMMEDIATES.length)];
        }
        if (in(8)) {
            byte sign = (byte) (random.nextBoolean() ? 0 : -1);
            for (int n = tail + 1; n < bytes.length; n++) {
                bytes[n] = sign;
            }
        }
    }

    private static boolean has(Row row, Operand operand) {
        return row.operands.contains(operand);
    }

    private void addressPrefixes(Row row) {
        if (in(8)) {
            put(SEGMENTS[random.nextInt(SEGMENTS.length)]);
        }
        addressPrefix = in(8);
        if (addressPrefix) {
            put(0x67);
        }
        if (row.lock && in(5) || in(200)) {
            put(0xf0);
        }
    }

    private void legacy(Row row, RowShape shape) {
        addressPrefixes(row);
        boolean none = (shape.prefixes() & 1) != 0;
        if ((shape.prefixes() & 2) != 0 && (!none || in(4))) {
            put(0x66);
        }
        if ((shape.prefixes() & 3) == 0) {
            put((shape.prefixes() & 4) != 0 ? 0xf3 : 0xf2);
            if (in(16)) {
                put(0x66);
            }
        } else if ((shape.prefixes() & 12) == 12 && (Addressing.isString(row) ? random.nextBoolean() : in(16))) {
            put(random.nextBoolean() ? 0xf3 : 0xf2);
        }
        boolean wide = shape.sizes() == 8 || in(3);
        if (codeSize == 8 && (wide || random.nextBoolean())) {
            put(0x40 | random.nextInt(8) | (wide ? 8 : 0));
        }
        escape(row.map);
        put(row.opcode | (shape.opcodeRegister() ? random.nextInt(8) : 0));
    }

    private void escape(OpcodeMap map) {
        switch (map) {
            case MAP_0F -> put(0x0f);
            case MAP_0F38 -> {
                put(0x0f);
                put(0x38);
            }
            case MAP_0F3A -> {
                put(0x0f);
                put(0x3a);
            }
            default -> {
                // the one-byte map
            }
        }
    }

    private void vex(Row row, RowShape shape) {
        if (in(8)) {
            put(SEGMENTS[random.nextInt(SEGMENTS.length)]);
        }
        addressPrefix = in(8);
        if (addressPrefix) {
            put(0x67);
        }
        int map = row.map.ordinal() - OpcodeMap.VEX_0F.ordinal() + 1;
        int length = shape.vexL() < 0 ? random.nextInt(2) : shape.vexL();
        int wide = shape.vexW() < 0 ? random.nextInt(2) : shape.vexW();
        int vvvv = !shape.vvvv() ? 15 : codeSize == 8 ? random.nextInt(16) : 8 + random.nextInt(8);
        int last = vvvv << 3 | length << 2 | Integer.numberOfTrailingZeros(shape.prefixes());
        if (map == 1 && shape.vexW() < 1 && random.nextBoolean()) {
            put(0xc5);
            put((codeSize == 8 ? random.nextInt(2) << 7 : 0x80) | (codeSize == 8 ? last : last | 0x40));
        } else {
            put(0xc4);
            put((codeSize == 8 ? random.nextInt(8) << 5 : 0xe0) | map);
            put(wide << 7 | last);
        }
        put(row.opcode);
    }

    /** ModRM, SIB and displacement; half of the operands that may be in memory are. */
    private void modRm(Row row, boolean withSib) {
        int modrm = withSib ? random.nextInt(256) & ~7 | 4 : random.nextInt(256);
        if (row.registerOnly || !row.memoryOnly && random.nextBoolean()) {
            modrm |= 0xc0;
        } else if (modrm >= 0xc0) {
            modrm -= 0x40 * (1 + random.nextInt(3));
        }
        if (row.regDigit >= 0) {
            modrm = modrm & ~0x38 | row.regDigit << 3;
        }
        if (row.rmDigit >= 0) {
            modrm = modrm & ~7 | row.rmDigit;
        }
        put(modrm);
        if (modrm >= 0xc0) {
            return;
        }
        int mod = modrm >> 6;
        boolean absolute = mod == 0 && (modrm & 7) == 5;
        if ((modrm & 7) == 4) {
            int sib = random.nextInt(256);
            put(sib);
            absolute = mod == 0 && (sib & 7) == 5;
        }
        if (absolute || mod == 2) {
            displacementAt = length;
            displacement(random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(512) - 256, 4);
        } else if (mod == 1) {
            displacement(random.nextInt(), 1);
        }
    }

    private void displacement(int value, int size) {
        for (int n = 0; n < size; n++) {
            put(value >> 8 * n);
        }
    }

    /** Replaces bytes in the middle, low byte first. */
    void patch(int at, long value, int size) {
        for (int n = 0; n < size; n++) {
            bytes[at + n] = (byte) (value >> 8 * n);
        }
    }

    private void put(int value) {
        bytes[length++] = (byte) value;
    }
}
