package org.jvmx.cpu.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SseRulesTest {
    private static final int NONE = -1;
    private static final int UD = 6;
    private static final int GP = 13;
    private static final int PF = 14;
    private static final int XM = 19;
    private static final String MOVAPS_LOAD = "0f2803";
    private static final String MOVUPS_LOAD = "0f1003";
    private static final String MOVUPS_STORE = "0f1103";
    private static final String DIVSD = "f20f5ec1";

    @Test
    void alignedMovesFaultOffTheirBoundary() {
        try (Rig rig = Rig.mode64()) {
            rig.cpu.gpr[Cpu.RBX] = 0x2008;
            assertEquals(GP, rig.fault(MOVAPS_LOAD));
            assertEquals(GP, rig.fault("660fd403"), "PADDQ");
            assertEquals(NONE, rig.fault(MOVUPS_LOAD));
            assertEquals(NONE, rig.fault("660f3a630300"), "PCMPISTRI");
            rig.cpu.gpr[Cpu.RBX] = 0x2010;
            assertEquals(NONE, rig.fault(MOVAPS_LOAD));
        }
    }

    @Test
    void aFaultingExceptionKeepsTheDestinationAndSetsTheFlag() {
        try (Rig rig = Rig.mode64()) {
            Cpu cpu = rig.cpu;
            cpu.mxcsr = 0x1f80 & ~(4 << 7);
            cpu.xmm[0] = Double.doubleToRawLongBits(1);
            cpu.xmm[2] = 0;
            assertEquals(UD, rig.fault(DIVSD), "without CR4.OSXMMEXCPT");
            cpu.cr4 = 0x600;
            assertEquals(XM, rig.fault(DIVSD));
            assertEquals(Double.doubleToRawLongBits(1), cpu.xmm[0]);
            assertEquals(4, cpu.mxcsr & 0x3f);
        }
    }

    @Test
    void reservedBitsOfMxcsrCannotBeLoaded() {
        try (Rig rig = Rig.mode64()) {
            rig.cpu.gpr[Cpu.RBX] = 0x2000;
            rig.store(0x2000, 4, 0x1_1f80);
            assertEquals(GP, rig.fault("0fae13"));
            rig.store(0x2000, 4, 0xffff);
            assertEquals(NONE, rig.fault("0fae13"));
            assertEquals(0xffff, rig.cpu.mxcsr);
        }
    }

    @Test
    void aStoreAcrossPagesIsAllOrNothing() {
        try (Rig rig = Rig.paged()) {
            rig.cpu.gpr[Cpu.RBX] = 0x5ff8;
            rig.cpu.xmm[0] = -1;
            rig.map(0x6000, 0);
            assertEquals(PF, rig.fault(MOVUPS_STORE));
            assertEquals(0, rig.load(0x5ff8, 8));
            rig.cpu.gpr[Cpu.RDI] = 0x5ff8;
            rig.cpu.xmm[2] = 0x80;
            rig.cpu.xmm[3] = 0x80;
            assertEquals(PF, rig.fault("660ff7c1"), "MASKMOVDQU");
            assertEquals(0, rig.load(0x5ff8, 8));
            rig.cpu.xmm[3] = 0;
            assertEquals(PF, rig.fault("660ff7c1"), "whichever bytes are selected");
            assertEquals(0, rig.load(0x5ff8, 8));
        }
    }

    @Test
    void mmxInstructionsMakeAllRegistersValidAndEmmsEmpty() {
        try (Rig rig = Rig.mode64()) {
            Cpu cpu = rig.cpu;
            rig.run("dbe3");
            rig.run("d9e8");
            rig.run("0feff6");
            assertEquals(0, cpu.fpTop);
            assertEquals(0xff, cpu.fpNotEmpty);
            assertEquals(0xffff, cpu.fpSignExponent[6]);
            rig.run("0f77");
            assertEquals(0, cpu.fpNotEmpty);
        }
    }

    @Test
    void scalarMovesKeepOrClearTheRest() {
        try (Rig rig = Rig.mode64()) {
            Cpu cpu = rig.cpu;
            cpu.gpr[Cpu.RBX] = 0x2000;
            rig.store(0x2000, 8, 0x1111_1111_2222_2222L);
            cpu.xmm[0] = -1;
            cpu.xmm[1] = -1;
            cpu.xmm[2] = 0x3333_3333_4444_4444L;
            rig.run("f30f10c1");
            assertEquals(0xffff_ffff_4444_4444L, cpu.xmm[0]);
            assertEquals(-1, cpu.xmm[1]);
            rig.run("f30f1003");
            assertEquals(0x2222_2222L, cpu.xmm[0]);
            assertEquals(0, cpu.xmm[1]);
        }
    }
}
