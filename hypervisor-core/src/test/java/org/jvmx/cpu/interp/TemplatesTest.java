package org.jvmx.cpu.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.cpu.semantics.Meanings;
import org.jvmx.cpu.semantics.Rig;

/** The templates against the plain driver, in every operand form and width. */
class TemplatesTest {
    private static final long DATA = 0x4000;
    private static final String[] SIZES = {"66", "", "48"};
    private static final String[] BYTE_SIZES = {"", "40"};

    private final SplittableRandom random = new SplittableRandom(8);

    /** Opcodes with ModRM whose reg names a register: bytes, then words and wider. */
    private static final String[] BYTE_FORMS =
            {"00", "08", "10", "18", "20", "28", "30", "38", "02", "0a", "12", "1a", "22", "2a", "32", "3a", "84", "86",
                "88", "8a", "0fb0", "0fc0"};
    private static final String[] FORMS =
            {"01", "09", "11", "19", "21", "29", "31", "39", "03", "0b", "13", "1b", "23", "2b", "33", "3b", "85", "87", "89",
                "8b", "0faf", "0fb1", "0fb6", "0fb7", "0fbe", "0fbf", "0fbc", "0fbd", "0fc1", "f30fb8", "f30fbc", "f30fbd", "0fa5", "0fad"};

    private String form() {
        int kind = random.nextInt(6);
        String size = SIZES[random.nextInt(3)];
        String narrow = BYTE_SIZES[random.nextInt(2)];
        return switch (kind) {
            case 0 -> narrow + pick(BYTE_FORMS) + operands(random.nextInt(8));
            case 1 -> prefixed(size, pick(FORMS)) + operands(random.nextInt(8));
            case 2 -> size + (random.nextBoolean() ? "83" : "c1") + operands(random.nextInt(8)) + immediate(1);
            case 3 -> narrow + (random.nextBoolean() ? "80" : "c0") + operands(random.nextInt(8)) + immediate(1);
            case 4 -> size + pick(new String[] {"d1", "d3"}) + operands(random.nextInt(8));
            default -> rare(size, narrow);
        };
    }

    private String rare(String size, String narrow) {
        return switch (random.nextInt(9)) {
            case 0 -> size + "69" + operands(random.nextInt(8)) + immediate(size.equals("66") ? 2 : 4);
            case 1 -> size + "81" + operands(random.nextInt(8)) + immediate(size.equals("66") ? 2 : 4);
            case 2 -> size + "f7" + operands(2 + random.nextInt(2));
            case 3 -> narrow + "f6" + operands(2 + random.nextInt(2));
            case 4 -> size + "ff" + operands(random.nextInt(2));
            case 5 -> size + "0fba" + operands(4 + random.nextInt(4)) + immediate(1);
            case 6 -> size + "c7" + operands(0) + immediate(size.equals("66") ? 2 : 4);
            case 7 -> "c4e2" + pick(new String[] {"60f2", "e0f2"}) + operands(random.nextInt(8));
            default -> "c4e2" + pick(new String[] {"61f7", "e2f7", "63f7", "e0f7", "60f5"}) + operands(random.nextInt(8));
        };
    }

    private static String prefixed(String size, String opcode) {
        return opcode.startsWith("f3") ? (size.equals("66") ? "66f3" : "f3" + size) + opcode.substring(2) : size + opcode;
    }

    private String pick(String[] from) {
        return from[random.nextInt(from.length)];
    }

    private String immediate(int bytes) {
        byte[] value = new byte[bytes];
        for (int at = 0; at < bytes; at++) {
            value[at] = (byte) random.nextInt();
        }
        return HexFormat.of().formatHex(value);
    }

    /** ModRM with a register (not RSP), or memory at RSI, or at RSI plus RBP plus a displacement. */
    private String operands(int reg) {
        int register = reg == 4 ? 3 : reg;
        return switch (random.nextInt(4)) {
            case 0 -> "%02x".formatted(0x06 | reg << 3);
            case 1 -> "%02x2e10".formatted(0x44 | reg << 3);
            default -> "%02x".formatted(0xc0 | reg << 3 | (random.nextInt(2) == 0 ? register : random.nextInt(4)));
        };
    }

    @Test
    void everyFormDoesWhatThePlainDriverDoes() {
        try (Rig plain = Rig.mode64(); Rig fast = Rig.mode64()) {
            Interpreter interpreter = new Interpreter(fast.cpu, Meanings.ALL);
            fast.cpu.controls.exceptionBitmap = -1;
            for (int round = 0; round < 12_000; round++) {
                byte[] code = HexFormat.of().parseHex(form());
                prepare(plain, fast);
                int fault = run(plain, code);
                fast.code(code);
                fast.cpu.rip = Rig.CODE;
                fast.cpu.deadline = fast.cpu.retired + 1;
                fast.cpu.lookToDeadline();
                interpreter.run();
                compare(plain, fast, code, fault);
            }
        }
    }

    private void prepare(Rig plain, Rig fast) {
        for (int register = 0; register < 8; register++) {
            long value = random.nextInt(3) == 0 ? random.nextInt(-5, 5) : random.nextLong();
            plain.cpu.gpr[register] = value;
            fast.cpu.gpr[register] = value;
        }
        long flags = random.nextInt();
        long memory = random.nextLong();
        for (Rig rig : new Rig[] {plain, fast}) {
            rig.cpu.gpr[Cpu.RSP] = 0x8000;
            rig.cpu.gpr[Cpu.RSI] = DATA;
            rig.cpu.gpr[Cpu.RBP] = 0x20;
            rig.cpu.statusFlags((int) flags & 0x8d5);
            rig.store(DATA, 8, memory);
            rig.store(DATA + 0x30, 8, ~memory);
        }
    }

    private static int run(Rig plain, byte[] code) {
        try {
            plain.run(code);
            return -1;
        } catch (org.jvmx.cpu.state.GuestFault fault) {
            return fault.vector;
        }
    }

    private static void compare(Rig plain, Rig fast, byte[] code, int fault) {
        String what = HexFormat.of().formatHex(code);
        if (fault >= 0) {
            assertEquals(fault, fast.cpu.exit.interruptionInformation() & 0xff, what);
            return;
        }
        assertArrayEquals(Arrays.copyOf(plain.cpu.gpr, 16), Arrays.copyOf(fast.cpu.gpr, 16), what);
        assertEquals(plain.cpu.flags(), fast.cpu.flags(), what);
        assertEquals(plain.cpu.rip, fast.cpu.rip, what);
        assertEquals(plain.load(DATA, 8), fast.load(DATA, 8), what);
        assertEquals(plain.load(DATA + 0x30, 8), fast.load(DATA + 0x30, 8), what);
    }
}
