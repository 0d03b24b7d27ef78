package org.jvmx.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.jvmx.isa.FlagRule;

/** What Intel's processors were found to do where ours did something else; runs on any machine. */
class SiliconRulesTest {
    private static final int NONE = -1;
    private static final int GP = 13;
    private static final int PF = 14;
    private static final int AC = 17;
    private static final long RIP = Case.CODE + 0x4000;
    private static final long ABSENT = Case.DATA + Case.DATA_SIZE;

    private final Arena arena = Arena.ofConfined();
    private final Subject subject = new Subject();
    private final MemorySegment state = arena.allocate(Case.SIZE, 64);

    SiliconRulesTest() {
        Case.at(state, 0, Case.RIP, RIP);
        Case.at(state, 0, Case.FLAGS, FlagRule.IF | 2);
        Case.at(state, 0, Case.FCW, 0x37f);
        Case.at(state, 0, Case.MXCSR, 0x1f80);
        register(4, Case.DATA + 0x200);
    }

    @AfterEach
    void close() {
        subject.close();
        arena.close();
    }

    private void register(int number, long value) {
        Case.at(state, 0, Case.GPR + 8 * number, value);
    }

    private long register(int number) {
        return Case.at(state, 0, Case.GPR + 8 * number);
    }

    private void alignmentChecks() {
        Case.at(state, 0, Case.FLAGS, FlagRule.IF | FlagRule.AC | 2);
    }

    /** The window lies at the end of the data pages. */
    private void atTheEnd() {
        Case.intAt(state, 0, Case.WINDOW, Case.DATA_SIZE - Case.WINDOW_SIZE);
    }

    /** Runs an instruction; the vector that it raises, or -1. */
    private int vector(String hex) {
        byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
        Case.at(state, 0, Case.RIP, RIP);
        Case.bytes(state, 0, code, code.length);
        subject.run(state, 0);
        return (int) Case.at(state, 0, Case.VECTOR);
    }

    @Test
    void sixteenUnalignedBytesRaiseNoAlignmentCheck() {
        alignmentChecks();
        register(0, Case.DATA + 1);
        assertEquals(NONE, vector("f30f6f00"));
        assertEquals(NONE, vector("0f1100"));
        assertEquals(AC, vector("488b00"));
    }

    @Test
    void fnsaveNeedsAlignmentOfItsWordsOnly() {
        alignmentChecks();
        register(0, Case.DATA + 4);
        assertEquals(NONE, vector("dd30"));
        assertEquals(NONE, vector("dd20"));
        register(0, Case.DATA + 2);
        assertEquals(AC, vector("dd30"));
        assertEquals(NONE, vector("66dd30"));
    }

    @Test
    void fxsaveRaisesAlignmentCheckBeforeProtectionWhereDoublewordsAreUnaligned() {
        alignmentChecks();
        register(0, Case.DATA + 1);
        assertEquals(AC, vector("0fae00"));
        register(0, Case.DATA + 4);
        assertEquals(GP, vector("0fae00"));
        register(0, 0x0080_0000_0000_0001L);
        assertEquals(GP, vector("0fae00"));
    }

    @Test
    void callToANonCanonicalAddressHasStoredItsReturnAddress() {
        register(0, 1L << 60);
        assertEquals(GP, vector("ffd0"));
        assertEquals(Case.DATA + 0x200, register(4));
        assertEquals(RIP + 2, Case.at(state, 0, Case.MEMORY + 0x1f8));
        register(4, ABSENT + 0x100);
        assertEquals(PF, vector("ffd0"));
    }

    @Test
    void repeatedMovsAndStosWith32BitAddressesZeroExtendTheirPointersFirst() {
        register(6, 0x7_0000_0000L | Case.DATA);
        register(7, 0x7_0000_0000L | Case.DATA);
        assertEquals(NONE, vector("67f3ab"));
        assertEquals(Case.DATA, register(7));
        assertEquals(0x7_0000_0000L | Case.DATA, register(6));
        register(1, 1);
        register(7, 0x7_0000_0000L | ABSENT);
        assertEquals(PF, vector("67f3a5"));
        assertEquals(Case.DATA, register(6));
        assertEquals(ABSENT, register(7));
    }

    private void vector(int number, long low, long high) {
        Case.at(state, 0, Case.XMM + 16 * number, low);
        Case.at(state, 0, Case.XMM + 16 * number + 8, high);
    }

    @Test
    void aGatherThatFaultsKeepsWhatItHasAndTheSignsOfItsMask() {
        vector(0, 0, 0);
        vector(1, ABSENT - Case.DATA << 32, 0);
        vector(2, 0x8000_0001_8000_0001L, 0x7fff_ffff_8000_0001L);
        Case.at(state, 0, Case.YMM + 32, 5);
        Case.at(state, 0, Case.YMM, 5);
        Case.memory(state, 0, 0, 0x1234_5678);
        register(3, Case.DATA);
        assertEquals(PF, vector("c4e26990040b"));
        assertEquals(0x1234_5678, Case.at(state, 0, Case.XMM));
        assertEquals(0, Case.at(state, 0, Case.YMM), "a loaded element zeroes bits 255:128");
        assertEquals(0xffff_ffff_0000_0000L, Case.at(state, 0, Case.XMM + 32));
        assertEquals(0x0000_0000_ffff_ffffL, Case.at(state, 0, Case.XMM + 40));
        assertEquals(0, Case.at(state, 0, Case.YMM + 32));
    }

    @Test
    void singleElementsOfVectorsAreNotCheckedForAlignment() {
        alignmentChecks();
        register(3, Case.DATA + 1);
        vector(2, -1, -1);
        assertEquals(NONE, vector("c4e2692c03"), "VMASKMOVPS");
        assertEquals(NONE, vector("c4e2692e03"), "VMASKMOVPS, store");
        vector(1, 0, 0);
        assertEquals(NONE, vector("c4e26990040b"), "VPGATHERDD");
        assertEquals(NONE, vector("c4e2791303"), "VCVTPH2PS");
        assertEquals(AC, vector("c5fa1003"), "VMOVSS");
    }

    @Test
    void theVexFormOfMaskedStoresWrapsAtTheAddressSize() {
        register(7, -1);
        assertEquals(PF, vector("67c5f9f7c1"));
        assertEquals(7, Case.at(state, 0, Case.ADDRESS));
        assertEquals(PF, vector("67660ff7c1"));
        assertEquals(0x1_0000_0007L, Case.at(state, 0, Case.ADDRESS));
    }

    @Test
    void aStoreThatFaultsLeavesTheFlagsOfItsConversion() {
        register(3, ABSENT);
        vector(0, 1, 0);
        assertEquals(PF, vector("c4e3791d0304"));
        assertEquals(0x1fb2, Case.intAt(state, 0, Case.MXCSR));
    }

    @Test
    void aDenormalToHalfPrecisionIsInexactEvenWhereUnderflowIsNotMasked() {
        vector(0, 0x4000, 0);
        Case.intAt(state, 0, Case.MXCSR, 0x700);
        assertEquals(19, vector("c4e3791dc104"));
        assertEquals(0x732, Case.intAt(state, 0, Case.MXCSR));
    }

    @Test
    void bothHalvesOfVdppsTakeEachStepTogether() {
        Case.intAt(state, 0, Case.MXCSR, 0x3100);
        vector(1, 0, 0x14eb_93dc_a794_714eL);
        vector(2, 0, 0x1f93_82be_efa0_96b8L);
        Case.at(state, 0, Case.YMM + 16, 0xffff_ffff_ff80_0000L);
        Case.at(state, 0, Case.YMM + 32, 0);
        assertEquals(19, vector("c4e36d40c1d4"));
        assertEquals(0x3101, Case.intAt(state, 0, Case.MXCSR));
    }

    @Test
    void maskedStoresOfNoByteFaultAllTheSame() {
        register(7, ABSENT);
        assertEquals(PF, vector("660ff7c1"));
        assertEquals(ABSENT + 8, Case.at(state, 0, Case.ADDRESS));
        assertEquals(PF, vector("0ff7c1"));
        assertEquals(0xff, Case.shortAt(state, 0, Case.FTW));
    }

    @Test
    void segmentBasesMoveAs32BitsWithAnOperandSizePrefix() {
        Case.at(state, 0, Case.FS, 0x1234_5678);
        assertEquals(NONE, vector("f3660faec0"));
        assertEquals(0x1234_5678, register(0));
    }

    @Test
    void pauseStaysPauseWithRexB() {
        register(0, 1);
        register(8, 2);
        assertEquals(NONE, vector("f34190"));
        assertEquals(1, register(0));
        assertEquals(NONE, vector("4190"));
        assertEquals(2, register(0));
    }

    @Test
    void compareStringsReadsTheDestinationFirst() {
        register(6, ABSENT);
        register(7, ABSENT + 0x100);
        assertEquals(PF, vector("a6"));
        assertEquals(ABSENT + 0x100, Case.at(state, 0, Case.ADDRESS));
    }

    @Test
    void xsaveAndXrstorTouchOnlyWhatIsAskedFor() {
        register(3, Case.DATA - 0x40);
        assertEquals(NONE, vector("0fae23"));
        assertEquals(NONE, vector("0fae2b"));
        register(0, 1);
        assertEquals(PF, vector("0fae23"));
        assertEquals(PF, vector("0fae2b"));
    }

    @Test
    void fstpOfTenBytesStoresTheSignificandBeforeTheExponentFaults() {
        atTheEnd();
        Case.at(state, 0, Case.ST, 1L << 63);
        Case.shortAt(state, 0, Case.FTW, 1);
        register(0, ABSENT - 8);
        assertEquals(PF, vector("db38"));
        assertEquals(1L << 63, Case.at(state, 0, Case.SIZE - 8));
        assertEquals(1, Case.shortAt(state, 0, Case.FTW));
    }

    private void compatibilityMode() {
        Case.intAt(state, 0, Case.COMPATIBILITY, 1);
    }

    @Test
    void popaLeavesWhatItPoppedBeforeItFaulted() {
        compatibilityMode();
        atTheEnd();
        register(4, ABSENT - 4);
        Case.at(state, 0, Case.SIZE - 8, 0x1234_5678L << 32);
        assertEquals(PF, vector("61"));
        assertEquals(0x1234_5678, register(7));
        assertEquals(ABSENT - 4, register(4));
    }

    @Test
    void arplReadsBeforeItWrites() {
        compatibilityMode();
        register(0, ABSENT);
        assertEquals(PF, vector("6308"));
        assertEquals(4, Case.at(state, 0, Case.ERROR));
    }

    @Test
    void aStoreThatAnUnmaskedExceptionStopsDoesNotAskItsSegment() {
        compatibilityMode();
        Case.at(state, 0, Case.FX, 0x37e);
        assertEquals(NONE, vector("64db18"));
        assertEquals(NONE, vector("dbe2"));
        assertEquals(NONE, vector("64db38"));
    }

    @Test
    void boundReadsTheUpperBoundOnlyIfTheLowerOneHolds() {
        compatibilityMode();
        atTheEnd();
        register(0, ABSENT - 4);
        Case.at(state, 0, Case.SIZE - 8, 1L << 32);
        assertEquals(5, vector("6208"));
        register(1, 1);
        assertEquals(PF, vector("6208"));
    }
}
