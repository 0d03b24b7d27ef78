package org.jvmx.cpu.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Decimal adjustments against decimal arithmetic. */
class DecimalTest {
    private static int packed(int value) {
        return value / 10 << 4 | value % 10;
    }

    @Test
    void daaAndDasCorrectPackedSumsAndDifferences() {
        try (Rig rig = Rig.mode32()) {
            for (int a = 0; a < 100; a++) {
                for (int b = 0; b < 100; b++) {
                    rig.cpu.gpr[Cpu.RAX] = packed(a);
                    rig.cpu.gpr[Cpu.RBX] = packed(b);
                    rig.run("00d8");
                    rig.run("27");
                    assertEquals(packed((a + b) % 100), rig.cpu.gpr[Cpu.RAX]);
                    assertEquals(a + b > 99, rig.cpu.cf());
                    rig.cpu.gpr[Cpu.RAX] = packed(a);
                    rig.run("28d8");
                    rig.run("2f");
                    assertEquals(packed((a - b + 100) % 100), rig.cpu.gpr[Cpu.RAX]);
                    assertEquals(a < b, rig.cpu.cf());
                }
            }
        }
    }

    @Test
    void aaaAndAasCarryIntoAh() {
        try (Rig rig = Rig.mode32()) {
            for (int a = 0; a < 10; a++) {
                for (int b = 0; b < 10; b++) {
                    rig.cpu.gpr[Cpu.RAX] = 0x500 | a;
                    rig.cpu.gpr[Cpu.RBX] = b;
                    rig.run("00d8");
                    rig.run("37");
                    assertEquals((a + b > 9 ? 0x600 : 0x500) | (a + b) % 10, rig.cpu.gpr[Cpu.RAX]);
                    rig.cpu.gpr[Cpu.RAX] = 0x500 | a;
                    rig.run("28d8");
                    rig.run("3f");
                    assertEquals((a < b ? 0x400 : 0x500) | (a - b + 10) % 10, rig.cpu.gpr[Cpu.RAX]);
                }
            }
        }
    }

    @Test
    void aamAndAadSplitAndJoinDigits() {
        try (Rig rig = Rig.mode32()) {
            for (int value = 0; value < 100; value++) {
                rig.cpu.gpr[Cpu.RAX] = value;
                rig.run("d40a");
                assertEquals(value / 10 << 8 | value % 10, rig.cpu.gpr[Cpu.RAX]);
                rig.run("d50a");
                assertEquals(value, rig.cpu.gpr[Cpu.RAX]);
                assertEquals(value == 0, rig.cpu.zf());
            }
            assertEquals(0, rig.fault("d400"));
        }
    }
}
