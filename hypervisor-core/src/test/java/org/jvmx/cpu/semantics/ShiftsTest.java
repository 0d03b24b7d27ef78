package org.jvmx.cpu.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Shifts and rotates against a model that moves one bit at a time. */
class ShiftsTest {
    private static final String[] PREFIX = {"", "40d2", "66d3", "", "d3", "", "", "", "48d3"};

    /** A value and CF, moved bit by bit. */
    private static final class Model {
        final int width;
        long value;
        boolean cf;

        Model(int width, long value, boolean cf) {
            this.width = width;
            this.value = value;
            this.cf = cf;
        }

        void step(int operation) {
            long top = value >>> 8 * width - 1 & 1;
            long bottom = value & 1;
            long carry = cf ? 1 : 0;
            boolean left = operation == 0 || operation == 2 || operation == 4 || operation == 6;
            long in = switch (operation) {
                case 0 -> top;
                case 1 -> bottom;
                case 2, 3 -> carry;
                case 7 -> top;
                default -> 0;
            };
            value = (left ? value << 1 | in : value >>> 1 | in << 8 * width - 1) & Cpu.mask(width);
            cf = (left ? top : bottom) != 0;
        }
    }

    @Test
    void everyShiftMovesBitByBit() {
        SplittableRandom random = new SplittableRandom(1);
        try (Rig rig = Rig.mode64()) {
            for (int round = 0; round < 20_000; round++) {
                int width = 1 << random.nextInt(4);
                int operation = random.nextInt(8);
                int count = random.nextInt(256);
                check(rig, width, operation, count, random.nextLong() & Cpu.mask(width), random.nextBoolean());
            }
        }
    }

    private static void check(Rig rig, int width, int operation, int count, long value, boolean cf) {
        Model model = new Model(width, value, cf);
        int masked = count & (width == 8 ? 63 : 31);
        for (int step = 0; step < masked; step++) {
            model.step(operation);
        }
        rig.cpu.gpr[Cpu.RBX] = value;
        rig.cpu.gpr[Cpu.RCX] = count;
        rig.cpu.statusFlags(cf ? 1 : 0);
        rig.run(PREFIX[width] + "%02x".formatted(0xc3 | operation << 3));
        String what = "operation %d width %d value %x count %d".formatted(operation, width, value, count);
        assertEquals(model.value, rig.cpu.gpr[Cpu.RBX], what);
        assertEquals(model.cf, rig.cpu.cf(), what);
        if (masked != 0 && operation >= 4) {
            assertEquals(model.value == 0, rig.cpu.zf(), what);
            assertEquals(model.value >>> 8 * width - 1 != 0, rig.cpu.sf(), what);
        }
    }

    @Test
    void shlByZeroLeavesFlagsAndClearsTheUpperHalf() {
        try (Rig rig = Rig.mode64()) {
            rig.cpu.gpr[Cpu.RBX] = 0xdead_beef_8000_0001L;
            rig.cpu.gpr[Cpu.RCX] = 32;
            rig.cpu.flags(0xad7);
            rig.run("d3e3");
            assertEquals(0x8000_0001L, rig.cpu.gpr[Cpu.RBX]);
            assertEquals(0xad7, rig.cpu.flags());
        }
    }

    @Test
    void rotatesLeaveSignZeroAdjustAndParity() {
        try (Rig rig = Rig.mode64()) {
            rig.cpu.gpr[Cpu.RBX] = 0x8000_0000L;
            rig.cpu.statusFlags(0xd4);
            rig.run("d1c3");
            assertEquals(0xd5 | 0x800 | 2, rig.cpu.flags());
        }
    }

    @Test
    void overflowOfShiftsByOneIsAChangeOfSign() {
        try (Rig rig = Rig.mode64()) {
            for (int top = 0; top < 4; top++) {
                for (int operation = 4; operation < 8; operation++) {
                    long value = (long) top << 30;
                    rig.cpu.gpr[Cpu.RBX] = value;
                    rig.run("d1%02x".formatted(0xc3 | operation << 3));
                    boolean changed = operation != 7 && (int) value < 0 != (int) rig.cpu.gpr[Cpu.RBX] < 0;
                    assertEquals(changed, rig.cpu.of());
                }
            }
        }
    }

    @Test
    void doubleShiftsTakeBitsOfTheSecondRegister() {
        SplittableRandom random = new SplittableRandom(2);
        try (Rig rig = Rig.mode64()) {
            for (int round = 0; round < 2_000; round++) {
                int count = random.nextInt(1, 64);
                long a = random.nextLong();
                long b = random.nextLong();
                rig.cpu.gpr[Cpu.RBX] = a;
                rig.cpu.gpr[Cpu.RDX] = b;
                rig.run("480fa4d3%02x".formatted(count));
                assertEquals(a << count | b >>> 64 - count, rig.cpu.gpr[Cpu.RBX]);
                assertEquals((a >>> 64 - count & 1) != 0, rig.cpu.cf());
                rig.cpu.gpr[Cpu.RBX] = a;
                rig.run("480facd3%02x".formatted(count));
                assertEquals(a >>> count | b << 64 - count, rig.cpu.gpr[Cpu.RBX]);
                assertEquals((a >>> count - 1 & 1) != 0, rig.cpu.cf());
            }
        }
    }
}
