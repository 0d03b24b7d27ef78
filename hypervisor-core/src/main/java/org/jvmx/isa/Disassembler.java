package org.jvmx.isa;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Writes decoded instructions in Intel syntax, the way {@code objdump -M intel} does. */
public final class Disassembler {
    private static final String[] WORDS = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
    private static final String[] LOW_BYTES = {"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"};
    private static final String[] HIGH_BYTES = {"ah", "ch", "dh", "bh"};
    private static final String[] SEGMENTS = {"es", "cs", "ss", "ds", "fs", "gs", "?", "?"};
    private static final Map<Mnemonic, String> NAMES = new EnumMap<>(Mnemonic.class);

    static {
        String[] prefixes = {"J", "SET", "CMOV"};
        String[][] usual = {{"NB", "ae"}, {"Z", "e"}, {"NZ", "ne"}, {"NBE", "a"}, {"NL", "ge"}, {"NLE", "g"}};
        for (String prefix : prefixes) {
            for (String[] pair : usual) {
                NAMES.put(Mnemonic.valueOf(prefix + pair[0]), prefix.toLowerCase(Locale.ROOT) + pair[1]);
            }
        }
        NAMES.put(Mnemonic.RET_FAR, "retf");
        NAMES.put(Mnemonic.XLAT, "xlat");
    }

    private Disassembler() {
    }

    /** The instruction as text; relative targets and RIP-relative addresses are counted from {@code address}, where it stands. */
    public static String text(Insn insn, long address) {
        StringBuilder text = new StringBuilder();
        prefixes(insn, text);
        String name = name(insn);
        text.append(name);
        for (int n = 0; n < insn.operandCount; n++) {
            text.append(n == 0 ? " ".repeat(Math.max(1, 7 - name.length())) : ",");
            operand(insn, n, text, address);
        }
        if (insn.mnemonic == Mnemonic.XLAT) {
            text.append("   BYTE PTR ").append(SEGMENTS[insn.segment]).append(":[").append(register(3, insn.addressSize)).append(']');
        }
        if (insn.ripRelative) {
            text.append("        # ").append(hex(truncated(address + insn.length + insn.disp, insn.addressSize)));
        }
        return text.toString();
    }

    /**
     * Disassembles {@code count} instructions, a line each: address, bytes, text. Bytes that are no instruction are shown as {@code (bad)}.
     *
     * @param codeSize default operand and address size: 2, 4, or 8 for 64-bit mode
     */
    public static String listing(byte[] bytes, int offset, int available, int codeSize, long address, int count) {
        Decoder decoder = new Decoder();
        StringBuilder lines = new StringBuilder();
        int position = 0;
        for (int n = 0; n < count && position < available; n++) {
            Insn insn = decoder.decode(bytes, offset + position, available - position, codeSize);
            int length = insn == null ? 1 : insn.length;
            StringBuilder dump = new StringBuilder();
            for (int i = 0; i < length; i++) {
                dump.append("%02x ".formatted(bytes[offset + position + i] & 0xff));
            }
            String text = insn == null ? "(bad)" : text(insn, address + position);
            lines.append("%16x:  %-32s%s%n".formatted(address + position, dump, text));
            position += length;
        }
        return lines.toString();
    }

    private static void prefixes(Insn insn, StringBuilder text) {
        if (insn.lock) {
            text.append("lock ");
        }
        boolean string = isString(insn);
        boolean mandatory = Integer.bitCount(insn.row.prefixes) <= 2;
        if (insn.rep != 0 && !mandatory) {
            boolean compares = insn.row.flags.written() != 0;
            text.append(insn.rep == 0xf2 ? "repnz " : string && !compares ? "rep " : "repz ");
        }
    }

    private static boolean isString(Insn insn) {
        for (int n = 0; n < insn.operandCount; n++) {
            if (insn.kind(n) == OperandKind.STRING_SRC || insn.kind(n) == OperandKind.STRING_DST) {
                return true;
            }
        }
        return false;
    }

    private static String name(Insn insn) {
        Mnemonic mnemonic = insn.mnemonic;
        if (mnemonic == Mnemonic.JCXZ) {
            return insn.addressSize == 2 ? "jcxz" : insn.addressSize == 4 ? "jecxz" : "jrcxz";
        }
        if (isString(insn)) {
            return mnemonic.text().substring(0, mnemonic.text().length() - 1);
        }
        return NAMES.getOrDefault(mnemonic, mnemonic.text());
    }

    private static void operand(Insn insn, int n, StringBuilder text, long address) {
        int number = insn.register(n);
        switch (insn.kind(n)) {
            case GPR -> text.append(register(number, insn.width(n)));
            case GPR_HIGH8 -> text.append(HIGH_BYTES[number]);
            case MEMORY -> memory(insn, n, text);
            case IMMEDIATE -> text.append(immediate(insn, n));
            case RELATIVE -> text.append(hex(truncated(address + insn.length + insn.immediate, insn.operandSize)));
            case FAR_POINTER -> text.append("0x%x:0x%x".formatted(insn.immediate2, insn.immediate));
            case SEGMENT_REG -> text.append(SEGMENTS[number]);
            case CONTROL_REG -> text.append("cr").append(number);
            case DEBUG_REG -> text.append("dr").append(number);
            case MMX -> text.append("mm").append(number);
            case XMM -> text.append("xmm").append(number);
            case YMM -> text.append("ymm").append(number);
            case ST -> text.append(insn.row.specs[n] == Operand.ST0 ? "st" : "st(" + number + ")");
            case STRING_SRC -> text.append(size(insn.width(n))).append(SEGMENTS[insn.segment]).append(":[")
                    .append(register(6, insn.addressSize)).append(']');
            case STRING_DST -> text.append(size(insn.width(n))).append("es:[").append(register(7, insn.addressSize)).append(']');
        }
    }

    /** The name of a general register at a width of 1, 2, 4 or 8 bytes. */
    static String register(int number, int width) {
        if (number >= 8) {
            return "r" + number + switch (width) {
                case 1 -> "b";
                case 2 -> "w";
                case 4 -> "d";
                default -> "";
            };
        }
        return switch (width) {
            case 1 -> LOW_BYTES[number];
            case 2 -> WORDS[number];
            case 4 -> "e" + WORDS[number];
            default -> "r" + WORDS[number];
        };
    }

    private static String immediate(Insn insn, int n) {
        Operand spec = insn.row.specs[n];
        long value = insn.mnemonic == Mnemonic.ENTER && n == 1 ? insn.immediate2 : insn.immediate;
        return spec == Operand.ONE ? "1" : hex(truncated(value, Math.max(1, insn.width(n))));
    }

    private static void memory(Insn insn, int n, StringBuilder text) {
        text.append(size(insn.row.specs[n].memoryWidth == Operand.Width.S ? 0 : insn.width(n)));
        boolean absolute = insn.base == Insn.NO_REGISTER && insn.index == Insn.NO_REGISTER && !insn.ripRelative;
        boolean onStack = insn.base == 5 || insn.base == 4 && insn.addressSize != 2;
        if (insn.segment != (onStack ? 2 : 3) || absolute) {
            text.append(SEGMENTS[insn.segment]).append(':');
        }
        if (absolute) {
            text.append(hex(truncated(insn.disp, insn.addressSize)));
            return;
        }
        text.append('[');
        if (insn.ripRelative) {
            text.append(insn.addressSize == 8 ? "rip" : "eip");
            displacement(insn.disp, text);
        } else {
            registers(insn, text);
        }
        text.append(']');
    }

    private static void registers(Insn insn, StringBuilder text) {
        if (insn.base != Insn.NO_REGISTER) {
            text.append(register(insn.base, insn.addressSize));
        }
        if (insn.index != Insn.NO_REGISTER) {
            text.append(insn.base == Insn.NO_REGISTER ? "" : "+").append(index(insn));
            if (insn.addressSize != 2) {
                text.append('*').append(1 << insn.scale);
            }
        }
        if (insn.disp != 0) {
            displacement(insn.disp, text);
        }
    }

    private static String index(Insn insn) {
        for (Operand spec : insn.row.specs) {
            if (spec.place == Operand.Place.VSIB) {
                return (spec.number == 32 ? "ymm" : "xmm") + insn.index;
            }
        }
        return register(insn.index, insn.addressSize);
    }

    private static void displacement(long disp, StringBuilder text) {
        text.append(disp < 0 ? "-" : "+").append(hex(Math.abs(disp)));
    }

    private static String size(int width) {
        return switch (width) {
            case 1 -> "BYTE PTR ";
            case 2 -> "WORD PTR ";
            case 4 -> "DWORD PTR ";
            case 6 -> "FWORD PTR ";
            case 8 -> "QWORD PTR ";
            case 10 -> "TBYTE PTR ";
            case 16 -> "XMMWORD PTR ";
            case 32 -> "YMMWORD PTR ";
            default -> "";
        };
    }

    private static long truncated(long value, int size) {
        return size == 8 ? value : value & (1L << 8 * size) - 1;
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
