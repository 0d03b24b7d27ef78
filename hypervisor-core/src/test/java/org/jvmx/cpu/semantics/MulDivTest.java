package org.jvmx.cpu.semantics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Products and quotients against {@link BigInteger}. */
class MulDivTest {
    private static final int[] WIDTHS = {1, 2, 4, 8};

    private final SplittableRandom random = new SplittableRandom(3);

    private static String form(int width, int digit) {
        String opcode = width == 1 ? "f6" : width == 2 ? "66f7" : width == 4 ? "f7" : "48f7";
        return opcode + "%02x".formatted(0xc3 | digit << 3);
    }

    private static BigInteger big(long value, int width, boolean signed) {
        BigInteger all = BigInteger.valueOf(Cpu.signed(value, width));
        return signed || all.signum() >= 0 ? all : all.add(BigInteger.ONE.shiftLeft(8 * width));
    }

    private static BigInteger wide(long high, long low, int width, boolean signed) {
        return big(high, width, signed).shiftLeft(8 * width).add(big(low, width, false));
    }

    private static long low(Rig rig, int width) {
        return rig.cpu.reg(Cpu.RAX, width);
    }

    private static long high(Rig rig, int width) {
        return width == 1 ? rig.cpu.gpr[Cpu.RAX] >>> 8 & 0xff : rig.cpu.reg(Cpu.RDX, width);
    }

    private long value() {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong();
            case 1 -> 1L << random.nextInt(64);
            case 2 -> -1L >>> random.nextInt(64);
            default -> random.nextInt(-300, 300);
        };
    }

    @Test
    void productsHaveDoubleWidth() {
        try (Rig rig = Rig.mode64()) {
            for (int round = 0; round < 8_000; round++) {
                int width = WIDTHS[round & 3];
                boolean signed = (round & 4) != 0;
                long a = value();
                long b = value();
                rig.cpu.gpr[Cpu.RAX] = a;
                rig.cpu.gpr[Cpu.RBX] = b;
                rig.run(form(width, signed ? 5 : 4));
                BigInteger product = big(a, width, signed).multiply(big(b, width, signed));
                assertEquals(product, wide(high(rig, width), low(rig, width), width, signed));
                boolean fits = product.equals(big(low(rig, width), width, signed));
                assertEquals(!fits, rig.cpu.cf());
                assertEquals(!fits, rig.cpu.of());
            }
        }
    }

    @Test
    void shortProductsTellWhetherTheyFit() {
        String[] forms = {"660fafd8", "0fafd8", "480fafd8", "6669d8c0fe", "6bd8c0", "486bd8c0"};
        int[] widths = {2, 4, 8, 2, 4, 8};
        try (Rig rig = Rig.mode64()) {
            for (int round = 0; round < 6_000; round++) {
                int form = round % forms.length;
                int width = widths[form];
                long a = value();
                long b = form < 3 ? value() : form == 3 ? -320 : -64;
                rig.cpu.gpr[Cpu.RAX] = a;
                rig.cpu.gpr[Cpu.RBX] = b;
                rig.run(forms[form]);
                BigInteger product = big(a, width, true).multiply(big(b, width, true));
                assertEquals(product.longValue() & Cpu.mask(width), rig.cpu.reg(Cpu.RBX, width));
                assertEquals(product.bitLength() >= 8 * width, rig.cpu.cf());
                assertEquals(rig.cpu.cf(), rig.cpu.of());
            }
        }
    }

    @Test
    void quotientsThatDoNotFitRaiseDivideError() {
        try (Rig rig = Rig.mode64()) {
            int quotients = 0;
            for (int round = 0; round < 20_000; round++) {
                int width = WIDTHS[round & 3];
                boolean signed = (round & 4) != 0;
                long divisor = value();
                long high = random.nextInt(3) > 0 ? Cpu.signed(divisor, width) >> random.nextInt(1, 8 * width) : random.nextInt(-2, 2);
                quotients += divide(rig, width, signed, high, value(), divisor);
            }
            assertEquals(true, quotients > 5_000, "quotients that fit: " + quotients);
        }
    }

    private static int divide(Rig rig, int width, boolean signed, long high, long low, long divisor) {
        if (width == 1) {
            rig.cpu.gpr[Cpu.RAX] = low & 0xff | (high & 0xff) << 8;
        } else {
            rig.cpu.gpr[Cpu.RAX] = low;
            rig.cpu.gpr[Cpu.RDX] = high;
        }
        rig.cpu.gpr[Cpu.RBX] = divisor;
        BigInteger by = big(divisor, width, signed);
        int fault = rig.fault(form(width, signed ? 7 : 6));
        if (by.signum() == 0) {
            assertEquals(0, fault);
            return 0;
        }
        BigInteger[] parts = wide(high, low, width, signed).divideAndRemainder(by);
        boolean fits = parts[0].equals(big(parts[0].longValue(), width, signed));
        assertEquals(fits ? -1 : 0, fault);
        if (fits) {
            assertEquals(parts[0].longValue() & Cpu.mask(width), low(rig, width));
            assertEquals(parts[1].longValue() & Cpu.mask(width), high(rig, width));
        }
        return fits ? 1 : 0;
    }

    @Test
    void mulxWritesTheHighHalfLast() {
        try (Rig rig = Rig.mode64()) {
            rig.cpu.gpr[Cpu.RDX] = -1;
            rig.cpu.gpr[Cpu.RBX] = 3;
            rig.cpu.statusFlags(0x8d5);
            rig.run("c4e2fbf6c3");
            assertEquals(2, rig.cpu.gpr[Cpu.RAX]);
            assertEquals(0x8d7, rig.cpu.flags());
        }
    }
}
