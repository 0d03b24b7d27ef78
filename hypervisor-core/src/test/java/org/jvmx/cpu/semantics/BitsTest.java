package org.jvmx.cpu.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BitsTest {
    private static final long DATA = 0x4000;

    private static Rig rig() {
        Rig rig = Rig.mode64();
        rig.cpu.gpr[Cpu.RSI] = DATA;
        return rig;
    }

    @Test
    void bitNumbersInRegistersReachBeyondTheOperand() {
        int[] prefixWidths = {2, 4, 8};
        String[] prefixes = {"66", "", "48"};
        SplittableRandom random = new SplittableRandom(4);
        try (Rig rig = rig()) {
            for (int round = 0; round < 3_000; round++) {
                int form = round % 3;
                int bit = random.nextInt(-900, 900);
                long at = DATA + Math.floorDiv(bit, 8);
                int old = random.nextInt(256);
                rig.store(at, 1, old);
                rig.cpu.gpr[Cpu.RCX] = bit & Cpu.mask(prefixWidths[form]);
                int kind = random.nextInt(4);
                rig.run(prefixes[form] + "0f%02x0e".formatted(0xa3 + 8 * kind));
                int mask = 1 << Math.floorMod(bit, 8);
                int expected = kind == 0 ? old : kind == 1 ? old | mask : kind == 2 ? old & ~mask : old ^ mask;
                assertEquals(expected, rig.load(at, 1));
                assertEquals((old & mask) != 0, rig.cpu.cf());
            }
        }
    }

    @Test
    void bitNumbersAreTakenModuloTheOperandElsewhere() {
        try (Rig rig = rig()) {
            rig.cpu.gpr[Cpu.RAX] = 1L << 33;
            rig.run("480fbae061");
            assertEquals(true, rig.cpu.cf());
            rig.store(DATA, 4, 0);
            rig.run("0fba2e25");
            assertEquals(0x20, rig.load(DATA, 8));
        }
    }

    @Test
    void bitTestsLeaveTheOtherFlags() {
        try (Rig rig = rig()) {
            rig.cpu.gpr[Cpu.RAX] = 2;
            rig.cpu.statusFlags(0x8d4);
            rig.run("0fbae001");
            assertEquals(0x8d7, rig.cpu.flags());
        }
    }

    @Test
    void scansFindTheOutermostBits() {
        SplittableRandom random = new SplittableRandom(5);
        try (Rig rig = rig()) {
            for (int round = 0; round < 500; round++) {
                int low = random.nextInt(64);
                int high = random.nextInt(low, 64);
                long value = 1L << low | 1L << high | (high - low > 1 ? random.nextLong() << low & (1L << high) - 1 : 0);
                rig.cpu.gpr[Cpu.RBX] = value;
                rig.run("480fbcc3");
                assertEquals(low, rig.cpu.gpr[Cpu.RAX]);
                rig.run("480fbdc3");
                assertEquals(high, rig.cpu.gpr[Cpu.RAX]);
                rig.run("f3480fbcc3");
                assertEquals(low, rig.cpu.gpr[Cpu.RAX]);
                rig.run("f3480fbdc3");
                assertEquals(63 - high, rig.cpu.gpr[Cpu.RAX]);
            }
        }
    }

    @Test
    void aScanOfZeroLeavesTheWholeDestination() {
        try (Rig rig = rig()) {
            rig.cpu.gpr[Cpu.RAX] = -2;
            rig.run("0fbcc3");
            assertEquals(-2, rig.cpu.gpr[Cpu.RAX]);
            assertEquals(true, rig.cpu.zf());
        }
    }

    @Test
    void countsOfZeroAreTheWidth() {
        try (Rig rig = rig()) {
            rig.run("66f30fbcc3");
            assertEquals(16, rig.cpu.gpr[Cpu.RAX]);
            assertEquals(true, rig.cpu.cf());
            rig.run("f30fbdc3");
            assertEquals(32, rig.cpu.gpr[Cpu.RAX]);
            assertEquals(false, rig.cpu.zf());
        }
    }

    @Test
    void movbeAndBswapReverseBytes() {
        try (Rig rig = rig()) {
            rig.store(DATA, 8, 0x0102_0304_0506_0708L);
            rig.run("480f38f006");
            assertEquals(0x0807_0605_0403_0201L, rig.cpu.gpr[Cpu.RAX]);
            rig.run("0f38f106");
            assertEquals(0x0102_0304_0102_0304L, rig.load(DATA, 8));
            rig.run("660f38f006");
            assertEquals(0x0807_0605_0403_0403L, rig.cpu.gpr[Cpu.RAX]);
            rig.run("0fc8");
            assertEquals(0x0304_0304L, rig.cpu.gpr[Cpu.RAX]);
        }
    }

    @Test
    void bmiAgreesWithBitwiseModels() {
        SplittableRandom random = new SplittableRandom(6);
        try (Rig rig = rig()) {
            for (int round = 0; round < 2_000; round++) {
                long a = random.nextLong();
                long b = random.nextLong() & random.nextLong();
                rig.cpu.gpr[Cpu.RAX] = 0;
                rig.cpu.gpr[Cpu.RBX] = a;
                rig.cpu.gpr[Cpu.RCX] = b;
                rig.run("c4e2e3f5c1");
                assertEquals(deposit(a, b), rig.cpu.gpr[Cpu.RAX]);
                rig.cpu.gpr[Cpu.RDX] = deposit(a, b);
                rig.run("c4e2eaf5c1");
                assertEquals(a & (1L << Long.bitCount(b)) - 1, rig.cpu.gpr[Cpu.RAX], "PEXT undoes PDEP");
                int start = random.nextInt(70);
                int length = random.nextInt(70);
                rig.cpu.gpr[Cpu.RDX] = start | length << 8;
                rig.run("c4e2e8f7c3");
                assertEquals(extract(a, start, length), rig.cpu.gpr[Cpu.RAX]);
            }
        }
    }

    private static long deposit(long source, long mask) {
        long result = 0;
        int next = 0;
        for (int bit = 0; bit < 64; bit++) {
            if ((mask >>> bit & 1) != 0) {
                result |= (source >>> next++ & 1) << bit;
            }
        }
        return result;
    }

    private static long extract(long source, int start, int length) {
        long result = 0;
        for (int bit = 0; bit < length && start + bit < 64; bit++) {
            result |= (source >>> start + bit & 1) << bit;
        }
        return result;
    }

    @Test
    void crc32HasTheCheckValueOfCastagnoli() {
        try (Rig rig = rig()) {
            rig.cpu.gpr[Cpu.RAX] = 0xffff_ffffL;
            for (char digit = '1'; digit <= '9'; digit++) {
                rig.cpu.gpr[Cpu.RBX] = digit;
                rig.run("f20f38f0c3");
            }
            assertEquals(0xe306_9283L, ~rig.cpu.gpr[Cpu.RAX] & 0xffff_ffffL);
        }
    }

    @Test
    void adcxAndAdoxKeepTheirCarriesApart() {
        try (Rig rig = rig()) {
            rig.cpu.gpr[Cpu.RAX] = -1;
            rig.cpu.gpr[Cpu.RBX] = 0;
            rig.cpu.statusFlags(0x801);
            rig.run("66480f38f6c3");
            assertEquals(0, rig.cpu.gpr[Cpu.RAX]);
            rig.run("f3480f38f6c3");
            assertEquals(1, rig.cpu.gpr[Cpu.RAX]);
            assertEquals(3, rig.cpu.flags());
        }
    }
}
