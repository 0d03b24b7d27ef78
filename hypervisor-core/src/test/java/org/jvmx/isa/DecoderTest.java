package org.jvmx.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class DecoderTest {
    private final Decoder decoder = new Decoder();

    private Insn decode(int codeSize, String hex) {
        return decoder.decode(HexFormat.of().parseHex(hex.replace(" ", "")), codeSize);
    }

    private Insn valid(int codeSize, String hex) {
        Insn insn = decode(codeSize, hex);
        assertNotNull(insn, () -> hex + ": " + decoder.outcome());
        return insn;
    }

    private void invalid(int codeSize, String hex) {
        assertNull(decode(codeSize, hex), hex);
        assertEquals(Decoder.Outcome.INVALID, decoder.outcome(), hex);
    }

    @Test
    void fifteenBytesAreAnInstructionAndSixteenAreGeneralProtection() {
        assertEquals(15, valid(4, "66 66 66 66 66 66 66 66 66 66 66 66 66 66 90").length);
        assertNull(decode(4, "66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90"));
        assertEquals(Decoder.Outcome.TOO_LONG, decoder.outcome());
        assertNull(decode(4, "26 26 26 26 26 26 26 26 26 26 c7 05 00 00 00 00 01 00 00 00"));
        assertEquals(Decoder.Outcome.TOO_LONG, decoder.outcome());
    }

    @Test
    void everyBeginningOfAnInstructionIsIncomplete() {
        SampleBytes samples = new SampleBytes(7);
        for (Row row : OpcodeTable.rows()) {
            int codeSize = row.not64 ? 4 : 8;
            byte[] bytes = samples.ofRow(row, codeSize);
            Insn whole = decoder.decode(bytes, codeSize);
            if (whole == null) {
                continue;
            }
            for (int available = 0; available < whole.length; available++) {
                assertNull(decoder.decode(bytes, 0, available, codeSize));
                assertEquals(Decoder.Outcome.INCOMPLETE, decoder.outcome(), () -> row + " " + HexFormat.of().formatHex(bytes));
            }
            assertEquals(whole.length, decoder.decode(bytes, 0, whole.length, codeSize).length);
        }
    }

    @Test
    void everyRowIsReached() {
        SampleBytes samples = new SampleBytes(5);
        for (Row row : OpcodeTable.rows()) {
            int codeSize = row.not64 ? 4 : 8;
            boolean reached = false;
            for (int n = 0; n < 300 && !reached; n++) {
                Insn insn = decoder.decode(samples.ofRow(row, codeSize), codeSize);
                reached = insn != null && insn.row == row;
            }
            assertTrue(reached, row::toString);
        }
    }

    @Test
    void noBytesMakeItThrowAndNoLengthIsOutOfRange() {
        SampleBytes samples = new SampleBytes(11);
        for (int n = 0; n < 200_000; n++) {
            byte[] bytes = samples.noise();
            for (int codeSize = 2; codeSize <= 8; codeSize *= 2) {
                Insn insn = decoder.decode(bytes, n % 3, bytes.length - n % 3, codeSize);
                if (insn != null) {
                    assertTrue(insn.length > 0 && insn.length <= bytes.length - n % 3);
                    assertFalse(insn.text(n).isEmpty());
                } else {
                    assertFalse(decoder.outcome() == Decoder.Outcome.DECODED);
                }
            }
        }
    }

    @Test
    void lockIsForMemoryDestinationsOfSomeInstructions() {
        assertTrue(valid(8, "f0 01 03").lock);
        assertTrue(valid(8, "f0 0f b1 0b").lock);
        assertTrue(valid(8, "f0 86 03").lock);
        invalid(8, "f0 01 c3");
        invalid(8, "f0 03 03");
        invalid(8, "f0 90");
        invalid(8, "f0 83 38 00");
        invalid(8, "f0 0f a3 03");
        invalid(4, "f0 0f 22 c0");
    }

    @Test
    void nearBranchesIgnore66In64BitModeOnly() {
        Insn call = valid(8, "66 e8 00 00 00 80");
        assertEquals(8, call.operandSize);
        assertEquals(6, call.length);
        assertEquals(Integer.MIN_VALUE, call.immediate);
        assertEquals(4, valid(4, "66 e8 00 80").length);
        assertEquals(2, valid(4, "66 0f 84 00 80").operandSize);
        assertEquals(8, valid(8, "66 c3").operandSize);
    }

    @Test
    void stackInstructionsAre64BitsWideIn64BitMode() {
        assertEquals(8, valid(8, "50").width(0));
        assertEquals(2, valid(8, "66 50").width(0));
        assertEquals(8, valid(8, "6a ff").width(0));
        assertEquals(-1, valid(8, "6a ff").immediate);
        assertEquals(8, valid(8, "ff 30").width(0));
        assertEquals(Mnemonic.PUSHFQ, valid(8, "9c").mnemonic);
        assertEquals(Mnemonic.PUSHF, valid(8, "66 9c").mnemonic);
        assertEquals(Mnemonic.PUSHFD, valid(2, "66 9c").mnemonic);
    }

    @Test
    void opcodeOfOneModeMeansAnotherThingInTheOther() {
        assertEquals(Mnemonic.ARPL, valid(4, "63 c8").mnemonic);
        Insn movsxd = valid(8, "48 63 c8");
        assertEquals(Mnemonic.MOVSXD, movsxd.mnemonic);
        assertEquals(8, movsxd.width(0));
        assertEquals(4, movsxd.width(1));
        assertEquals(2, valid(8, "66 63 c8").width(1));
        assertEquals(Mnemonic.INC, valid(4, "41").mnemonic);
        assertEquals(Mnemonic.LES, valid(4, "c4 03").mnemonic);
        assertEquals(Mnemonic.BOUND, valid(2, "62 07").mnemonic);
        for (String hex : new String[] {"06", "27", "37", "60", "61", "62 03", "82 c0 01", "9a 00 00 00 00 00 00", "ce", "d4 0a", "d6",
            "ea 00 00 00 00 00 00"}) {
            invalid(8, hex);
        }
        invalid(4, "0f 05");
        invalid(4, "0f 01 f8");
        invalid(4, "f3 0f ae c0");
    }

    @Test
    void byteRegistersDependOnRex() {
        assertEquals(OperandKind.GPR_HIGH8, valid(8, "88 e0").kind(1));
        assertEquals(0, valid(8, "88 e0").register(1));
        assertEquals(OperandKind.GPR, valid(8, "40 88 e0").kind(1));
        assertEquals(4, valid(8, "40 88 e0").register(1));
        assertEquals(12, valid(8, "44 88 e0").register(1));
        assertEquals(OperandKind.GPR_HIGH8, valid(8, "40 66 88 e0").kind(1), "a REX that is not last does not count");
        assertEquals(OperandKind.GPR_HIGH8, valid(8, "b7 01").kind(0));
    }

    @Test
    void addressesOf64BitMode() {
        Insn sib = valid(8, "4a 8b 84 a5 78 56 34 12");
        assertEquals(5, sib.base);
        assertEquals(12, sib.index);
        assertEquals(2, sib.scale);
        assertEquals(0x1234_5678, sib.disp);
        assertEquals(2, sib.segment);
        Insn relative = valid(8, "8b 05 fc ff ff ff");
        assertTrue(relative.ripRelative);
        assertEquals(-4, relative.disp);
        assertEquals(Insn.NO_REGISTER, relative.base);
        Insn absolute = valid(8, "8b 04 25 00 00 00 80");
        assertFalse(absolute.ripRelative);
        assertEquals(Integer.MIN_VALUE, absolute.disp);
        assertEquals(3, valid(8, "41 8b 04 24").segment, "r12 is no stack pointer");
        assertEquals(3, valid(8, "36 8b 00").segment, "SS override is ignored");
        assertEquals(2, valid(8, "3e 8b 45 00").segment, "DS override is ignored");
        assertEquals(4, valid(8, "64 3e 8b 45 00").segment);
        assertEquals(4, valid(8, "67 8b 00").addressSize);
        assertEquals(0x1122_3344_5566_7788L, valid(8, "a0 88 77 66 55 44 33 22 11").disp);
    }

    @Test
    void addressesOf16BitCode() {
        Insn basePointer = valid(2, "8b 42 fe");
        assertEquals(5, basePointer.base);
        assertEquals(6, basePointer.index);
        assertEquals(-2, basePointer.disp);
        assertEquals(2, basePointer.segment);
        Insn direct = valid(2, "8b 16 34 12");
        assertEquals(Insn.NO_REGISTER, direct.base);
        assertEquals(0x1234, direct.disp);
        assertEquals(3, direct.segment);
        assertEquals(0, valid(2, "26 8b 07").segment);
        assertEquals(4, valid(2, "67 8b 04 24").addressSize);
        assertEquals(4, valid(2, "66 8b 07").width(0));
    }

    @Test
    void mandatoryPrefixesChooseTheRow() {
        assertEquals(Mnemonic.MOVUPS, valid(8, "0f 10 00").mnemonic);
        assertEquals(Mnemonic.MOVUPD, valid(8, "66 0f 10 00").mnemonic);
        assertEquals(Mnemonic.MOVSS, valid(8, "66 f2 f3 0f 10 00").mnemonic, "the last repeat prefix goes before 66");
        assertEquals(Mnemonic.MOVSD_XMM, valid(8, "f3 f2 0f 10 00").mnemonic);
        assertEquals(Mnemonic.POPCNT, valid(4, "f3 0f b8 c1").mnemonic);
        assertEquals(2, valid(4, "66 f3 0f b8 c1").operandSize);
        invalid(4, "0f b8 c1");
        assertEquals(Mnemonic.CRC32, valid(8, "66 f2 0f 38 f1 c1").mnemonic);
        assertEquals(2, valid(8, "66 f2 0f 38 f1 c1").width(1));
        assertEquals(Mnemonic.MOVBE, valid(8, "66 0f 38 f1 00").mnemonic);
        assertEquals(Mnemonic.VMXON, valid(8, "f3 0f c7 30").mnemonic);
        assertEquals(Mnemonic.VMCLEAR, valid(8, "66 0f c7 30").mnemonic);
        assertEquals(Mnemonic.RDRAND, valid(8, "66 0f c7 f0").mnemonic);
        assertEquals(Mnemonic.CMPXCHG16B, valid(8, "48 0f c7 08").mnemonic);
        assertEquals(0xf3, valid(8, "f3 a4").rep);
    }

    @Test
    void ninetyIsNopOrPauseOrExchange() {
        assertEquals(Mnemonic.NOP, valid(8, "90").mnemonic);
        assertEquals(Mnemonic.PAUSE, valid(8, "f3 90").mnemonic);
        Insn exchange = valid(8, "49 90");
        assertEquals(Mnemonic.XCHG, exchange.mnemonic);
        assertEquals(8, exchange.register(0));
        assertEquals(Mnemonic.ENDBR64, valid(8, "f3 0f 1e fa").mnemonic);
        assertEquals(Mnemonic.NOP, valid(8, "0f 1f 84 00 00 00 00 00").mnemonic);
    }

    @Test
    void vexNeedsRoomAndNoOtherPrefix() {
        Insn andn = valid(8, "c4 e2 e0 f2 c1");
        assertEquals(Mnemonic.ANDN, andn.mnemonic);
        assertEquals(8, andn.width(0));
        assertEquals(3, andn.register(1));
        assertEquals(4, valid(4, "c4 e2 e0 f2 c1").width(0), "VEX.W counts in 64-bit mode only");
        assertEquals(4, valid(2, "c4 e2 60 f2 c1").width(0));
        invalid(8, "66 c4 e2 60 f2 c1");
        invalid(8, "48 c4 e2 60 f2 c1");
        invalid(8, "f0 c4 e2 60 f2 c1");
        invalid(8, "c4 e2 64 f2 c1");
        invalid(8, "c4 e3 63 f0 c1 05");
        assertEquals(Mnemonic.RORX, valid(8, "c4 e3 7b f0 c1 05").mnemonic);
        assertEquals(Mnemonic.VMOVAPS, valid(8, "c5 f8 28 c1").mnemonic);
    }

    @Test
    void registersThatDoNotExistAreUndefined() {
        assertEquals(8, valid(8, "44 0f 20 c0").register(1));
        assertEquals(8, valid(8, "0f 20 c0").width(0));
        assertEquals(4, valid(2, "0f 22 00").width(1), "ModRM.mod is ignored");
        invalid(8, "0f 20 c8");
        invalid(8, "44 0f 20 d8");
        invalid(8, "44 0f 21 c0");
        invalid(4, "8e c8");
        invalid(4, "8c f0");
        assertEquals(1, valid(4, "8c c8").register(1));
    }

    @Test
    void farPointersAndEnterHaveTwoImmediates() {
        Insn jump = valid(4, "ea 78 56 34 12 08 00");
        assertEquals(0x1234_5678, jump.immediate);
        assertEquals(8, jump.immediate2);
        assertEquals(5, valid(2, "ea 34 12 08 00").length);
        Insn enter = valid(8, "c8 20 00 03");
        assertEquals(0x20, enter.immediate);
        assertEquals(3, enter.immediate2);
    }
}
