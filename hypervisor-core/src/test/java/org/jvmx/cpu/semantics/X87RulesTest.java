package org.jvmx.cpu.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class X87RulesTest {
    private static final int NONE = -1;
    private static final int NM = 7;
    private static final int MF = 16;
    private static final String FLD1 = "d9e8";
    private static final String FLDZ = "d9ee";
    private static final String FDIVP = "def9";
    private static final String FNSTSW_AX = "dfe0";
    private static final String FWAIT = "9b";

    private static void divideByZeroUnmasked(Rig rig) {
        rig.run("dbe3");
        rig.cpu.fpControl &= ~4;
        rig.run(FLD1);
        rig.run(FLDZ);
        rig.run(FDIVP);
    }

    @Test
    void anUnmaskedExceptionWaitsForTheNextWaitingInstruction() {
        try (Rig rig = Rig.mode64()) {
            divideByZeroUnmasked(rig);
            assertEquals(NONE, rig.fault(FNSTSW_AX));
            assertEquals(0xb084, rig.cpu.gpr[Cpu.RAX] & 0xffff, "ZE, ES, B, TOP 6: nothing was popped");
            assertEquals(MF, rig.fault(FLD1));
            assertEquals(MF, rig.fault(FWAIT));
            assertEquals(MF, rig.fault("0f6fc1"), "MOVQ MM0, MM1");
            assertEquals(NONE, rig.fault("dbe2"), "FNCLEX");
            assertEquals(NONE, rig.fault(FLD1));
        }
    }

    @Test
    void fwaitLooksAtTaskSwitchedOnlyTogetherWithMonitorCoprocessor() {
        try (Rig rig = Rig.mode64()) {
            rig.cpu.cr0 |= 8;
            assertEquals(NONE, rig.fault(FWAIT));
            rig.cpu.cr0 |= 2;
            assertEquals(NM, rig.fault(FWAIT));
        }
    }

    private static void randomize(Cpu cpu) {
        SplittableRandom random = new SplittableRandom(1);
        cpu.fpControl = 0x27f;
        cpu.fpStatus = 0x4120;
        cpu.fpTop = 5;
        cpu.fpNotEmpty = 0xe6;
        cpu.fpOpcode = 0x5a5;
        cpu.fpInstruction = 0xb_cdefL;
        cpu.fpData = 0xa_1234L;
        for (int n = 0; n < 8; n++) {
            cpu.fpSignificand[n] = random.nextLong();
            cpu.fpSignExponent[n] = random.nextInt(0x1_0000);
        }
    }

    private static void saveAndRestore(Rig rig, String save, String restore) {
        Cpu cpu = rig.cpu;
        cpu.gpr[Cpu.RBX] = 0x2000;
        randomize(cpu);
        long[] significands = cpu.fpSignificand.clone();
        int[] exponents = cpu.fpSignExponent.clone();
        rig.run(save);
        assertEquals(0x37f, cpu.fpControl);
        assertEquals(0, cpu.fpNotEmpty);
        for (int n = 0; n < 8; n++) {
            cpu.fpSignificand[n] = 0;
        }
        rig.run(restore);
        assertEquals(0x27f, cpu.fpControl);
        assertEquals(0x4120, cpu.fpStatus);
        assertEquals(5, cpu.fpTop);
        assertEquals(0xe6, cpu.fpNotEmpty);
        assertEquals(0xa_1234L & (cpu.protectedMode() && cpu.codeSize() == 2 ? 0xffff : -1), cpu.fpData);
        for (int n = 0; n < 8; n++) {
            assertEquals(significands[n], cpu.fpSignificand[n]);
            assertEquals(exponents[n], cpu.fpSignExponent[n]);
        }
    }

    @Test
    void savedStateComesBackInEveryFormat() {
        try (Rig real = Rig.mode16(); Rig flat = Rig.mode32(); Rig wide = Rig.mode64()) {
            saveAndRestore(real, "dd37", "dd27");
            saveAndRestore(real, "66dd37", "66dd27");
            saveAndRestore(flat, "dd33", "dd23");
            saveAndRestore(wide, "dd33", "dd23");
        }
    }

    @Test
    void realModeEnvironmentSplitsThePointersAndHoldsTheOpcode() {
        try (Rig rig = Rig.mode16()) {
            rig.cpu.gpr[Cpu.RBX] = 0x2000;
            randomize(rig.cpu);
            rig.run("d937");
            assertEquals(0xcdef, rig.load(0x2006, 2));
            assertEquals(0xb5a5, rig.load(0x2008, 2));
            assertEquals(0x1234, rig.load(0x200a, 2));
            assertEquals(0xa000, rig.load(0x200c, 2));
        }
    }

    @Test
    void storingTheEnvironmentMasksAllExceptions() {
        try (Rig rig = Rig.mode64()) {
            divideByZeroUnmasked(rig);
            rig.cpu.gpr[Cpu.RBX] = 0x2000;
            rig.run("d933");
            assertEquals(0x3f, rig.cpu.fpControl & 0x3f);
            assertEquals(NONE, rig.fault(FWAIT));
            assertEquals(0xffff_b084L, rig.load(0x2004, 4), "what is stored still has it pending");
            assertEquals(0xffff_1fffL, rig.load(0x2008, 4), "R7 is valid, R6 is zero, the others are empty");
        }
    }

    @Test
    void aStoreThatFaultsChangesNothing() {
        try (Rig rig = Rig.paged()) {
            rig.run("dbe3");
            rig.run(FLD1);
            rig.map(0x6000, 0);
            rig.cpu.gpr[Cpu.RBX] = 0x5ffa;
            rig.store(0x5ff8, 8, 0x1122_3344_5566_7788L);
            assertEquals(14, rig.fault("db3b"), "FSTP of ten bytes across the end of a page");
            assertEquals(0x1122_3344_5566_7788L, rig.load(0x5ff8, 8));
            assertEquals(7, rig.cpu.fpTop);
            assertEquals(14, rig.fault("dd33"), "FNSAVE");
            assertNotEquals(0, rig.cpu.fpNotEmpty);
        }
    }
}
