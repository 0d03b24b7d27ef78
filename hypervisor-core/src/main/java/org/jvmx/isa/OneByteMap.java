package org.jvmx.isa;

import static org.jvmx.isa.FlagRule.*;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Operand.*;

/**
 * The one-byte opcode map without the x87 escapes. SDM Vol. 2, "One-byte Opcode Map" and "Opcode Extensions for One- and Two-byte Opcodes".
 */
final class OneByteMap {
    /** Jcc, SETcc and CMOVcc in the order of their condition codes. */
    private static final Mnemonic[] JCC = {JO, JNO, JB, JNB, JZ, JNZ, JBE, JNBE, JS, JNS, JP, JNP, JL, JNL, JLE, JNLE};
    private static final int[] CONDITION_FLAGS = {OF, CF, ZF, CF | ZF, SF, PF, SF | OF, ZF | SF | OF};

    private static final Operand[][] ALU_FORMS = {{Eb, Gb}, {Ev, Gv}, {Gb, Eb}, {Gv, Ev}, {AL, Ib}, {rAX, Iz}};

    private OneByteMap() {
    }

    static void define(RowDrafts map) {
        map.map(OpcodeMap.ONE_BYTE);
        arithmetic(map);
        registersAndStack(map);
        moves(map);
        strings(map);
        groups(map);
        control(map);
        ports(map);
        flagsAndMisc(map);
        undefined(map);
    }

    /** The flags that condition {@code code} (0 to 15) looks at. */
    static FlagRule condition(int code) {
        return NONE.reads(CONDITION_FLAGS[code >> 1]);
    }

    private static void arithmetic(RowDrafts map) {
        alu(map, 0, ADD, ARITHMETIC);
        alu(map, 1, OR, LOGIC);
        alu(map, 2, ADC, WITH_CARRY);
        alu(map, 3, SBB, WITH_CARRY);
        alu(map, 4, AND, LOGIC);
        alu(map, 5, SUB, ARITHMETIC);
        alu(map, 6, XOR, LOGIC);
        alu(map, 7, CMP, ARITHMETIC);
        FlagRule decimal = NONE.reads(AF | CF).writes(SF | ZF | AF | PF | CF).leavesUndefined(OF);
        FlagRule ascii = NONE.reads(AF).writes(AF | CF).leavesUndefined(OF | SF | ZF | PF);
        FlagRule asciiMultiply = NONE.writes(SF | ZF | PF).leavesUndefined(OF | AF | CF);
        map.row(0x27, DAA).not64().flags(decimal);
        map.row(0x2f, DAS).not64().flags(decimal);
        map.row(0x37, AAA).not64().flags(ascii);
        map.row(0x3f, AAS).not64().flags(ascii);
        map.row(0xd4, AAM, Ib).not64().flags(asciiMultiply);
        map.row(0xd5, AAD, Ib).not64().flags(asciiMultiply);
        map.row(0x69, IMUL, Gv, Ev, Iz).flags(multiply());
        map.row(0x6b, IMUL, Gv, Ev, sIb).flags(multiply());
        map.row(0x84, TEST, Eb, Gb).flags(LOGIC);
        map.row(0x85, TEST, Ev, Gv).flags(LOGIC);
        map.row(0xa8, TEST, AL, Ib).flags(LOGIC);
        map.row(0xa9, TEST, rAX, Iz).flags(LOGIC);
    }

    static FlagRule multiply() {
        return NONE.writes(OF | CF).leavesUndefined(SF | ZF | AF | PF);
    }

    private static void alu(RowDrafts map, int digit, Mnemonic mnemonic, FlagRule flags) {
        for (int form = 0; form < ALU_FORMS.length; form++) {
            RowDraft row = map.row(digit << 3 | form, mnemonic, ALU_FORMS[form]).flags(flags);
            row.lock = form < 2 && mnemonic != CMP;
        }
        map.row(0x80, mnemonic, Eb, Ib).reg(digit).flags(flags).lock = mnemonic != CMP;
        map.row(0x81, mnemonic, Ev, Iz).reg(digit).flags(flags).lock = mnemonic != CMP;
        map.row(0x82, mnemonic, Eb, Ib).reg(digit).flags(flags).not64().lock = mnemonic != CMP;
        map.row(0x83, mnemonic, Ev, sIb).reg(digit).flags(flags).lock = mnemonic != CMP;
    }

    private static void registersAndStack(RowDrafts map) {
        map.row(0x06, PUSH_SREG, ES).not64();
        map.row(0x07, POP_SREG, ES).not64();
        map.row(0x0e, PUSH_SREG, CS).not64();
        map.row(0x16, PUSH_SREG, SS).not64();
        map.row(0x17, POP_SREG, SS).not64();
        map.row(0x1e, PUSH_SREG, DS).not64();
        map.row(0x1f, POP_SREG, DS).not64();
        map.row(0x40, INC, Zv).not64().flags(COUNT);
        map.row(0x48, DEC, Zv).not64().flags(COUNT);
        map.row(0x50, PUSH, Zv).d64();
        map.row(0x58, POP, Zv).d64();
        map.row(0x60, PUSHA).not64().size(2);
        map.row(0x60, PUSHAD).not64().size(4);
        map.row(0x61, POPA).not64().size(2);
        map.row(0x61, POPAD).not64().size(4);
        map.row(0x68, PUSH, Iz).d64();
        map.row(0x6a, PUSH, sIb).d64();
        map.row(0x8f, POP, Ev).reg(0).d64();
        map.row(0x9c, PUSHF).d64().size(2).flags(NONE.reads(ALL));
        map.row(0x9c, PUSHFD).not64().size(4).flags(NONE.reads(ALL));
        map.row(0x9c, PUSHFQ).d64().size(8).flags(NONE.reads(ALL));
        map.row(0x9d, POPF).d64().size(2).flags(NONE.reads(ALL).writes(ALL));
        map.row(0x9d, POPFD).not64().size(4).flags(NONE.reads(ALL).writes(ALL));
        map.row(0x9d, POPFQ).d64().size(8).flags(NONE.reads(ALL).writes(ALL));
        map.row(0xc8, ENTER, Iw, Ib).d64();
        map.row(0xc9, LEAVE).d64();
    }

    private static void moves(RowDrafts map) {
        map.row(0x62, BOUND, Gv, Ma).not64();
        map.row(0x63, ARPL, Ew, Gw).not64().protectedMode().flags(NONE.writes(ZF));
        map.row(0x63, MOVSXD, Gv, Ez).only64();
        map.row(0x86, XCHG, Eb, Gb).lock();
        map.row(0x87, XCHG, Ev, Gv).lock();
        map.row(0x88, MOV, Eb, Gb);
        map.row(0x89, MOV, Ev, Gv);
        map.row(0x8a, MOV, Gb, Eb);
        map.row(0x8b, MOV, Gv, Ev);
        map.row(0x8c, MOV_SREG, RvMw, Sw);
        map.row(0x8d, LEA, Gv, M);
        map.row(0x8e, MOV_SREG, Sw, Ew);
        map.row(0x90, XCHG, Zv, rAX);
        map.row(0x90, NOP);
        map.row(0x90, PAUSE).f3().exit(Intercept.PAUSE);
        map.row(0x98, CBW).size(2);
        map.row(0x98, CWDE).size(4);
        map.row(0x98, CDQE).size(8);
        map.row(0x99, CWD).size(2);
        map.row(0x99, CDQ).size(4);
        map.row(0x99, CQO).size(8);
        map.row(0xa0, MOV, AL, Ob);
        map.row(0xa1, MOV, rAX, Ov);
        map.row(0xa2, MOV, Ob, AL);
        map.row(0xa3, MOV, Ov, rAX);
        map.row(0xb0, MOV, Zb, Ib);
        map.row(0xb8, MOV, Zv, Iv);
        map.row(0xc4, LES, Gz, Mp).not64();
        map.row(0xc5, LDS, Gz, Mp).not64();
        map.row(0xc6, MOV, Eb, Ib).reg(0);
        map.row(0xc7, MOV, Ev, Iz).reg(0);
        map.row(0xd7, XLAT);
    }

    private static void strings(RowDrafts map) {
        string(map, 0xa4, new Mnemonic[] {MOVSB, MOVSW, MOVSD, MOVSQ}, STRING, Yb, Xb, Yv, Xv);
        string(map, 0xa6, new Mnemonic[] {CMPSB, CMPSW, CMPSD, CMPSQ}, COMPARE_STRING, Xb, Yb, Xv, Yv);
        string(map, 0xaa, new Mnemonic[] {STOSB, STOSW, STOSD, STOSQ}, STRING, Yb, AL, Yv, rAX);
        string(map, 0xac, new Mnemonic[] {LODSB, LODSW, LODSD, LODSQ}, STRING, AL, Xb, rAX, Xv);
        string(map, 0xae, new Mnemonic[] {SCASB, SCASW, SCASD, SCASQ}, COMPARE_STRING, AL, Yb, rAX, Yv);
        map.row(0x6c, INSB, Yb, DX).flags(STRING).exit(Intercept.IO);
        map.row(0x6d, INSW, Yz, DX).size(2).flags(STRING).exit(Intercept.IO);
        map.row(0x6d, INSD, Yz, DX).size(4 | 8).flags(STRING).exit(Intercept.IO);
        map.row(0x6e, OUTSB, DX, Xb).flags(STRING).exit(Intercept.IO);
        map.row(0x6f, OUTSW, DX, Xz).size(2).flags(STRING).exit(Intercept.IO);
        map.row(0x6f, OUTSD, DX, Xz).size(4 | 8).flags(STRING).exit(Intercept.IO);
    }

    private static void string(RowDrafts map, int opcode, Mnemonic[] names, FlagRule flags, Operand... operands) {
        map.row(opcode, names[0], operands[0], operands[1]).flags(flags);
        for (int size = 1; size < 4; size++) {
            map.row(opcode + 1, names[size], operands[2], operands[3]).size(1 << size).flags(flags);
        }
    }

    private static void groups(RowDrafts map) {
        Mnemonic[] shifts = {ROL, ROR, RCL, RCR, SHL, SHR, SHL, SAR};
        FlagRule[] byOne = {ROTATE_BY_ONE, ROTATE_BY_ONE, ROTATE_CARRY_BY_ONE, ROTATE_CARRY_BY_ONE,
            SHIFT_BY_ONE, SHIFT_BY_ONE, SHIFT_BY_ONE, SHIFT_BY_ONE};
        for (int digit = 0; digit < 8; digit++) {
            FlagRule byCount = digit < 4 ? ROTATE : SHIFT;
            map.row(0xc0, shifts[digit], Eb, Ib).reg(digit).flags(byCount);
            map.row(0xc1, shifts[digit], Ev, Ib).reg(digit).flags(byCount);
            map.row(0xd0, shifts[digit], Eb, ONE).reg(digit).flags(byOne[digit]);
            map.row(0xd1, shifts[digit], Ev, ONE).reg(digit).flags(byOne[digit]);
            map.row(0xd2, shifts[digit], Eb, CL).reg(digit).flags(byCount);
            map.row(0xd3, shifts[digit], Ev, CL).reg(digit).flags(byCount);
        }
        unary(map, 0xf6, Eb, Ib);
        unary(map, 0xf7, Ev, Iz);
        map.row(0xfe, INC, Eb).reg(0).lock().flags(COUNT);
        map.row(0xfe, DEC, Eb).reg(1).lock().flags(COUNT);
        map.row(0xff, INC, Ev).reg(0).lock().flags(COUNT);
        map.row(0xff, DEC, Ev).reg(1).lock().flags(COUNT);
        map.row(0xff, CALL, Ev).reg(2).f64();
        map.row(0xff, CALL_FAR, Mp).reg(3);
        map.row(0xff, JMP, Ev).reg(4).f64();
        map.row(0xff, JMP_FAR, Mp).reg(5);
        map.row(0xff, PUSH, Ev).reg(6).d64();
    }

    private static void unary(RowDrafts map, int opcode, Operand operand, Operand immediate) {
        FlagRule divide = NONE.leavesUndefined(OSZAPC);
        map.row(opcode, TEST, operand, immediate).reg(0).flags(LOGIC);
        map.row(opcode, TEST, operand, immediate).reg(1).flags(LOGIC);
        map.row(opcode, NOT, operand).reg(2).lock();
        map.row(opcode, NEG, operand).reg(3).lock().flags(ARITHMETIC);
        map.row(opcode, MUL, operand).reg(4).flags(multiply());
        map.row(opcode, IMUL, operand).reg(5).flags(multiply());
        map.row(opcode, DIV, operand).reg(6).flags(divide);
        map.row(opcode, IDIV, operand).reg(7).flags(divide);
    }

    private static void control(RowDrafts map) {
        for (int code = 0; code < 16; code++) {
            map.row(0x70 + code, JCC[code], Jb).f64().flags(condition(code));
        }
        map.row(0x9a, CALL_FAR, Ap).not64();
        map.row(0xc2, RET, Iw).f64();
        map.row(0xc3, RET).f64();
        map.row(0xca, RET_FAR, Iw);
        map.row(0xcb, RET_FAR);
        map.row(0xcc, INT3).flags(NONE.reads(ALL).clears(TF | NT | RF | VM));
        map.row(0xcd, INT, Ib).flags(NONE.reads(ALL).clears(TF | NT | RF | VM));
        map.row(0xce, INTO).not64().flags(NONE.reads(ALL).clears(TF | NT | RF | VM));
        map.row(0xcf, IRET).size(2).flags(NONE.reads(ALL).writes(ALL));
        map.row(0xcf, IRETD).size(4).flags(NONE.reads(ALL).writes(ALL));
        map.row(0xcf, IRETQ).size(8).flags(NONE.reads(ALL).writes(ALL));
        map.row(0xe0, LOOPNE, Jb).f64().flags(NONE.reads(ZF));
        map.row(0xe1, LOOPE, Jb).f64().flags(NONE.reads(ZF));
        map.row(0xe2, LOOP, Jb).f64();
        map.row(0xe3, JCXZ, Jb).f64();
        map.row(0xe8, CALL, Jz).f64();
        map.row(0xe9, JMP, Jz).f64();
        map.row(0xea, JMP_FAR, Ap).not64();
        map.row(0xeb, JMP, Jb).f64();
        map.row(0xf1, INT1).flags(NONE.reads(ALL).clears(TF | NT | RF | VM));
    }

    private static void ports(RowDrafts map) {
        map.row(0xe4, IN, AL, Ib).exit(Intercept.IO);
        map.row(0xe5, IN, eAX, Ib).exit(Intercept.IO);
        map.row(0xe6, OUT, Ib, AL).exit(Intercept.IO);
        map.row(0xe7, OUT, Ib, eAX).exit(Intercept.IO);
        map.row(0xec, IN, AL, DX).exit(Intercept.IO);
        map.row(0xed, IN, eAX, DX).exit(Intercept.IO);
        map.row(0xee, OUT, DX, AL).exit(Intercept.IO);
        map.row(0xef, OUT, DX, eAX).exit(Intercept.IO);
    }

    private static void flagsAndMisc(RowDrafts map) {
        map.row(0x9b, FWAIT).needs(Feature.FPU);
        map.row(0x9e, SAHF).flags(NONE.writes(SF | ZF | AF | PF | CF)).not64();
        map.row(0x9e, SAHF).flags(NONE.writes(SF | ZF | AF | PF | CF)).only64().needs(Feature.LAHF64);
        map.row(0x9f, LAHF).flags(NONE.reads(SF | ZF | AF | PF | CF)).not64();
        map.row(0x9f, LAHF).flags(NONE.reads(SF | ZF | AF | PF | CF)).only64().needs(Feature.LAHF64);
        map.row(0xd6, SALC).not64().flags(NONE.reads(CF));
        map.row(0xf4, HLT).cpl0().exit(Intercept.HLT);
        map.row(0xf5, CMC).flags(NONE.reads(CF).writes(CF));
        map.row(0xf8, CLC).flags(NONE.clears(CF));
        map.row(0xf9, STC).flags(NONE.sets(CF));
        map.row(0xfa, CLI).flags(NONE.clears(IF));
        map.row(0xfb, STI).flags(NONE.sets(IF));
        map.row(0xfc, CLD).flags(NONE.clears(DF));
        map.row(0xfd, STD).flags(NONE.sets(DF));
    }

    private static void undefined(RowDrafts map) {
        map.undefined(0x62, "no register form");
        map.undefined(0x8d, "no register form");
        map.undefined(0x8f, "POP is the only member; XOP is AMD's");
        map.undefined(0xc6, 0xc7, "MOV is the only member; RTM is not offered");
        map.undefined(0xc4, 0xc5, "no register form; VEX prefix where that is allowed");
        map.undefined(0xfe, "INC and DEC are the only members");
        map.undefined(0xff, "no register form of far transfers; /7 is undefined");
    }
}
