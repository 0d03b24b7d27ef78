package org.jvmx.isa;

import static org.jvmx.isa.OperandKind.CONTROL_REG;
import static org.jvmx.isa.OperandKind.GPR;
import static org.jvmx.isa.OperandKind.GPR_HIGH8;
import static org.jvmx.isa.OperandKind.MMX;
import static org.jvmx.isa.OperandKind.SEGMENT_REG;
import static org.jvmx.isa.OperandKind.ST;
import static org.jvmx.isa.OperandKind.XMM;
import static org.jvmx.isa.OperandKind.YMM;

/** The registers by name, for assembly source. */
public enum Reg {
    AL(GPR, 0, 1), CL(GPR, 1, 1), DL(GPR, 2, 1), BL(GPR, 3, 1), SPL(GPR, 4, 1), BPL(GPR, 5, 1), SIL(GPR, 6, 1), DIL(GPR, 7, 1),
    R8B(GPR, 8, 1), R9B(GPR, 9, 1), R10B(GPR, 10, 1), R11B(GPR, 11, 1), R12B(GPR, 12, 1), R13B(GPR, 13, 1), R14B(GPR, 14, 1),
    R15B(GPR, 15, 1),
    AH(GPR_HIGH8, 0, 1), CH(GPR_HIGH8, 1, 1), DH(GPR_HIGH8, 2, 1), BH(GPR_HIGH8, 3, 1),
    AX(GPR, 0, 2), CX(GPR, 1, 2), DX(GPR, 2, 2), BX(GPR, 3, 2), SP(GPR, 4, 2), BP(GPR, 5, 2), SI(GPR, 6, 2), DI(GPR, 7, 2),
    R8W(GPR, 8, 2), R9W(GPR, 9, 2), R10W(GPR, 10, 2), R11W(GPR, 11, 2), R12W(GPR, 12, 2), R13W(GPR, 13, 2), R14W(GPR, 14, 2),
    R15W(GPR, 15, 2),
    EAX(GPR, 0, 4), ECX(GPR, 1, 4), EDX(GPR, 2, 4), EBX(GPR, 3, 4), ESP(GPR, 4, 4), EBP(GPR, 5, 4), ESI(GPR, 6, 4), EDI(GPR, 7, 4),
    R8D(GPR, 8, 4), R9D(GPR, 9, 4), R10D(GPR, 10, 4), R11D(GPR, 11, 4), R12D(GPR, 12, 4), R13D(GPR, 13, 4), R14D(GPR, 14, 4),
    R15D(GPR, 15, 4),
    RAX(GPR, 0, 8), RCX(GPR, 1, 8), RDX(GPR, 2, 8), RBX(GPR, 3, 8), RSP(GPR, 4, 8), RBP(GPR, 5, 8), RSI(GPR, 6, 8), RDI(GPR, 7, 8),
    R8(GPR, 8, 8), R9(GPR, 9, 8), R10(GPR, 10, 8), R11(GPR, 11, 8), R12(GPR, 12, 8), R13(GPR, 13, 8), R14(GPR, 14, 8), R15(GPR, 15, 8),
    ES(SEGMENT_REG, 0, 2), CS(SEGMENT_REG, 1, 2), SS(SEGMENT_REG, 2, 2), DS(SEGMENT_REG, 3, 2), FS(SEGMENT_REG, 4, 2),
    GS(SEGMENT_REG, 5, 2),
    CR0(CONTROL_REG, 0, 8), CR2(CONTROL_REG, 2, 8), CR3(CONTROL_REG, 3, 8), CR4(CONTROL_REG, 4, 8), CR8(CONTROL_REG, 8, 8),
    DR0(OperandKind.DEBUG_REG, 0, 8), DR1(OperandKind.DEBUG_REG, 1, 8), DR2(OperandKind.DEBUG_REG, 2, 8),
    DR3(OperandKind.DEBUG_REG, 3, 8), DR4(OperandKind.DEBUG_REG, 4, 8), DR5(OperandKind.DEBUG_REG, 5, 8),
    DR6(OperandKind.DEBUG_REG, 6, 8), DR7(OperandKind.DEBUG_REG, 7, 8),
    MM0(MMX, 0, 8), MM1(MMX, 1, 8), MM2(MMX, 2, 8), MM3(MMX, 3, 8), MM4(MMX, 4, 8), MM5(MMX, 5, 8), MM6(MMX, 6, 8), MM7(MMX, 7, 8),
    XMM0(XMM, 0, 16), XMM1(XMM, 1, 16), XMM2(XMM, 2, 16), XMM3(XMM, 3, 16), XMM4(XMM, 4, 16), XMM5(XMM, 5, 16), XMM6(XMM, 6, 16),
    XMM7(XMM, 7, 16),
    XMM8(XMM, 8, 16), XMM9(XMM, 9, 16), XMM10(XMM, 10, 16), XMM11(XMM, 11, 16), XMM12(XMM, 12, 16), XMM13(XMM, 13, 16),
    XMM14(XMM, 14, 16), XMM15(XMM, 15, 16),
    YMM0(YMM, 0, 32), YMM1(YMM, 1, 32), YMM2(YMM, 2, 32), YMM3(YMM, 3, 32), YMM4(YMM, 4, 32), YMM5(YMM, 5, 32), YMM6(YMM, 6, 32),
    YMM7(YMM, 7, 32), YMM8(YMM, 8, 32), YMM9(YMM, 9, 32), YMM10(YMM, 10, 32), YMM11(YMM, 11, 32), YMM12(YMM, 12, 32), YMM13(YMM, 13,
            32),
    YMM14(YMM, 14, 32), YMM15(YMM, 15, 32),
    ST0(ST, 0, 10), ST1(ST, 1, 10), ST2(ST, 2, 10), ST3(ST, 3, 10), ST4(ST, 4, 10), ST5(ST, 5, 10), ST6(ST, 6, 10), ST7(ST, 7, 10);

    final OperandKind kind;
    final int number;
    final int width;

    Reg(OperandKind kind, int number, int width) {
        this.kind = kind;
        this.number = number;
        this.width = width;
    }

    /** What kind of register it is. */
    public OperandKind kind() {
        return kind;
    }

    /** Its number in an encoding; AH to BH have the number of the register that holds them. */
    public int number() {
        return number;
    }

    /** Its width in bytes. */
    public int width() {
        return width;
    }

    /** Whether a byte register exists with a REX prefix only. */
    boolean needsRex() {
        return kind == GPR && width == 1 && number >= 4;
    }
}
