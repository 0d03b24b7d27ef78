package org.jvmx.isa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.jvmx.isa.FarPointer.far;
import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AssemblerTest {
    private static void assembles(String hex, Assembler asm) {
        assertEquals(hex.replace(" ", ""), HexFormat.of().formatHex(asm.assemble()));
    }

    private static Assembler asm16() {
        return new Assembler(16, 0x7c00);
    }

    private static Assembler asm32() {
        return new Assembler(32, 0x10_0000);
    }

    private static Assembler asm64() {
        return new Assembler(64, 0x10_0000);
    }

    @Test
    void takesTheShortestEncodingWithTheFewestPrefixes() {
        assembles("83 c0 ff", asm32().op(ADD, EAX, -1));
        assembles("83 c0 ff", asm32().op(ADD, EAX, 0xffff_ffffL));
        assembles("05 34 12 00 00", asm32().op(ADD, EAX, 0x1234));
        assembles("68 34 12 00 00", asm32().op(PUSH, 0x1234));
        assembles("d1 e0", asm32().op(SHL, EAX, 1));
        assembles("b8 05 00 00 00", asm64().op(MOV, EAX, 5));
        assembles("48 c7 c0 ff ff ff ff", asm64().op(MOV, RAX, -1));
        assembles("48 b8 88 77 66 55 44 33 22 11", asm64().op(MOV, RAX, 0x1122_3344_5566_7788L));
        assembles("a1 00 80 0b 00", asm32().op(MOV, EAX, mem(0xb8000)));
        assembles("66 b8 01 00 00 00", asm16().op(MOV, EAX, 1));
        assembles("87 c0", asm64().op(XCHG, EAX, EAX));
    }

    @Test
    void addressesInAllModes() {
        assembles("8b 47 08", asm16().op(MOV, AX, mem(BX, 8)));
        assembles("8b 82 34 12", asm16().op(MOV, AX, mem(BP, 0x1234).index(SI, 1)));
        assembles("8b 46 00", asm16().op(MOV, AX, mem(BP)));
        assembles("67 8b 04 24", asm16().op(MOV, AX, mem(ESP)));
        assembles("26 8a 0f", asm16().op(MOV, CL, mem(BX).segment(ES)));
        assembles("8b 04 8d 10 00 00 00", asm32().op(MOV, EAX, mem(0x10).index(ECX, 4)));
        assembles("41 8b 45 00", asm64().op(MOV, EAX, mem(R13)));
        assembles("41 8b 04 24", asm64().op(MOV, EAX, mem(R12)));
        assembles("42 8b 44 e0 7f", asm64().op(MOV, EAX, mem(RAX, 0x7f).index(R12, 8)));
        assembles("8b 0c 25 00 10 00 00", asm64().op(MOV, ECX, mem(0x1000)));
        assembles("65 48 8b 04 25 00 00 00 00", asm64().op(MOV, RAX, mem(0).segment(GS)));
    }

    @Test
    void labelsResolveForwardAndBackward() {
        Assembler asm = asm64();
        Label loop = asm.newLabel();
        Label end = asm.newLabel();
        asm.bind(loop).op(DEC, ECX).op(JZ, end).op(JMP, loop).op(JNZ, Assembler.shortTo(end)).op(LEA, RSI, mem(end)).bind(end).op(HLT);
        assembles("ff c9 0f 84 0b 00 00 00 eb f6 75 07 48 8d 35 00 00 00 00 f4", asm);
    }

    @Test
    void entersProtectedModeByAFarJump() {
        Assembler asm = asm16();
        asm.operandSize(4).op(JMP_FAR, far(8, asm.label("flat"))).bits(32).bind("flat").op(MOV, ESP, 0x7c00).op(PUSH, asm.label("flat"));
        assembles("66 ea 08 7c 00 00 08 00 bc 00 7c 00 00 68 08 7c 00 00", asm);
    }

    @Test
    void dataIsPlacedAndAligned() {
        Assembler asm = asm32().db(1, 2).align(4).dw(0x1234).dd(-1).dq(5).ascii("ok");
        asm.address(asm.label("top"), 4, 1).bind("top").org(0x10_0020);
        assembles("01 02 00 00 34 12 ff ff ff ff 05 00 00 00 00 00 00 00 6f 6b 19 00 10 00 00 00 00 00 00 00 00 00", asm);
    }

    @Test
    void prefixesHoldForOneInstruction() {
        assembles("f3 a4 a4", asm32().rep().op(MOVSB).op(MOVSB));
        assembles("f0 0f b1 0f", asm32().lock().op(CMPXCHG, mem(EDI), ECX));
        assembles("67 e3 fd", asm32().addressSize(2).op(JCXZ, 0x10_0000));
        assembles("64 ad", asm32().segment(FS).op(LODSD));
        assembles("85 03", asm64().op(TEST, EAX, mem(RBX)));
        assembles("0f 01 13", asm64().op(LGDT, mem(RBX)));
        assembles("48 cb cb", asm64().operandSize(8).op(RET_FAR).op(RET_FAR));
    }

    @Test
    void refusesWhatIsUnclearOrImpossible() {
        assertThrows(IllegalArgumentException.class, () -> asm32().op(INC, mem(EBX)));
        assertThrows(IllegalArgumentException.class, () -> asm32().op(MOV, RAX, 5));
        assertThrows(IllegalArgumentException.class, () -> asm64().op(MOV, AH, SIL));
        assertThrows(IllegalArgumentException.class, () -> asm64().op(PUSHAD));
        assertThrows(IllegalArgumentException.class, () -> asm32().op(ADD, AX, 0x12345));
        assertThrows(IllegalArgumentException.class, () -> asm16().op(MOV, AX, mem(CX)));
        assertThrows(IllegalArgumentException.class, () -> asm32().op(JMP, asm32().newLabel()).assemble());
        Assembler far = asm32();
        Label away = far.newLabel();
        far.op(LOOP, away).space(200).bind(away);
        assertThrows(IllegalArgumentException.class, far::assemble);
    }

    /** What the decoder reads from an encoding of every row, assembled again and decoded, is the same instruction. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void everyRowSurvivesARoundTrip(int codeSize) {
        SampleBytes samples = new SampleBytes(99 + codeSize);
        Decoder decoder = new Decoder();
        int compared = 0;
        for (Row row : OpcodeTable.rows()) {
            for (int n = 0; n < 12; n++) {
                Insn insn = decoder.decode(samples.ofRow(row, codeSize), codeSize);
                if (insn == null || insn.row != row || insn.ripRelative) {
                    continue;
                }
                byte[] again = assembled(insn);
                Insn second = decoder.decode(again, codeSize);
                assertNotNull(second, () -> insn + " became " + HexFormat.of().formatHex(again));
                assertEquals(insn.row.mnemonic, second.row.mnemonic);
                assertEquals(plain(insn), plain(second), row::toString);
                assertTrue(second.length <= insn.length, () -> insn + " became longer: " + HexFormat.of().formatHex(again));
                assertArrayEquals(again, assembled(second), "assembling is stable");
                compared++;
            }
        }
        assertTrue(compared > 9_000, "compared " + compared);
    }

    private static String plain(Insn insn) {
        boolean relative = insn.operandCount > 0 && insn.kind(0) == OperandKind.RELATIVE;
        return relative ? "" : insn.text(0).replace("st(0)", "st").replaceAll("^(repz|repnz|rep) ", "").replaceAll("#.*", "");
    }

    private static byte[] assembled(Insn insn) {
        Assembler asm = new Assembler(insn.codeSize << 3, 0);
        boolean string = false;
        Object[] operands = new Object[insn.operandCount];
        for (int n = 0; n < operands.length; n++) {
            operands[n] = operand(insn, n);
            string |= operands[n] == null;
        }
        boolean sized = insn.operandSize != insn.codeSize && !insn.row.map.vex() || insn.row.size == Row.Size.NORMAL;
        asm.operandSize(sized ? insn.operandSize : 0);
        asm.addressSize(insn.addressSize);
        if ((string || insn.mnemonic == XLAT) && insn.segment != 3) {
            asm.segment(Reg.valueOf(new String[] {"ES", "CS", "SS", "DS", "FS", "GS"}[insn.segment]));
        }
        return asm.op(insn.mnemonic, string ? new Object[0] : operands).assemble();
    }

    /** The operand as assembly source, or null for a string operand. */
    private static Object operand(Insn insn, int n) {
        return switch (insn.kind(n)) {
            case GPR, GPR_HIGH8, SEGMENT_REG, CONTROL_REG, DEBUG_REG, MMX, XMM, YMM, ST ->
                register(insn.kind(n), insn.register(n), insn.width(n));
            case MEMORY -> memory(insn, n);
            case IMMEDIATE -> insn.mnemonic == ENTER && n == 1 ? insn.immediate2 : insn.immediate;
            case RELATIVE -> 0;
            case FAR_POINTER -> far(insn.immediate2, insn.immediate);
            case STRING_SRC, STRING_DST -> null;
        };
    }

    private static Reg register(OperandKind kind, int number, int width) {
        for (Reg register : Reg.values()) {
            if (register.kind() == kind && register.number() == number && (kind != OperandKind.GPR || register.width() == width)) {
                return register;
            }
        }
        throw new AssertionError(kind + " " + number);
    }

    private static Reg index(Insn insn) {
        for (Operand operand : insn.row.operands) {
            if (operand.place == Operand.Place.VSIB) {
                return register(operand.number == 32 ? OperandKind.YMM : OperandKind.XMM, insn.index, 0);
            }
        }
        return register(OperandKind.GPR, insn.index, insn.addressSize);
    }

    private static Mem memory(Insn insn, int n) {
        boolean absolute = insn.base == Insn.NO_REGISTER;
        Mem memory = absolute ? mem(insn.disp) : mem(register(OperandKind.GPR, insn.base, insn.addressSize), insn.disp);
        if (insn.index != Insn.NO_REGISTER) {
            memory = memory.index(index(insn), 1 << insn.scale);
        }
        boolean stack = insn.base == 5 || insn.base == 4 && insn.addressSize != 2;
        if (insn.segment != (stack ? 2 : 3)) {
            memory = memory.segment(register(OperandKind.SEGMENT_REG, insn.segment, 2));
        }
        return memory.width(insn.width(n));
    }
}
