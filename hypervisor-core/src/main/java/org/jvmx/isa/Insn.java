package org.jvmx.isa;

/** A decoded instruction. Says what the bytes are; whether it may run here is for the row's guards. */
public final class Insn {
    /** {@link #base} and {@link #index} of an address that has none: one past the last general register, so that a zero can stand there. */
    public static final int NO_REGISTER = 16;

    public final Row row;
    public final Mnemonic mnemonic;
    /** Bytes, prefixes included, 1 to 15. */
    public final int length;
    /** Mode that it was decoded for: bytes of the default address: 2, 4, or 8 for 64-bit mode. */
    public final int codeSize;
    /** Effective operand size: 2, 4 or 8. */
    public final int operandSize;
    /** Effective address size: 2, 4 or 8. */
    public final int addressSize;
    public final boolean lock;
    /** The last F2H or F3H prefix, or 0. */
    public final int rep;
    /** Whether a REX prefix applies. */
    public final boolean rex;
    /** The last byte of the opcode. */
    public final int opcode;
    /** The ModRM byte, or -1. */
    public final int modrm;
    /** ModRM.mod, or -1. */
    public final int mod;
    /** ModRM.reg with REX.R. */
    public final int reg;
    /** ModRM.rm with REX.B. */
    public final int rm;
    /** Effective segment of the memory operand or string source: 0 to 5 for ES, CS, SS, DS, FS, GS. */
    public final int segment;
    /** Base register, or {@link #NO_REGISTER}. */
    public final int base;
    /** Index register, general or a vector, or {@link #NO_REGISTER}. */
    public final int index;
    /** Shift count of the index, 0 to 3. */
    public final int scale;
    /** The displacement counts from the next instruction. */
    public final boolean ripRelative;
    /** Displacement, sign-extended, or the offset of an Ob or Ov operand. */
    public final long disp;
    /**
     * First immediate: Ib and Iw zero-extended; sIb, Iz, Iv and relative offsets sign-extended; the offset of a far pointer; 1 for the
     * operand 1.
     */
    public final long immediate;
    /** Second immediate of ENTER, or the selector of a far pointer. */
    public final int immediate2;
    public final int operandCount;

    private final OperandKind[] kinds;
    private final int[] registers;
    private final int[] widths;

    Insn(Decoder d) {
        row = d.row;
        mnemonic = row.mnemonic;
        length = d.length();
        codeSize = d.codeSize;
        operandSize = d.operandSize;
        addressSize = d.addressSize;
        lock = d.lock;
        rep = d.rep;
        rex = d.rex != 0;
        opcode = d.opcode;
        modrm = d.modrm;
        mod = d.modrm < 0 ? -1 : d.modrm >> 6;
        reg = d.modrm < 0 ? 0 : d.modrm >> 3 & 7 | d.rexR;
        rm = d.modrm < 0 ? 0 : d.modrm & 7 | d.rexB;
        segment = d.segment;
        base = d.base;
        index = d.index;
        scale = d.scale;
        ripRelative = d.ripRelative;
        disp = d.disp;
        immediate = d.immediate;
        immediate2 = d.immediate2;
        operandCount = row.specs.length;
        kinds = new OperandKind[operandCount];
        registers = new int[operandCount];
        widths = new int[operandCount];
        for (int n = 0; n < operandCount; n++) {
            kinds[n] = kind(d, row.specs[n]);
            registers[n] = number(d, row.specs[n], kinds[n]);
            widths[n] = width(d, row.specs[n], kinds[n]);
        }
    }

    private static OperandKind kind(Decoder d, Operand operand) {
        boolean memory = d.modrm >= 0 && d.modrm < 0xc0 && !d.row.ignoresMod;
        return switch (operand.place) {
            case RM, RM_REGISTER, RM_MEMORY -> memory ? OperandKind.MEMORY : general(d, operand, d.modrm & 7 | d.rexB);
            case REG -> general(d, operand, d.modrm >> 3 & 7 | d.rexR);
            case OPCODE -> general(d, operand, d.opcode & 7 | d.rexB);
            case VVVV, FIXED -> OperandKind.GPR;
            case IMMEDIATE, SIGNED_IMMEDIATE, CONSTANT_ONE -> OperandKind.IMMEDIATE;
            case RELATIVE -> OperandKind.RELATIVE;
            case FAR -> OperandKind.FAR_POINTER;
            case MOFFS -> OperandKind.MEMORY;
            case SOURCE -> OperandKind.STRING_SRC;
            case DESTINATION -> OperandKind.STRING_DST;
            case SEGMENT, FIXED_SEGMENT -> OperandKind.SEGMENT_REG;
            case CONTROL -> OperandKind.CONTROL_REG;
            case DEBUG -> OperandKind.DEBUG_REG;
            case MMX_REG, MMX_RM_REGISTER -> OperandKind.MMX;
            case MMX_RM -> memory ? OperandKind.MEMORY : OperandKind.MMX;
            case XMM_REG, XMM_RM_REGISTER, FIXED_XMM, XMM_VVVV, XMM_IMMEDIATE -> vector(operand);
            case XMM_RM -> memory ? OperandKind.MEMORY : vector(operand);
            case VSIB -> OperandKind.MEMORY;
            case FIXED_ST, ST_RM -> OperandKind.ST;
        };
    }

    private static OperandKind vector(Operand operand) {
        return operand.width == Operand.Width.QQ ? OperandKind.YMM : OperandKind.XMM;
    }

    private static OperandKind general(Decoder d, Operand operand, int number) {
        return operand.width == Operand.Width.B && d.rex == 0 && number >= 4 ? OperandKind.GPR_HIGH8 : OperandKind.GPR;
    }

    private static int number(Decoder d, Operand operand, OperandKind kind) {
        int number = switch (operand.place) {
            case RM, RM_REGISTER, XMM_RM, XMM_RM_REGISTER -> d.modrm & 7 | d.rexB;
            case REG, XMM_REG, CONTROL -> d.modrm >> 3 & 7 | d.rexR;
            case MMX_RM, MMX_RM_REGISTER, ST_RM -> d.modrm & 7;
            case MMX_REG, SEGMENT, DEBUG -> d.modrm >> 3 & 7;
            case OPCODE -> d.opcode & 7 | d.rexB;
            case VVVV, XMM_VVVV -> d.vvvv;
            case XMM_IMMEDIATE -> (int) d.immediate >> 4 & (d.codeSize == 8 ? 15 : 7);
            default -> operand.number;
        };
        if (kind == OperandKind.MEMORY) {
            return 0;
        }
        return kind == OperandKind.GPR_HIGH8 ? number & 3 : number;
    }

    private static int width(Decoder d, Operand operand, OperandKind kind) {
        if (operand == Operand.sIb || operand == Operand.Iz) {
            return d.operandSize;
        }
        Operand.Width width = kind == OperandKind.MEMORY ? operand.memoryWidth : operand.width;
        return width.bytes(d.operandSize, d.codeSize == 8);
    }

    /** What operand {@code n} is. */
    public OperandKind kind(int n) {
        return kinds[n];
    }

    /** Number of the register that operand {@code n} is; 0 where it is none. */
    public int register(int n) {
        return registers[n];
    }

    /**
     * Bytes of operand {@code n} as the operation uses it: an immediate that is sign-extended has the width it is extended to; 0 where the
     * instruction has its own idea of size (LEA, INVLPG, FXSAVE).
     */
    public int width(int n) {
        return widths[n];
    }

    /** Whether operand {@code n} is a register of any kind. */
    public boolean isRegister(int n) {
        return switch (kinds[n]) {
            case GPR, GPR_HIGH8, SEGMENT_REG, CONTROL_REG, DEBUG_REG, MMX, XMM, YMM, ST -> true;
            default -> false;
        };
    }

    /** Whether operand {@code n} is the memory operand. */
    public boolean isMemory(int n) {
        return kinds[n] == OperandKind.MEMORY;
    }

    /** Whether the instruction has a memory operand in ModRM or as an offset; string operands do not count. */
    public boolean hasMemory() {
        for (OperandKind kind : kinds) {
            if (kind == OperandKind.MEMORY) {
                return true;
            }
        }
        return false;
    }

    /** Whether it works on 256 bits: VEX.L is 1 and the row asks for it. */
    public boolean wide() {
        return row.vexL == 1;
    }

    /** Whether it was decoded for 64-bit mode. */
    public boolean mode64() {
        return codeSize == 8;
    }

    /** The instruction in Intel syntax, relative targets counted from {@code address}. */
    public String text(long address) {
        return Disassembler.text(this, address);
    }

    /** The instruction in Intel syntax, as if at address 0. */
    @Override
    public String toString() {
        return text(0);
    }
}
