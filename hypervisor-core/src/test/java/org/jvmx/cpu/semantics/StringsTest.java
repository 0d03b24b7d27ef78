package org.jvmx.cpu.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.jvmx.cpu.state.Attention;
import org.jvmx.cpu.state.Flags;

class StringsTest {
    private static void registers(Rig rig, long count, long from, long to) {
        rig.cpu.gpr[Cpu.RCX] = count;
        rig.cpu.gpr[Cpu.RSI] = from;
        rig.cpu.gpr[Cpu.RDI] = to;
    }

    private static void fill(Rig rig, long from, int count) {
        for (int at = 0; at < count; at++) {
            rig.store(from + at, 1, at * 7 + 1 & 0xff);
        }
    }

    @Test
    void overlappingCopiesGoElementByElement() {
        SplittableRandom random = new SplittableRandom(7);
        String[] forms = {"f3a4", "f366a5", "f3a5", "f348a5"};
        try (Rig rig = Rig.paged()) {
            for (int round = 0; round < 400; round++) {
                int size = 1 << round % 4;
                int count = random.nextInt(1, 40);
                long from = 0x5000 - random.nextInt(200);
                long to = from + random.nextInt(-40, 40);
                boolean down = random.nextInt(4) == 0;
                fill(rig, 0x4e00, 0x400);
                byte[] expected = copied(rig, from, to, count, size, down);
                rig.cpu.systemFlags = Flags.ONE | (down ? Flags.DF : 0);
                registers(rig, count, from, to);
                rig.runWhole(forms[round % 4]);
                for (int at = 0; at < expected.length; at++) {
                    assertEquals(expected[at] & 0xff, rig.load(0x4e00 + at, 1));
                }
                assertEquals(0, rig.cpu.gpr[Cpu.RCX]);
                assertEquals(from + (long) count * (down ? -size : size), rig.cpu.gpr[Cpu.RSI]);
                assertEquals(to + (long) count * (down ? -size : size), rig.cpu.gpr[Cpu.RDI]);
            }
        }
    }

    private static byte[] copied(Rig rig, long from, long to, int count, int size, boolean down) {
        byte[] memory = new byte[0x400];
        for (int at = 0; at < memory.length; at++) {
            memory[at] = (byte) rig.load(0x4e00 + at, 1);
        }
        for (int n = 0; n < count; n++) {
            int source = (int) from - 0x4e00 + n * (down ? -size : size);
            int target = (int) to - 0x4e00 + n * (down ? -size : size);
            byte[] element = java.util.Arrays.copyOfRange(memory, source, source + size);
            System.arraycopy(element, 0, memory, target, size);
        }
        return memory;
    }

    @Test
    void aPageFaultLeavesTheIterationsBeforeItDone() {
        try (Rig rig = Rig.paged()) {
            fill(rig, 0x4000, 0x2000);
            rig.map(0x8000, 0);
            registers(rig, 0x100, 0x4ffc, 0x7fa2);
            assertEquals(14, rig.fault("f348a5"));
            assertEquals(0x100 - 11, rig.cpu.gpr[Cpu.RCX]);
            assertEquals(0x4ffc + 88, rig.cpu.gpr[Cpu.RSI]);
            assertEquals(0x7fa2 + 88, rig.cpu.gpr[Cpu.RDI]);
            assertEquals(0x8000, rig.cpu.fault.detail);
            rig.map(0x8000, 3);
            rig.runWhole("f348a5");
            for (int at = 0; at < 0x800; at++) {
                assertEquals(rig.load(0x4ffc + at, 1), rig.load(0x7fa2 + at, 1));
            }
        }
    }

    @Test
    void aFaultInARepeatedComparisonRestoresTheFlags() {
        try (Rig rig = Rig.paged()) {
            rig.map(0x8000, 0);
            registers(rig, 100, 0x4000, 0x7ff0);
            rig.cpu.statusFlags(Flags.CF | Flags.OF);
            assertEquals(14, rig.fault("f3a6"));
            assertEquals(100 - 16, rig.cpu.gpr[Cpu.RCX]);
            assertEquals(Flags.CF | Flags.OF | Flags.ONE, rig.cpu.flags());
        }
    }

    @Test
    void comparisonsStopBehindTheFirstDifference() {
        try (Rig rig = Rig.paged()) {
            for (int place = 0; place < 200; place += 13) {
                fill(rig, 0x4f80, 0x100);
                fill(rig, 0x7f70, 0x100);
                rig.store(0x7f70 + place, 1, 0);
                rig.store(0x4f80 + place, 1, 0xff);
                registers(rig, 0x100, 0x4f80, 0x7f70);
                rig.runWhole("f3a6");
                assertEquals(0x100 - place - 1, rig.cpu.gpr[Cpu.RCX]);
                assertEquals(0x4f80 + place + 1, rig.cpu.gpr[Cpu.RSI]);
                assertEquals(false, rig.cpu.zf());
                assertEquals(true, rig.cpu.sf());
                assertEquals(false, rig.cpu.cf());
            }
        }
    }

    @Test
    void scansStopBehindWhatTheyLookFor() {
        try (Rig rig = Rig.paged()) {
            rig.store(0x5008, 2, 0xabcd);
            rig.cpu.gpr[Cpu.RAX] = 0xffff_abcdL;
            registers(rig, 0x1000, 0, 0x4f00);
            rig.runWhole("f266af");
            assertEquals(0x500a, rig.cpu.gpr[Cpu.RDI]);
            assertEquals(true, rig.cpu.zf());
        }
    }

    @Test
    void storesOfAnyPatternFillTheWholeRange() {
        long[] patterns = {0, 0x2020_2020_2020_2020L, 0x0102_0304_0506_0708L};
        String[] forms = {"f3aa", "f366ab", "f3ab", "f348ab"};
        try (Rig rig = Rig.paged()) {
            for (int round = 0; round < 12; round++) {
                int size = 1 << round % 4;
                rig.cpu.gpr[Cpu.RAX] = patterns[round / 4];
                registers(rig, 0x300, 0, 0x4f01);
                rig.runWhole(forms[round % 4]);
                for (int n = 0; n < 0x300; n++) {
                    assertEquals(rig.cpu.gpr[Cpu.RAX] & Cpu.mask(size), rig.load(0x4f01 + n * size, size));
                }
                assertEquals(0x4f01 + 0x300 * size, rig.cpu.gpr[Cpu.RDI]);
            }
        }
    }

    @Test
    void offsetsOf16BitsWrapAround() {
        try (Rig rig = Rig.mode16()) {
            fill(rig, 0x4000, 16);
            registers(rig, 0xabcd_0010L, 0x4000, 0x1234_fff8L);
            rig.runWhole("f3a4");
            assertEquals(rig.load(0x400f, 1), rig.load(7, 1));
            assertEquals(0x1234_0008L, rig.cpu.gpr[Cpu.RDI]);
            assertEquals(0xabcd_0000L, rig.cpu.gpr[Cpu.RCX]);
        }
    }

    @Test
    void anElementAcrossTheSegmentLimitFaultsByItself() {
        try (Rig rig = Rig.mode32()) {
            rig.cpu.limit[Cpu.ES] = 0x4fff;
            rig.cpu.modeChanged();
            rig.cpu.attention = 0;
            registers(rig, 0x10, 0x8000, 0x4ff2);
            assertEquals(13, rig.fault("f3a5"));
            assertEquals(0x10 - 3, rig.cpu.gpr[Cpu.RCX]);
            assertEquals(0x4ffe, rig.cpu.gpr[Cpu.RDI]);
        }
    }

    @Test
    void segmentOverridesApplyToTheSourceOnly() {
        try (Rig rig = Rig.mode16()) {
            rig.cpu.base[Cpu.FS] = 0x3000;
            rig.store(0x3100, 1, 0x5a);
            registers(rig, 0, 0x100, 0x200);
            rig.run("64a4");
            assertEquals(0x5a, rig.load(0x200, 1));
        }
    }

    @Test
    void singleStepStopsAfterEachIteration() {
        try (Rig rig = Rig.paged()) {
            registers(rig, 3, 0x4000, 0x5000);
            for (int left = 2; left >= 0; left--) {
                rig.cpu.attention = Attention.STEP;
                rig.run("f3a4");
                assertEquals(left, rig.cpu.gpr[Cpu.RCX]);
                assertEquals(left == 0 ? Rig.CODE + 2 : Rig.CODE, rig.cpu.rip);
            }
        }
    }

    @Test
    void longRepetitionsLetEventsIn() {
        try (Rig rig = Rig.paged()) {
            registers(rig, 3 * Strings.BURST, 0, 0x4000);
            assertEquals(3, rig.runWhole("f3aa"));
            registers(rig, 0, 0, 0x4000);
            assertTrue(rig.runWhole("f3aa") == 1 && rig.cpu.gpr[Cpu.RDI] == 0x4000);
        }
    }
}
