package org.jvmx.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.FlagRule;

/** What Intel's processors were found to do with segments where ours did something else; runs on any machine. */
class SegmentRulesTest {
    private static final int NONE = -1;
    private static final int GP = 13;
    private static final int PF = 14;
    private static final int CODE16 = 0x0f;
    private static final int DATA16 = 0x17;
    private static final int CODE32 = 0x1f;
    private static final int USER_CODE = 0x33;
    private static final int USER_DATA = 0x2b;
    private static final long[] TABLE = {0, 0x2100_fb00_0000_ffffL, 0x2000_f300_0000_ffffL, 0x2140_fb00_0000_ffffL, 0x2100_fb00_0000_3fffL};

    private final SegmentSubject subject = new SegmentSubject(table());
    private final SegmentCase state = new SegmentCase();

    private static byte[] table() {
        ByteBuffer table = ByteBuffer.allocate(8 * 16).order(ByteOrder.LITTLE_ENDIAN);
        for (long descriptor : TABLE) {
            table.putLong(descriptor);
        }
        return table.array();
    }

    @AfterEach
    void close() {
        subject.close();
    }

    private int vector(int code, int data, long stack, String hex) {
        state.selector(Cpu.CS, code);
        for (int segment : new int[] {Cpu.ES, Cpu.SS, Cpu.DS}) {
            state.selector(segment, data);
        }
        state.set(SegmentCase.RIP, code == USER_CODE ? SegmentCase.CODE + 0x1000 : 0x1000);
        state.gpr(4, stack);
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        state.code(bytes, bytes.length);
        subject.run(state);
        return (int) state.get(SegmentCase.VECTOR);
    }

    private void flags(int more) {
        state.set(SegmentCase.FLAGS, FlagRule.IF | 2 | more);
    }

    @Test
    void aFarCallUsesTheStackAsTheCodeSeesItThatItLeadsTo() {
        flags(0);
        assertEquals(PF, vector(CODE32, DATA16, 0x8000, "9a 00a00021 3300"));
        assertEquals(0x7ffc, state.get(SegmentCase.ADDRESS));
        state.patch(0, 0x100, HexFormat.of().parseHex("00a000000f00"));
        state.gpr(3, SegmentCase.DATA + 0x100);
        assertEquals(NONE, vector(USER_CODE, DATA16, SegmentCase.DATA | 0x8000, "ff1b"));
        assertEquals(CODE16, state.selector(Cpu.CS));
        assertEquals(SegmentCase.DATA | 0x7ff8, state.gpr(4));
    }

    @Test
    void aFarCallHasStoredItsReturnAddressWhenItFindsTheOffsetBeyondTheLimit() {
        flags(0);
        assertEquals(GP, vector(CODE16, DATA16, 0x8000, "66 9a 63a20000 2700"));
        assertEquals(0x8000, state.gpr(4));
        assertEquals(0x7ff8, state.get(SegmentCase.CHANGED));
        assertEquals(0x0000_000f_0000_1008L, state.get(SegmentCase.CHANGED + 8));
    }

    @Test
    void aNearCallHasStoredItsReturnAddressWhenItFindsTheOffsetBeyondTheLimit() {
        flags(0);
        state.gpr(0, 0x1_0000);
        assertEquals(GP, vector(CODE16, DATA16, 0x8000, "66 ffd0"));
        assertEquals(0x8000, state.gpr(4));
        assertEquals(0x7ff8, state.get(SegmentCase.CHANGED));
    }

    @Test
    void aFarReturnReleasesParametersAsTheCodeSeesTheStackThatItLeadsTo() {
        flags(0);
        state.patch(0, 0xf000, HexFormat.of().parseHex("00a0002133000000"));
        assertEquals(NONE, vector(CODE32, DATA16, 0xf000, "ca 0020"));
        assertEquals(USER_CODE, state.selector(Cpu.CS));
        assertEquals(0x1_1008, state.gpr(4));
    }

    @Test
    void popOfASegmentRegisterReadsTwoBytes() {
        flags(FlagRule.AC);
        state.patch(0, 0x8002, new byte[8]);
        assertEquals(NONE, vector(CODE32, DATA16, 0x8002, "0fa1"));
        assertEquals(0x8006, state.gpr(4));
        assertEquals(17, vector(CODE32, DATA16, 0x8001, "0fa1"));
    }

    @Test
    void larShowsTheUpperBitsOfTheLimit() {
        flags(0);
        state.gpr(1, USER_DATA);
        assertEquals(NONE, vector(USER_CODE, USER_DATA, SegmentCase.DATA, "0f02c1"));
        assertEquals(0x00cf_f300, state.gpr(0));
    }
}
