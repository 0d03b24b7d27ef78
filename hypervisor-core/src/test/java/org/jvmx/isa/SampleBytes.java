package org.jvmx.isa;

import java.util.SplittableRandom;

/** Seeded instruction bytes: those of a row with random operands and prefixes, or plain noise. */
final class SampleBytes {
    private static final int[] SEGMENT_PREFIXES = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65};

    private final SplittableRandom random;
    private byte[] bytes;
    private int length;

    SampleBytes(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Fifteen bytes that begin with an encoding of the row. */
    byte[] ofRow(Row row, int codeSize) {
        start();
        if (random.nextInt(6) == 0) {
            put(SEGMENT_PREFIXES[random.nextInt(6)]);
        }
        if (random.nextInt(6) == 0) {
            put(0x67);
        }
        boolean with66 = (row.prefixes & Row.P66) != 0 && ((row.prefixes & Row.NO_PREFIX) == 0 || random.nextInt(4) == 0);
        boolean wide = codeSize == 8 && (row.sizes == 8 || random.nextInt(3) == 0);
        if (row.map.vex()) {
            vex(row, codeSize, wide);
        } else {
            legacy(row, codeSize, with66, wide);
        }
        int modrm = random.nextInt(256);
        if (row.regDigit >= 0) {
            modrm = modrm & ~0x38 | row.regDigit << 3;
        }
        if (row.rmDigit >= 0) {
            modrm = modrm & ~7 | row.rmDigit;
        }
        if (row.memoryOnly && modrm >= 0xc0) {
            modrm -= 0x40 << random.nextInt(2);
        }
        if (row.vectorIndex) {
            modrm = modrm & ~7 | 4;
        }
        if (row.modRm) {
            put(row.registerOnly ? modrm | 0xc0 : modrm);
        }
        return bytes;
    }

    private void legacy(Row row, int codeSize, boolean with66, boolean wide) {
        if (with66) {
            put(0x66);
        }
        if ((row.prefixes & (Row.NO_PREFIX | Row.P66)) == 0) {
            put((row.prefixes & Row.PF3) != 0 ? 0xf3 : 0xf2);
        }
        if (codeSize == 8 && (wide || random.nextBoolean())) {
            put(0x40 | random.nextInt(8) | (wide ? 8 : 0));
        }
        switch (row.map) {
            case MAP_0F -> put(0x0f);
            case MAP_0F38 -> put(0x0f, 0x38);
            case MAP_0F3A -> put(0x0f, 0x3a);
            default -> {
                // no escape
            }
        }
        put(row.opcode | (row.opcodeRegister ? random.nextInt(8) : 0));
    }

    private void vex(Row row, int codeSize, boolean wide) {
        int map = row.map.ordinal() - OpcodeMap.VEX_0F.ordinal() + 1;
        int inverted = codeSize == 8 ? random.nextInt(8) << 5 : 0xe0;
        int vvvv = row.usesVvvv ? random.nextInt(8) + 8 : 15;
        boolean w = row.vexW < 0 ? wide : row.vexW == 1;
        boolean l = row.vexL < 0 ? random.nextInt(4) == 0 : row.vexL == 1;
        put(0xc4, inverted | map, (w ? 0x80 : 0) | vvvv << 3 | (l ? 4 : 0) | Integer.numberOfTrailingZeros(row.prefixes), row.opcode);
    }

    /** Fifteen bytes of noise that often begin with an escape. */
    byte[] noise() {
        start();
        int kind = random.nextInt(16);
        if ((kind & 3) == 1) {
            put(new int[] {0x66, 0xf2, 0xf3, 0x48}[random.nextInt(4)]);
        }
        switch (kind >> 2) {
            case 1 -> put(0x0f);
            case 2 -> put(0x0f, random.nextBoolean() ? 0x38 : 0x3a);
            default -> {
                // the one-byte map
            }
        }
        return bytes;
    }

    private void start() {
        bytes = new byte[Decoder.MAX_LENGTH];
        random.nextBytes(bytes);
        length = 0;
    }

    private void put(int... values) {
        for (int value : values) {
            bytes[length++] = (byte) value;
        }
    }
}
