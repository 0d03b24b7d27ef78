package org.jvmx.isa;

import static org.jvmx.isa.Operand.Place.*;
import static org.jvmx.isa.Operand.Width.*;

/**
 * Operands in the letters of the SDM, Vol. 2, Appendix "Opcode Map", "Key to Abbreviations": the capital says where the operand is encoded,
 * the rest how wide it is. Beyond the SDM's letters stand n (native: 8 bytes in 64-bit mode, else 4), s before I (sign-extended), and pairs
 * such as RvMw (a register of one width or memory of another).
 */
public enum Operand {
    // general register or memory, in ModRM.rm
    Eb(RM, B), Ew(RM, W), Ed(RM, D), Eq(RM, Q), Ev(RM, V), Ey(RM, Y), Ez(RM, Z), En(RM, N),
    RvMw(RM, V, W), RdMb(RM, D, B), RdMw(RM, D, W),
    Rd(RM_REGISTER, D), Ry(RM_REGISTER, Y), Rv(RM_REGISTER, V), Rn(RM_REGISTER, N),
    M(RM_MEMORY, ANY), Mb(RM_MEMORY, B), Mw(RM_MEMORY, W), Md(RM_MEMORY, D), Mq(RM_MEMORY, Q), Mt(RM_MEMORY, T), Mdq(RM_MEMORY, DQ),
    Mv(RM_MEMORY, V), My(RM_MEMORY, Y), Ma(RM_MEMORY, A), Mp(RM_MEMORY, P), Ms(RM_MEMORY, S),
    // general register in ModRM.reg, VEX.vvvv, the opcode, or fixed
    Gb(REG, B), Gw(REG, W), Gd(REG, D), Gv(REG, V), Gy(REG, Y), Gz(REG, Z), Gn(REG, N),
    By(VVVV, Y),
    Zb(OPCODE, B), Zv(OPCODE, V),
    AL(FIXED, B, 0), CL(FIXED, B, 1), AX(FIXED, W, 0), DX(FIXED, W, 2), eAX(FIXED, Z, 0), rAX(FIXED, V, 0),
    // immediate, relative, direct
    Ib(IMMEDIATE, B), Iw(IMMEDIATE, W), Iz(SIGNED_IMMEDIATE, Z), Iv(SIGNED_IMMEDIATE, V), sIb(SIGNED_IMMEDIATE, B), ONE(CONSTANT_ONE, B),
    Jb(RELATIVE, B), Jz(RELATIVE, Z), Ap(FAR, P), Ob(MOFFS, B), Ov(MOFFS, V),
    // strings
    Xb(SOURCE, B), Xv(SOURCE, V), Xz(SOURCE, Z), Yb(DESTINATION, B), Yv(DESTINATION, V), Yz(DESTINATION, Z),
    // segment, control and debug registers
    Sw(SEGMENT, W), ES(FIXED_SEGMENT, W, 0), CS(FIXED_SEGMENT, W, 1), SS(FIXED_SEGMENT, W, 2), DS(FIXED_SEGMENT, W, 3),
    FS(FIXED_SEGMENT, W, 4), GS(FIXED_SEGMENT, W, 5), Cd(CONTROL, N), Dd(DEBUG, N),
    // MMX
    Pd(MMX_REG, D), Pq(MMX_REG, Q), Qd(MMX_RM, D), Qq(MMX_RM, Q), Nq(MMX_RM_REGISTER, Q),
    // XMM
    Vd(XMM_REG, D), Vq(XMM_REG, Q), Vdq(XMM_REG, DQ), Vps(XMM_REG, DQ), Vpd(XMM_REG, DQ), Vss(XMM_REG, D), Vsd(XMM_REG, Q),
    Wb(XMM_RM, B), Ww(XMM_RM, W), Wd(XMM_RM, D), Wq(XMM_RM, Q), Wdq(XMM_RM, DQ), Wps(XMM_RM, DQ), Wpd(XMM_RM, DQ), Wss(XMM_RM, D),
    Wsd(XMM_RM, Q),
    Uss(XMM_RM_REGISTER, D), Usd(XMM_RM_REGISTER, Q), Uq(XMM_RM_REGISTER, Q), Udq(XMM_RM_REGISTER, DQ), Ups(XMM_RM_REGISTER, DQ),
    Upd(XMM_RM_REGISTER, DQ), XMM0(FIXED_XMM, DQ, 0),
    // XMM or YMM in VEX.vvvv or the high half of an immediate, YMM elsewhere; memory at addresses in an XMM (x) or YMM (y) register
    Hdq(XMM_VVVV, DQ), Hqq(XMM_VVVV, QQ), Ldq(XMM_IMMEDIATE, DQ), Lqq(XMM_IMMEDIATE, QQ),
    Vqq(XMM_REG, QQ), Wqq(XMM_RM, QQ), Uqq(XMM_RM_REGISTER, QQ), Mqq(RM_MEMORY, QQ),
    MDx(VSIB, D, 16), MDy(VSIB, D, 32), MQx(VSIB, Q, 16), MQy(VSIB, Q, 32),
    // x87
    ST0(FIXED_ST, T, 0), STi(ST_RM, T);

    /** Where an operand is encoded. */
    enum Place {
        RM, RM_REGISTER, RM_MEMORY, REG, VVVV, OPCODE, FIXED, IMMEDIATE, SIGNED_IMMEDIATE, CONSTANT_ONE, RELATIVE, FAR, MOFFS,
        SOURCE, DESTINATION, SEGMENT, FIXED_SEGMENT, CONTROL, DEBUG, MMX_REG, MMX_RM, MMX_RM_REGISTER,
        XMM_REG, XMM_RM, XMM_RM_REGISTER, FIXED_XMM, XMM_VVVV, XMM_IMMEDIATE, VSIB, FIXED_ST, ST_RM;

        /** Whether the operand is in ModRM or SIB. */
        boolean usesModRm() {
            return switch (this) {
                case RM, RM_REGISTER, RM_MEMORY, REG, SEGMENT, CONTROL, DEBUG, MMX_REG, MMX_RM, MMX_RM_REGISTER -> true;
                case XMM_REG, XMM_RM, XMM_RM_REGISTER, VSIB, ST_RM -> true;
                default -> false;
            };
        }
    }

    /** How wide an operand is; some widths follow the operand size. */
    enum Width {
        ANY(0), B(1), W(2), D(4), Q(8), T(10), DQ(16), QQ(32),
        /** The operand size. */
        V(0),
        /** 2 or 4: the operand size, but never 8. */
        Z(0),
        /** 4 or 8: the operand size, but never 2. */
        Y(0),
        /** 8 in 64-bit mode, else 4. */
        N(0),
        /** A selector and an offset of the operand size. */
        P(0),
        /** A pair of operands of the operand size. */
        A(0),
        /** A pseudo-descriptor: limit and base. */
        S(0);

        private final int bytes;

        Width(int bytes) {
            this.bytes = bytes;
        }

        int bytes(int operandSize, boolean mode64) {
            return switch (this) {
                case V -> operandSize;
                case Z -> Math.min(operandSize, 4);
                case Y -> Math.max(operandSize, 4);
                case N -> mode64 ? 8 : 4;
                case P -> operandSize + 2;
                case A -> 2 * operandSize;
                case S -> mode64 ? 10 : 6;
                default -> bytes;
            };
        }
    }

    final Place place;
    final Width width;
    /** Width where the operand is in memory; differs from {@link #width} for a few. */
    final Width memoryWidth;
    /** Number of a fixed register, or bytes of the register that holds the addresses. */
    final int number;

    Operand(Place place, Width width) {
        this(place, width, width, 0);
    }

    Operand(Place place, Width width, Width memoryWidth) {
        this(place, width, memoryWidth, 0);
    }

    Operand(Place place, Width width, int number) {
        this(place, width, width, number);
    }

    Operand(Place place, Width width, Width memoryWidth, int number) {
        this.place = place;
        this.width = width;
        this.memoryWidth = memoryWidth;
        this.number = number;
    }
}
