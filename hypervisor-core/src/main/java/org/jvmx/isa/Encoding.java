package org.jvmx.isa;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One way to encode one instruction: a row with its operands, and the size prefixes. */
final class Encoding {
    /** What stands before the instruction, and the mode that it is for. */
    record Context(int codeSize, long address, boolean lock, int rep, int operandSize, int addressSize, Reg segment) {
        boolean mode64() {
            return codeSize == 8;
        }
    }

    /** A place in the instruction that a label decides. */
    record Fixup(int position, int width, Label label, long addend, boolean relative) {
    }

    /** A forward or backward target that must be reached by a jump of one byte. */
    record ShortTarget(Label label) {
    }

    final Row row;
    /** Width of the memory operand; 0 if there is none or its width is not given by the row. */
    int memoryWidth;
    /** Whether 66H or REX.W was chosen, not demanded by the row: such an encoding is not preferred. */
    boolean resized;

    private final Context context;
    private final boolean prefix66;
    private final boolean wide;
    private final int operandSize;
    private final List<Fixup> fixups = new ArrayList<>();
    private final byte[] bytes = new byte[32];
    private int length;
    private int reg;
    private int rm = -1;
    private int vvvv;
    private int opcodeRegister;
    private Mem memory;
    private Mem offset;
    private boolean needsRex;
    private boolean forbidsRex;

    private Encoding(Row row, Context context, boolean prefix66, boolean wide) {
        this.row = row;
        this.context = context;
        this.prefix66 = prefix66;
        this.wide = wide;
        int plain = prefix66 == (context.codeSize != 2) ? 2 : 4;
        operandSize = OpcodeTable.effectiveSize(row, context.mode64(), wide ? 8 : plain);
    }

    /** The encoding of the row with these operands and size prefixes, or null where there is none. */
    static Encoding of(Row row, Context context, boolean prefix66, boolean wide, Object... arguments) {
        Encoding encoding = new Encoding(row, context, prefix66, wide);
        return encoding.allowed() && encoding.matches(arguments) && encoding.emit(arguments) ? encoding : null;
    }

    int length() {
        return length;
    }

    byte[] bytes() {
        return Arrays.copyOf(bytes, length);
    }

    List<Fixup> fixups() {
        return fixups;
    }

    private boolean allowed() {
        boolean repeat = (row.prefixes & (Row.NO_PREFIX | Row.P66)) == 0;
        int column = prefix66 ? Row.P66 : Row.NO_PREFIX;
        resized = wide && row.sizes != 8 || prefix66 && row.prefixes != Row.P66;
        if (row.map.vex()) {
            resized = wide && row.sizes != 8 && row.vexW != 1;
            boolean sized = row.vexW != Row.ANY || (row.sizes & operandSize) != 0;
            return !prefix66 && row.vexW != (wide ? 0 : 1) && sized;
        }
        if (repeat ? context.rep != 0 : (row.prefixes & column) == 0) {
            return false;
        }
        return (row.sizes & operandSize) != 0 && (context.operandSize == 0 || context.operandSize == operandSize);
    }

    private boolean matches(Object[] arguments) {
        if (arguments.length == 0 && implied()) {
            return true;
        }
        if (arguments.length != row.specs.length) {
            return false;
        }
        for (int n = 0; n < arguments.length; n++) {
            if (!matches(row.specs[n], arguments[n])) {
                return false;
            }
        }
        boolean nop = row.opcode == 0x90 && row.mnemonic == Mnemonic.XCHG && opcodeRegister == 0;
        return !nop && !(forbidsRex && rexNeeded());
    }

    /** String instructions are written without operands. */
    private boolean implied() {
        for (Operand spec : row.specs) {
            if (spec.place == Operand.Place.SOURCE || spec.place == Operand.Place.DESTINATION) {
                return true;
            }
        }
        return false;
    }

    private boolean matches(Operand spec, Object argument) {
        return switch (argument) {
            case Reg register -> matchesRegister(spec, register);
            case Mem place -> matchesMemory(spec, place);
            case FarPointer _ -> spec.place == Operand.Place.FAR;
            case Label _ -> spec.place == Operand.Place.RELATIVE || spec.width != Operand.Width.B && isImmediate(spec);
            case ShortTarget _ -> spec == Operand.Jb;
            case Number number -> matchesNumber(spec, number.longValue());
            default -> throw new IllegalArgumentException(argument + " is no operand");
        };
    }

    private static boolean isImmediate(Operand spec) {
        return spec.place == Operand.Place.IMMEDIATE || spec.place == Operand.Place.SIGNED_IMMEDIATE;
    }

    private boolean matchesRegister(Operand spec, Reg register) {
        int width = width(spec.width);
        boolean general = register.kind == OperandKind.GPR || register.kind == OperandKind.GPR_HIGH8;
        return switch (spec.place) {
            case RM, RM_REGISTER -> general && register.width == width && setRm(register);
            case REG -> general && register.width == width && setReg(register);
            case OPCODE -> {
                opcodeRegister = code(register);
                yield general && register.width == width;
            }
            case VVVV -> {
                vvvv = register.number;
                yield general && register.width == width;
            }
            case FIXED -> register.kind == OperandKind.GPR && register.width == width && register.number == spec.number;
            case SEGMENT -> register.kind == OperandKind.SEGMENT_REG && setReg(register);
            case FIXED_SEGMENT -> register.kind == OperandKind.SEGMENT_REG && register.number == spec.number;
            case CONTROL -> register.kind == OperandKind.CONTROL_REG && setReg(register);
            case DEBUG -> register.kind == OperandKind.DEBUG_REG && setReg(register);
            case MMX_REG -> register.kind == OperandKind.MMX && setReg(register);
            case MMX_RM, MMX_RM_REGISTER -> register.kind == OperandKind.MMX && setRm(register);
            case XMM_REG -> isVector(spec, register) && setReg(register);
            case XMM_RM, XMM_RM_REGISTER -> isVector(spec, register) && setRm(register);
            case XMM_VVVV -> {
                vvvv = register.number;
                yield isVector(spec, register);
            }
            case XMM_IMMEDIATE -> isVector(spec, register);
            case FIXED_XMM -> register == Reg.XMM0;
            case FIXED_ST -> register == Reg.ST0;
            case ST_RM -> register.kind == OperandKind.ST && setRm(register);
            default -> false;
        };
    }

    private static boolean isVector(Operand spec, Reg register) {
        return register.kind == (spec.width == Operand.Width.QQ ? OperandKind.YMM : OperandKind.XMM);
    }

    private boolean setRm(Reg register) {
        rm = code(register);
        return !row.memoryOnly;
    }

    private boolean setReg(Reg register) {
        reg = code(register);
        return true;
    }

    private int code(Reg register) {
        needsRex |= register.needsRex();
        forbidsRex |= register.kind == OperandKind.GPR_HIGH8;
        return register.kind == OperandKind.GPR_HIGH8 ? register.number + 4 : register.number;
    }

    private boolean matchesMemory(Operand spec, Mem place) {
        memoryWidth = width(spec.memoryWidth);
        boolean fits = place.width == 0 || memoryWidth == 0 || place.width == memoryWidth;
        return switch (spec.place) {
            case RM, RM_MEMORY, MMX_RM, XMM_RM -> {
                memory = place;
                yield fits && !row.registerOnly && !Mem.isVector(place.index);
            }
            case VSIB -> {
                memory = place;
                yield fits && Mem.isVector(place.index) && place.index.width == spec.number;
            }
            case MOFFS -> {
                offset = place;
                yield fits && place.absolute() && (place.label == null || !context.mode64());
            }
            default -> false;
        };
    }

    private boolean matchesNumber(Operand spec, long value) {
        int width = width(spec.width);
        return switch (spec.place) {
            case IMMEDIATE -> fits(value, width);
            case SIGNED_IMMEDIATE -> fitsSigned(spec, value, width);
            case CONSTANT_ONE -> value == 1;
            case RELATIVE -> true;
            default -> false;
        };
    }

    /** Whether the value, cut to the operand size, comes back by sign extension of the immediate. */
    private boolean fitsSigned(Operand spec, long value, int width) {
        int whole = spec == Operand.Iz && operandSize < 8 ? width : operandSize;
        int unused = 64 - 8 * whole;
        long cut = value << unused >> unused;
        int shift = 64 - 8 * width;
        return fits(value, whole) && cut << shift >> shift == cut;
    }

    /** Whether the value fits, signed or unsigned. */
    private static boolean fits(long value, int width) {
        return width == 8 || value >= -(1L << 8 * width - 1) && value < 1L << 8 * width;
    }

    private int width(Operand.Width width) {
        return width.bytes(operandSize, context.mode64());
    }

    private boolean rexNeeded() {
        return needsRex || wide && row.vexW != 1 || (reg | Math.max(rm, 0) | opcodeRegister | high(memory == null ? null : memory.base)
                | high(memory == null ? null : memory.index)) >= 8;
    }

    private static int high(Reg register) {
        return register == null ? 0 : register.number & 8;
    }

    private boolean emit(Object[] arguments) {
        int addressSize = addressSize();
        if (addressSize == 0 || !context.mode64() && (rexNeeded() || vvvv >= 8)) {
            return false;
        }
        if (addressSize != context.codeSize) {
            put(0x67);
        }
        segment();
        if (context.lock) {
            put(0xf0);
        }
        opcode();
        if (row.modRm) {
            int digit = row.regDigit >= 0 ? row.regDigit : reg & 7;
            if (memory == null) {
                put(0xc0 | digit << 3 | (row.rmDigit >= 0 ? row.rmDigit : rm < 0 ? 0 : rm & 7));
            } else if (!new AddressEncoder(this, context.mode64(), addressSize).emit(memory, digit)) {
                return false;
            }
        }
        return immediates(arguments, addressSize);
    }

    private int addressSize() {
        Mem place = memory == null ? offset : memory;
        Reg index = place == null || Mem.isVector(place.index) ? null : place.index;
        Reg register = place == null ? null : place.base == null ? index : place.base;
        if (register == null) {
            boolean far = place != null && context.codeSize == 2 && !fits(place.disp, 2);
            return context.addressSize != 0 ? context.addressSize : far ? 4 : context.codeSize;
        }
        boolean mixed = index != null && index.width != register.width;
        boolean possible = context.mode64() ? register.width >= 4 : register.width <= 4;
        return mixed || !possible ? 0 : register.width;
    }

    private void segment() {
        Mem place = memory == null ? offset : memory;
        Reg register = place == null || place.segment == null ? context.segment : place.segment;
        if (register != null) {
            put(register.number < 4 ? 0x26 | register.number << 3 : 0x60 | register.number);
        }
    }

    private void opcode() {
        int rexBits = (wide ? 8 : 0) | (reg & 8) >> 1;
        if (memory == null) {
            rexBits |= (Math.max(rm, 0) | opcodeRegister) >> 3;
        } else {
            rexBits |= high(memory.index) >> 2 | high(memory.base) >> 3;
        }
        if (row.map.vex()) {
            vex(rexBits);
            put(row.opcode);
            return;
        }
        if (prefix66) {
            put(0x66);
        }
        int repeat = row.prefixes == Row.PF3 ? 0xf3 : row.prefixes == Row.PF2 ? 0xf2 : context.rep;
        if (repeat != 0) {
            put(repeat);
        }
        if (needsRex || rexBits != 0) {
            put(0x40 | rexBits);
        }
        switch (row.map) {
            case MAP_0F -> put(0x0f);
            case MAP_0F38 -> put(0x0f, 0x38);
            case MAP_0F3A -> put(0x0f, 0x3a);
            default -> {
                // no escape
            }
        }
        put(row.opcode | opcodeRegister & 7);
    }

    private void vex(int rexBits) {
        int map = row.map.ordinal() - OpcodeMap.VEX_0F.ordinal() + 1;
        int pp = Integer.numberOfTrailingZeros(row.prefixes);
        int last = (~vvvv & 15) << 3 | (row.vexL == 1 ? 4 : 0) | pp;
        if (map == 1 && !wide && (rexBits & 3) == 0) {
            put(0xc5, ~rexBits << 5 & 0x80 | last);
        } else {
            put(0xc4, ~(rexBits & 7) << 5 & 0xe0 | map, (wide ? 0x80 : 0) | last);
        }
    }

    private boolean immediates(Object[] arguments, int addressSize) {
        for (int n = 0; n < arguments.length; n++) {
            Operand spec = row.specs[n];
            int width = width(spec.width);
            switch (spec.place) {
                case IMMEDIATE, SIGNED_IMMEDIATE -> immediate(arguments[n], width);
                case XMM_IMMEDIATE -> put(((Reg) arguments[n]).number << 4);
                case FAR -> {
                    FarPointer pointer = (FarPointer) arguments[n];
                    number(pointer.target(), pointer.offset(), operandSize);
                    number(null, pointer.selector(), 2);
                }
                case MOFFS -> number(offset.label, offset.disp, addressSize);
                case RELATIVE -> {
                    if (!relative(arguments[n], width)) {
                        return false;
                    }
                }
                default -> {
                    // encoded already
                }
            }
        }
        return length <= Decoder.MAX_LENGTH;
    }

    private void immediate(Object argument, int width) {
        if (argument instanceof Label label) {
            number(label, 0, width);
        } else {
            number(null, ((Number) argument).longValue(), width);
        }
    }

    private boolean relative(Object argument, int width) {
        if (argument instanceof Number target) {
            long distance = target.longValue() - context.address - length - width;
            number(null, distance, width);
            return width > 1 || distance == (byte) distance;
        }
        Label label = argument instanceof ShortTarget target ? target.label : (Label) argument;
        boolean onlyShort = argument instanceof ShortTarget || row.mnemonic.ordinal() >= Mnemonic.LOOPNE.ordinal()
                && row.mnemonic.ordinal() <= Mnemonic.JCXZ.ordinal();
        if (width == 1 && !onlyShort) {
            long distance = label.bound() ? label.address() - context.address - length - 1 : Long.MAX_VALUE;
            if (distance != (byte) distance) {
                return false;
            }
        }
        fixups.add(new Fixup(length, width, label, 0, true));
        number(null, 0, width);
        return true;
    }

    /** Appends a number of {@code width} bytes, which the label's address is added to when that is known. */
    void number(Label label, long value, int width) {
        if (label != null) {
            fixups.add(new Fixup(length, width, label, value, false));
        }
        for (int n = 0; n < width; n++) {
            put((int) (value >> 8 * n));
        }
    }

    /** Appends a displacement relative to the end of the instruction. */
    void ripRelative(Label label, long addend) {
        fixups.add(new Fixup(length, 4, label, addend, true));
        number(null, 0, 4);
    }

    void put(int... values) {
        for (int value : values) {
            bytes[length++] = (byte) value;
        }
    }
}
