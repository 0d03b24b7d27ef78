package org.jvmx.isa;

import static org.jvmx.isa.FlagRule.*;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Operand.*;

/** The x87 escapes D8 to DF. SDM Vol. 2, "Escape Opcode Instructions", undocumented aliases included. */
final class X87Map {
    private static final Mnemonic[] ARITHMETIC_OPS = {FADD, FMUL, FCOM, FCOMP, FSUB, FSUBR, FDIV, FDIVR};
    private static final Mnemonic[] INTEGER_OPS = {FIADD, FIMUL, FICOM, FICOMP, FISUB, FISUBR, FIDIV, FIDIVR};

    private X87Map() {
    }

    static void define(RowDrafts map) {
        map.map(OpcodeMap.ONE_BYTE);
        memory(map);
        environment(map);
        arithmetic(map);
        stack(map);
        functions(map);
        comparisons(map);
        map.undefined(0xd8, 0xdf, "reserved x87 encoding");
    }

    private static RowDraft x87(RowDrafts map, int opcode, int digit, Mnemonic mnemonic, Operand... operands) {
        return map.row(opcode, mnemonic, operands).reg(digit).needs(Feature.FPU).state(StateClass.X87);
    }

    private static void memory(RowDrafts map) {
        for (int digit = 0; digit < 8; digit++) {
            x87(map, 0xd8, digit, ARITHMETIC_OPS[digit], Md);
            x87(map, 0xda, digit, INTEGER_OPS[digit], Md);
            x87(map, 0xdc, digit, ARITHMETIC_OPS[digit], Mq);
            x87(map, 0xde, digit, INTEGER_OPS[digit], Mw);
        }
        x87(map, 0xd9, 0, FLD, Md);
        x87(map, 0xd9, 2, FST, Md);
        x87(map, 0xd9, 3, FSTP, Md);
        x87(map, 0xdd, 0, FLD, Mq);
        x87(map, 0xdd, 2, FST, Mq);
        x87(map, 0xdd, 3, FSTP, Mq);
        x87(map, 0xdb, 5, FLD, Mt);
        x87(map, 0xdb, 7, FSTP, Mt);
        x87(map, 0xdb, 0, FILD, Md);
        x87(map, 0xdb, 1, FISTTP, Md).needs(Feature.SSE3);
        x87(map, 0xdb, 2, FIST, Md);
        x87(map, 0xdb, 3, FISTP, Md);
        x87(map, 0xdf, 0, FILD, Mw);
        x87(map, 0xdf, 1, FISTTP, Mw).needs(Feature.SSE3);
        x87(map, 0xdf, 2, FIST, Mw);
        x87(map, 0xdf, 3, FISTP, Mw);
        x87(map, 0xdf, 4, FBLD, Mt);
        x87(map, 0xdf, 5, FILD, Mq);
        x87(map, 0xdf, 6, FBSTP, Mt);
        x87(map, 0xdf, 7, FISTP, Mq);
        x87(map, 0xdd, 1, FISTTP, Mq).needs(Feature.SSE3);
    }

    private static void environment(RowDrafts map) {
        x87(map, 0xd9, 4, FLDENV, M);
        x87(map, 0xd9, 5, FLDCW, Mw);
        x87(map, 0xd9, 6, FNSTENV, M).state(StateClass.X87_NOWAIT);
        x87(map, 0xd9, 7, FNSTCW, Mw).state(StateClass.X87_NOWAIT);
        x87(map, 0xdd, 4, FRSTOR, M);
        x87(map, 0xdd, 6, FNSAVE, M).state(StateClass.X87_NOWAIT);
        x87(map, 0xdd, 7, FNSTSW, Mw).state(StateClass.X87_NOWAIT);
        x87(map, 0xdf, 4, FNSTSW, AX).rm(0).state(StateClass.X87_NOWAIT);
        Mnemonic[] control = {FNENI, FNDISI, FNCLEX, FNINIT, FNSETPM};
        for (int rm = 0; rm < control.length; rm++) {
            x87(map, 0xdb, 4, control[rm]).rm(rm).state(StateClass.X87_NOWAIT);
        }
    }

    private static void arithmetic(RowDrafts map) {
        Mnemonic[] reversed = {FADD, FMUL, FCOM, FCOMP, FSUBR, FSUB, FDIVR, FDIV};
        Mnemonic[] popping = {FADDP, FMULP, FCOMP, null, FSUBRP, FSUBP, FDIVRP, FDIVP};
        for (int digit = 0; digit < 8; digit++) {
            boolean comparison = digit == 2 || digit == 3;
            x87(map, 0xd8, digit, ARITHMETIC_OPS[digit], ST0, STi);
            x87(map, 0xdc, digit, reversed[digit], comparison ? ST0 : STi, comparison ? STi : ST0);
            if (popping[digit] != null) {
                x87(map, 0xde, digit, popping[digit], comparison ? ST0 : STi, comparison ? STi : ST0);
            }
        }
        x87(map, 0xde, 3, FCOMPP).rm(1);
    }

    private static void stack(RowDrafts map) {
        x87(map, 0xd9, 0, FLD, STi);
        x87(map, 0xd9, 1, FXCH, ST0, STi);
        x87(map, 0xd9, 2, FNOP).rm(0);
        x87(map, 0xd9, 3, FSTP, STi);
        x87(map, 0xdd, 0, FFREE, STi);
        x87(map, 0xdd, 1, FXCH, ST0, STi);
        x87(map, 0xdd, 2, FST, STi);
        x87(map, 0xdd, 3, FSTP, STi);
        x87(map, 0xdf, 0, FFREEP, STi);
        x87(map, 0xdf, 1, FXCH, ST0, STi);
        x87(map, 0xdf, 2, FSTP, STi);
        x87(map, 0xdf, 3, FSTP, STi);
        Mnemonic[] moves = {FCMOVB, FCMOVE, FCMOVBE, FCMOVU, FCMOVNB, FCMOVNE, FCMOVNBE, FCMOVNU};
        int[] flags = {CF, ZF, CF | ZF, PF};
        for (int n = 0; n < 8; n++) {
            x87(map, n < 4 ? 0xda : 0xdb, n & 3, moves[n], ST0, STi).registers().needs(Feature.CMOV).flags(NONE.reads(flags[n & 3]));
        }
    }

    private static void functions(RowDrafts map) {
        Mnemonic[][] members = {
            {FCHS, FABS, null, null, FTST, FXAM, null, null},
            {FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2, FLDZ, null},
            {F2XM1, FYL2X, FPTAN, FPATAN, FXTRACT, FPREM1, FDECSTP, FINCSTP},
            {FPREM, FYL2XP1, FSQRT, FSINCOS, FRNDINT, FSCALE, FSIN, FCOS},
        };
        for (int digit = 4; digit < 8; digit++) {
            for (int rm = 0; rm < 8; rm++) {
                Mnemonic mnemonic = members[digit - 4][rm];
                if (mnemonic != null) {
                    x87(map, 0xd9, digit, mnemonic).rm(rm);
                }
            }
        }
    }

    private static void comparisons(RowDrafts map) {
        x87(map, 0xdd, 4, FUCOM, ST0, STi);
        x87(map, 0xdd, 5, FUCOMP, ST0, STi);
        x87(map, 0xda, 5, FUCOMPP).rm(1);
        x87(map, 0xdb, 5, FUCOMI, ST0, STi).needs(Feature.CMOV).flags(COMPARE_SCALAR);
        x87(map, 0xdb, 6, FCOMI, ST0, STi).needs(Feature.CMOV).flags(COMPARE_SCALAR);
        x87(map, 0xdf, 5, FUCOMIP, ST0, STi).needs(Feature.CMOV).flags(COMPARE_SCALAR);
        x87(map, 0xdf, 6, FCOMIP, ST0, STi).needs(Feature.CMOV).flags(COMPARE_SCALAR);
    }
}
