package org.jvmx.cpu.fp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ExactTest {
    private final SplittableRandom random = new SplittableRandom(3);

    private static BigInteger unsigned(long value) {
        return new BigInteger(Long.toUnsignedString(value));
    }

    private static BigInteger wide(long high, long low) {
        return unsigned(high).shiftLeft(64).add(unsigned(low));
    }

    private long significand() {
        return random.nextLong() & -1L << random.nextInt(64) | Long.MIN_VALUE;
    }

    @Test
    void divisionIsThatOfIntegers() {
        for (int n = 0; n < 20_000; n++) {
            long divisor = significand();
            long high = Long.remainderUnsigned(random.nextLong() | random.nextLong(), divisor);
            long low = random.nextLong() >> random.nextInt(64);
            assertEquals(wide(high, low).divide(unsigned(divisor)), unsigned(Unsigned128.divide(high, low, divisor)));
        }
    }

    @Test
    void rootIsThatOfIntegers() {
        for (int n = 0; n < 20_000; n++) {
            long high = random.nextInt(4) == 0 ? -1L << random.nextInt(62) : random.nextLong() | 1L << 62;
            long low = random.nextLong() >> random.nextInt(64);
            assertEquals(wide(high, low).sqrt(), unsigned(Unsigned128.root(high, low)));
        }
    }

    /** Multiplies in 64-bit precision under each rounding mode; the residue of the exact product says which neighbour is right. */
    @Test
    void productsAreRoundedAsTheModeSays() {
        Fp80 unit = new Fp80();
        for (int n = 0; n < 20_000; n++) {
            int mode = n & 3;
            long x = significand();
            long y = significand();
            unit.begin(Fp80.RESET_CONTROL | mode << 10);
            unit.multiply(Fp80.BIAS, x, Fp80.BIAS, y);
            BigInteger product = unsigned(x).multiply(unsigned(y));
            int shift = product.bitLength() - 64;
            BigInteger residue = product.subtract(unsigned(unit.significand).shiftLeft(shift + carried(unit, product)));
            BigInteger unitInLastPlace = BigInteger.ONE.shiftLeft(shift + carried(unit, product));
            assertEquals(residue.signum() != 0, (unit.status & FpException.PE) != 0);
            assertTrue(residue.abs().compareTo(unitInLastPlace) < 0);
            switch (mode) {
                case FpException.NEAREST -> assertTrue(residue.abs().shiftLeft(1).compareTo(unitInLastPlace) <= 0);
                case FpException.UP -> assertTrue(residue.signum() <= 0);
                default -> assertTrue(residue.signum() >= 0);
            }
            assertEquals(residue.signum() < 0, (unit.status & Fp80.C1) != 0);
        }
    }

    /** Whether rounding carried into another power of two. */
    private static int carried(Fp80 unit, BigInteger product) {
        return unit.signExponent - Fp80.BIAS - (product.bitLength() - 127);
    }

    @Test
    void remainderIsWhatIsLeftOfAnInteger() {
        Fp80 unit = new Fp80();
        for (int n = 0; n < 10_000; n++) {
            int distance = random.nextInt(64);
            long x = significand();
            long y = significand();
            unit.begin(Fp80.RESET_CONTROL);
            unit.remainder(Fp80.BIAS + distance, x, Fp80.BIAS, y, false);
            BigInteger[] parts = unsigned(x).shiftLeft(distance).divideAndRemainder(unsigned(y));
            int scale = unit.significand == 0 ? 0 : Fp80.BIAS - unit.signExponent;
            assertEquals(parts[1], unsigned(unit.significand).shiftRight(scale));
            int status = unit.status;
            int quotient = ((status & Fp80.C0) != 0 ? 4 : 0) | ((status & Fp80.C3) != 0 ? 2 : 0) | ((status & Fp80.C1) != 0 ? 1 : 0);
            assertEquals(parts[0].intValue() & 7, quotient);
        }
    }
}
