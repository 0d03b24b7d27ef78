package org.jvmx.isa;

/**
 * Tells which instruction bytes are. SDM Vol. 2, "Instruction Format".
 *
 * <p>Faults come in this order: bytes that cannot be fetched ({@link Outcome#INCOMPLETE}, the caller fetches more or faults); more than 15
 * bytes, #GP(0) ({@link Outcome#TOO_LONG}); an opcode that is undefined in this mode, a register that does not exist, or LOCK where it is
 * not allowed, #UD ({@link Outcome#INVALID}). What depends on more than the code size is data in the {@link Row}: #UD for a mode or a
 * missing feature, then #GP for the privilege level, then the intercept, then #GP for alignment.
 *
 * <p>Holds the state of one decoding, so each processor has its own.
 */
public final class Decoder {
    /** The most bytes that an instruction may have. */
    public static final int MAX_LENGTH = 15;

    /** What became of {@link #decode}. */
    public enum Outcome {
        DECODED,
        /** The bytes end within the instruction. */
        INCOMPLETE,
        /** Undefined: #UD. */
        INVALID,
        /** Longer than 15 bytes: #GP(0). */
        TOO_LONG
    }

    Row row;
    int codeSize;
    int operandSize;
    int addressSize;
    boolean lock;
    int rep;
    int rex;
    int rexR;
    int rexB;
    int vvvv;
    int opcode;
    int modrm;
    int segment;
    int base;
    int index;
    int scale;
    boolean ripRelative;
    long disp;
    long immediate;
    int immediate2;

    private byte[] bytes;
    private int start;
    private int position;
    private int limit;
    private boolean overrun;
    private boolean operandPrefix;
    private int override;
    private int rexX;
    private int vexPrefix;
    private int vexL;
    private int vexW;
    private boolean vexInvalid;
    private Outcome outcome = Outcome.INCOMPLETE;

    /** A decoder, ready for its first instruction. */
    public Decoder() {
    }

    /** What became of the last {@link #decode}. */
    public Outcome outcome() {
        return outcome;
    }

    /**
     * Decodes the instruction at {@code offset}.
     *
     * @param available how many bytes there are from {@code offset}; more than 15 is as good as 15
     * @param codeSize default operand and address size: 2, 4, or 8 for 64-bit mode
     * @return the instruction, or null where {@link #outcome} is not DECODED
     */
    public Insn decode(byte[] bytes, int offset, int available, int codeSize) {
        this.bytes = bytes;
        this.codeSize = codeSize;
        start = offset;
        position = 0;
        limit = Math.min(available, MAX_LENGTH);
        overrun = false;
        boolean valid = decode();
        if (overrun) {
            outcome = available >= MAX_LENGTH ? Outcome.TOO_LONG : Outcome.INCOMPLETE;
            return null;
        }
        outcome = valid ? Outcome.DECODED : Outcome.INVALID;
        return valid ? new Insn(this) : null;
    }

    /** Decodes the instruction at the start of {@code bytes}. */
    public Insn decode(byte[] bytes, int codeSize) {
        return decode(bytes, 0, bytes.length, codeSize);
    }

    private boolean decode() {
        reset();
        int first = prefixes();
        addressSize = addressSize();
        OpcodeMap map = escape(first);
        int prefixSize = operandSizeOfPrefixes();
        Row[][] slots = OpcodeTable.variant(codeSize == 8, prefixSize)[OpcodeTable.column(map, column(map), vexL, vexW)];
        row = find(slots, map);
        if (row == null || vexInvalid || overrun) {
            return false;
        }
        operandSize = OpcodeTable.effectiveSize(row, codeSize == 8, prefixSize);
        if (row.modRm && modrm < 0xc0 && !row.ignoresMod) {
            address();
            segment = override >= 0 ? override : segment;
        } else {
            segment = override >= 0 ? override : 3;
        }
        for (Operand operand : row.specs) {
            immediate(operand);
        }
        return legalLock() && legalRegisters();
    }

    private void reset() {
        lock = false;
        rep = 0;
        rex = 0;
        rexR = 0;
        rexX = 0;
        rexB = 0;
        modrm = -1;
        segment = 3;
        base = Insn.NO_REGISTER;
        index = Insn.NO_REGISTER;
        scale = 0;
        ripRelative = false;
        disp = 0;
        immediate = 0;
        immediate2 = 0;
        operandPrefix = false;
        override = -1;
        vvvv = 0;
        vexW = 0;
        vexInvalid = false;
        addressSize = codeSize;
    }

    /** Takes in all prefixes and returns the byte after them. A REX counts only as the last of them. */
    private int prefixes() {
        for (;;) {
            int value = next();
            if (codeSize == 8 && (value & 0xf0) == 0x40) {
                rex = value;
            } else if (legacyPrefix(value)) {
                rex = 0;
            } else {
                rexR = (rex & 4) << 1;
                rexX = (rex & 2) << 2;
                rexB = (rex & 1) << 3;
                return value;
            }
        }
    }

    private boolean legacyPrefix(int value) {
        switch (value) {
            case 0x26, 0x2e, 0x36, 0x3e -> override = codeSize == 8 ? override : value >> 3 & 3;
            case 0x64, 0x65 -> override = value & 0xf;
            case 0x66 -> operandPrefix = true;
            case 0x67 -> addressSize = 0;
            case 0xf0 -> lock = true;
            case 0xf2, 0xf3 -> rep = value;
            default -> {
                return false;
            }
        }
        return true;
    }

    private int addressSize() {
        if (addressSize != 0) {
            return codeSize;
        }
        return codeSize == 4 ? 2 : 4;
    }

    private int operandSizeOfPrefixes() {
        if ((rex & 8) != 0) {
            return 8;
        }
        return operandPrefix == (codeSize != 2) ? 2 : 4;
    }

    /** Follows the escape bytes or the VEX prefix to the opcode and its map. */
    private OpcodeMap escape(int first) {
        opcode = first;
        if (first == 0x0f) {
            opcode = next();
            if (opcode == 0x38 || opcode == 0x3a) {
                OpcodeMap map = opcode == 0x38 ? OpcodeMap.MAP_0F38 : OpcodeMap.MAP_0F3A;
                opcode = next();
                return map;
            }
            return OpcodeMap.MAP_0F;
        }
        if ((first == 0xc4 || first == 0xc5) && (codeSize == 8 || peek() >= 0xc0)) {
            return vex(first == 0xc4);
        }
        return OpcodeMap.ONE_BYTE;
    }

    /** SDM Vol. 2, "VEX Prefix". */
    private OpcodeMap vex(boolean threeBytes) {
        vexInvalid = lock || rep != 0 || operandPrefix || rex != 0;
        int inverted = ~next();
        int mapNumber = 1;
        rexR = inverted >> 4 & 8;
        int last = inverted;
        if (threeBytes) {
            rexX = inverted >> 3 & 8;
            rexB = inverted >> 2 & 8;
            mapNumber = ~inverted & 0x1f;
            last = ~next();
            vexW = ~last >> 7 & 1;
            rex = codeSize == 8 ? vexW << 3 : 0;
        }
        if (codeSize != 8) {
            rexB = 0;
        }
        vvvv = last >> 3 & (codeSize == 8 ? 15 : 7);
        vexL = ~last >> 2 & 1;
        vexInvalid |= mapNumber < 1 || mapNumber > 3;
        vexPrefix = ~last & 3;
        operandPrefix = codeSize == 2;
        opcode = next();
        return switch (mapNumber) {
            case 2 -> OpcodeMap.VEX_0F38;
            case 3 -> OpcodeMap.VEX_0F3A;
            default -> OpcodeMap.VEX_0F;
        };
    }

    /** Mandatory-prefix column: none, 66H, F3H, F2H; the last repeat prefix goes before 66H. */
    private int column(OpcodeMap map) {
        if (map.vex()) {
            return vexPrefix;
        }
        if (rep != 0) {
            return rep == 0xf3 ? 2 : 3;
        }
        return operandPrefix ? 1 : 0;
    }

    private Row find(Row[][] slots, OpcodeMap map) {
        Row[] slot = slots[opcode];
        if (slot == null) {
            return null;
        }
        if (slot.length != 1) {
            modrm = next();
            return slot[OpcodeTable.cell(modrm)];
        }
        Row found = slot[0];
        if (found.modRm) {
            modrm = next();
        } else if (opcode == 0x90 && rexB != 0 && rep != 0xf3 && map == OpcodeMap.ONE_BYTE) {
            return slots[0x91][0];
        }
        return found;
    }

    private void address() {
        if (addressSize == 2) {
            address16();
            return;
        }
        int mod = modrm >> 6;
        int rm = modrm & 7;
        if (rm == 4) {
            sib(mod);
        } else if (mod == 0 && rm == 5) {
            ripRelative = codeSize == 8;
            disp = signed(4);
        } else {
            base = rm | rexB;
        }
        segment = base == 4 || base == 5 ? 2 : 3;
        if (mod != 0) {
            disp = signed(mod == 1 ? 1 : 4);
        }
    }

    private void sib(int mod) {
        int sib = next();
        int number = sib >> 3 & 7 | rexX;
        scale = sib >> 6;
        index = number == 4 && !row.vectorIndex ? Insn.NO_REGISTER : number;
        if (mod == 0 && (sib & 7) == 5) {
            disp = signed(4);
        } else {
            base = sib & 7 | rexB;
        }
    }

    private void address16() {
        int mod = modrm >> 6;
        int rm = modrm & 7;
        if (mod == 0 && rm == 6) {
            disp = signed(2);
            return;
        }
        base = switch (rm) {
            case 0, 1, 7 -> 3;
            case 4 -> 6;
            case 5 -> 7;
            default -> 5;
        };
        index = rm < 4 ? 6 + (rm & 1) : Insn.NO_REGISTER;
        segment = base == 5 ? 2 : 3;
        if (mod != 0) {
            disp = signed(mod == 1 ? 1 : 2);
        }
    }

    private void immediate(Operand operand) {
        switch (operand.place) {
            case IMMEDIATE -> unsignedImmediate(operand.width.bytes(operandSize, codeSize == 8));
            case SIGNED_IMMEDIATE, RELATIVE -> immediate = signed(operand.width.bytes(operandSize, codeSize == 8));
            case XMM_IMMEDIATE -> immediate = unsigned(1);
            case CONSTANT_ONE -> immediate = 1;
            case FAR -> {
                immediate = unsigned(operandSize);
                immediate2 = (int) unsigned(2);
            }
            case MOFFS -> disp = unsigned(addressSize);
            default -> {
                // not in the instruction stream
            }
        }
    }

    private void unsignedImmediate(int size) {
        long value = unsigned(size);
        if (row.mnemonic == Mnemonic.ENTER && size == 1) {
            immediate2 = (int) value;
        } else {
            immediate = value;
        }
    }

    private boolean legalLock() {
        return !lock || row.lock && modrm >= 0 && modrm < 0xc0;
    }

    private boolean legalRegisters() {
        if (row.map.vex()) {
            return (row.usesVvvv || vvvv == 0) && (!row.vectorIndex || legalGather());
        }
        int number = modrm >> 3 & 7;
        return switch (row.mnemonic) {
            case MOV_SREG -> number < 6 && (number != 1 || row.specs[0].place != Operand.Place.SEGMENT);
            case MOV_CR -> rexR == 0 ? number == 0 || number >= 2 && number <= 4 : number == 0;
            case MOV_DR -> rexR == 0;
            default -> true;
        };
    }

    /** Destination, index and mask must be three registers. SDM Vol. 2, "Vector SIB (VSIB) Memory Addressing", VGATHERDPS. */
    private boolean legalGather() {
        int destination = modrm >> 3 & 7 | rexR;
        boolean hasSib = (modrm & 7) == 4 && addressSize != 2;
        return hasSib && destination != index && destination != vvvv && index != vvvv;
    }

    int length() {
        return position;
    }

    private int next() {
        if (position >= limit) {
            overrun = true;
            return 0x90;
        }
        return bytes[start + position++] & 0xff;
    }

    private int peek() {
        return position < limit ? bytes[start + position] & 0xff : 0;
    }

    private long unsigned(int size) {
        long value = 0;
        for (int n = 0; n < size; n++) {
            value |= (long) next() << 8 * n;
        }
        return value;
    }

    private long signed(int size) {
        int shift = 64 - 8 * size;
        return unsigned(size) << shift >> shift;
    }
}
