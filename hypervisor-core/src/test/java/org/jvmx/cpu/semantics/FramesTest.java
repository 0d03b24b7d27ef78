package org.jvmx.cpu.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Frames, loops, bounds and the accumulator. */
class FramesTest {
    @Test
    void pushaKeepsTheOldStackPointer() {
        try (Rig rig = Rig.mode32()) {
            for (int register = 0; register < 8; register++) {
                rig.cpu.gpr[register] = register == Cpu.RSP ? 0x8000 : 0x100 + register;
            }
            rig.run("60");
            assertEquals(0x8000 - 32, rig.cpu.gpr[Cpu.RSP]);
            assertEquals(0x8000, rig.load(0x8000 - 20, 4));
            for (int register = 0; register < 8; register++) {
                rig.cpu.gpr[register] = register == Cpu.RSP ? rig.cpu.gpr[Cpu.RSP] : 0;
            }
            rig.run("61");
            for (int register = 0; register < 8; register++) {
                assertEquals(register == Cpu.RSP ? 0x8000 : 0x100 + register, rig.cpu.gpr[register]);
            }
        }
    }

    @Test
    void enterBuildsADisplayAndLeaveTakesItDown() {
        try (Rig rig = Rig.mode64()) {
            rig.cpu.gpr[Cpu.RBP] = 0x9000;
            rig.store(0x8ff8, 8, 0xaaaa);
            rig.store(0x8ff0, 8, 0xbbbb);
            rig.run("c8200003");
            assertEquals(0x8000 - 8, rig.cpu.gpr[Cpu.RBP]);
            assertEquals(0x8000 - 4 * 8 - 0x20, rig.cpu.gpr[Cpu.RSP]);
            assertEquals(0x9000, rig.load(0x7ff8, 8));
            assertEquals(0xaaaa, rig.load(0x7ff0, 8));
            assertEquals(0xbbbb, rig.load(0x7fe8, 8));
            assertEquals(0x7ff8, rig.load(0x7fe0, 8));
            rig.run("c9");
            assertEquals(0x9000, rig.cpu.gpr[Cpu.RBP]);
            assertEquals(0x8000, rig.cpu.gpr[Cpu.RSP]);
        }
    }

    @Test
    void enterFaultsIfTheNewFrameCannotBeWritten() {
        try (Rig rig = Rig.paged()) {
            rig.map(0x7000, 1);
            rig.cpu.gpr[Cpu.RSP] = 0x8100;
            assertEquals(14, rig.fault("c8000200"));
            assertEquals(0x8100, rig.cpu.gpr[Cpu.RSP]);
        }
    }

    @Test
    void loopsCountInTheAddressSize() {
        try (Rig rig = Rig.mode64()) {
            rig.cpu.gpr[Cpu.RCX] = 0x1_0000_0001L;
            rig.run("e2fe");
            assertEquals(Rig.CODE, rig.cpu.rip);
            assertEquals(0x1_0000_0000L, rig.cpu.gpr[Cpu.RCX]);
            rig.run("67e3fd");
            assertEquals(Rig.CODE, rig.cpu.rip);
            rig.run("67e2fd");
            assertEquals(0xffff_ffffL, rig.cpu.gpr[Cpu.RCX]);
        }
    }

    @Test
    void loopThatLeavesTheSegmentDoesNotCount() {
        try (Rig rig = Rig.mode16()) {
            rig.cpu.limit[Cpu.CS] = Rig.CODE + 2;
            rig.cpu.gpr[Cpu.RCX] = 5;
            assertEquals(13, rig.fault("e210"));
            assertEquals(5, rig.cpu.gpr[Cpu.RCX]);
        }
    }

    @Test
    void boundWantsTheIndexBetweenBothBounds() {
        try (Rig rig = Rig.mode32()) {
            rig.cpu.gpr[Cpu.RSI] = 0x4000;
            rig.store(0x4000, 4, -3);
            rig.store(0x4004, 4, 3);
            for (int index = -5; index <= 5; index++) {
                rig.cpu.gpr[Cpu.RAX] = index & 0xffff_ffffL;
                assertEquals(Math.abs(index) > 3 ? 5 : -1, rig.fault("6206"));
            }
        }
    }

    @Test
    void sahfLeavesOverflow() {
        try (Rig rig = Rig.mode64()) {
            rig.cpu.statusFlags(0x800);
            rig.cpu.gpr[Cpu.RAX] = 0xff00;
            rig.run("9e");
            assertEquals(0x8d7, rig.cpu.flags());
            rig.run("9f");
            assertEquals(0xd700, rig.cpu.gpr[Cpu.RAX]);
        }
    }

    @Test
    void signsFillTheUpperHalves() {
        try (Rig rig = Rig.mode64()) {
            rig.cpu.gpr[Cpu.RAX] = 0x80;
            rig.run("6698");
            rig.run("98");
            rig.run("4898");
            assertEquals(-128, rig.cpu.gpr[Cpu.RAX]);
            rig.run("99");
            assertEquals(0xffff_ffffL, rig.cpu.gpr[Cpu.RDX]);
            rig.run("4899");
            assertEquals(-1, rig.cpu.gpr[Cpu.RDX]);
        }
    }

    @Test
    void randomNumbersComeFromTheModel() {
        try (Rig rig = Rig.mode64()) {
            rig.cpu.statusFlags(0x8d4);
            rig.run("480fc7f0");
            assertEquals(0x1234_5678_9abc_def1L, rig.cpu.gpr[Cpu.RAX]);
            assertEquals(3, rig.cpu.flags());
        }
    }
}
