package org.jvmx.cpu.fp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class Fp80FunctionTest {
    private final Fp80 unit = new Fp80();
    private final SplittableRandom random = new SplittableRandom(7);
    private int signExponent;
    private long significand;

    private void operand(double value) {
        unit.begin(Fp80.RESET_CONTROL);
        Fp80Transfer.loadFp64(Double.doubleToRawLongBits(value), unit);
        signExponent = unit.signExponent;
        significand = unit.significand;
    }

    private double result() {
        return Double.longBitsToDouble(Fp80Transfer.storeFp64(unit.signExponent, unit.significand, unit));
    }

    private void near(DoubleUnaryOperator expected, Runnable function, double from, double to) {
        for (int n = 0; n < 2_000; n++) {
            double x = random.nextDouble(from, to);
            operand(x);
            function.run();
            double wanted = expected.applyAsDouble(x);
            double got = result();
            assertTrue(Math.abs(got - wanted) <= 2 * Math.ulp(wanted), () -> x + " gave " + got + " and not " + wanted);
        }
    }

    @Test
    void functionsAreThoseOfMathematics() {
        near(StrictMath::sin, () -> unit.sine(signExponent, significand), -1.5, 1.5);
        near(StrictMath::cos, () -> unit.cosine(signExponent, significand), -1.5, 1.5);
        near(StrictMath::tan, () -> unit.tangent(signExponent, significand), -1.5, 1.5);
        near(StrictMath::atan, () -> unit.arcTangent(Fp80.BIAS, Long.MIN_VALUE, signExponent, significand), -1e6, 1e6);
        near(x -> StrictMath.expm1(x * StrictMath.log(2)), () -> unit.twoToXMinus1(signExponent, significand), 1e-9, 1);
        Runnable logarithm = () -> unit.yTimesLog2(signExponent, significand, Fp80.BIAS, Long.MIN_VALUE);
        near(x -> StrictMath.log(x) / StrictMath.log(2), logarithm, 3, 1e9);
        Runnable logarithmPlus1 = () -> unit.yTimesLog2Plus1(signExponent, significand, Fp80.BIAS, Long.MIN_VALUE);
        near(x -> StrictMath.log1p(x) / StrictMath.log(2), logarithmPlus1, 1e-9, 0.29);
    }

    @Test
    void largeArgumentsAreReducedByThe66BitPi() {
        unit.begin(Fp80.RESET_CONTROL);
        unit.sine(0x4000, 0xc90f_daa2_2168_c235L);
        // pi rounded to 64 bits less the FPU's pi is 2^-64 times 0.25 of its last place: -(35H - 34.CH) of 2^-62
        assertEquals(0x8000 | Fp80.BIAS - 64, unit.signExponent);
        assertEquals(Long.MIN_VALUE, unit.significand);
    }

    @Test
    void beyondTwoToThe63NothingIsDone() {
        unit.begin(Fp80.RESET_CONTROL);
        unit.sine(Fp80.BIAS + 63, Long.MIN_VALUE);
        assertEquals(Fp80.C2, unit.status);
        assertEquals(Fp80.BIAS + 63, unit.signExponent);
    }

    @Test
    void sineAndCosineAreOnTheUnitCircle() {
        for (int n = 0; n < 2_000; n++) {
            operand(random.nextDouble(-1e15, 1e15));
            unit.sineAndCosine(signExponent, significand);
            double sine = result();
            double cosine = Double.longBitsToDouble(Fp80Transfer.storeFp64(unit.secondSignExponent, unit.secondSignificand, unit));
            assertEquals(1, sine * sine + cosine * cosine, 4e-16);
        }
    }
}
