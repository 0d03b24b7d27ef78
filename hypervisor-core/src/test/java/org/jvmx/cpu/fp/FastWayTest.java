package org.jvmx.cpu.fp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FastWayTest {
    private final SplittableRandom random = new SplittableRandom(11);
    private final SseStatus fast = new SseStatus();
    private final SseStatus exact = new SseStatus();

    @FunctionalInterface
    private interface Operation {
        long of(long x, long y, SseStatus status);
    }

    /** Numbers of all exponents, with partners that are near, and significands with few bits so that exact results are among them. */
    private long fp64(long partner) {
        int near = (int) (partner >>> 52) & 0x7ff;
        long exponent = random.nextInt(3) == 0 ? random.nextInt(0x800) : Math.clamp(near + random.nextInt(110) - 55L, 0, 0x7ff);
        long fraction = random.nextLong() & -1L << random.nextInt(52) & -1L >>> 12;
        return random.nextLong() & 1L << 63 | exponent << 52 | fraction;
    }

    private void sameForDoubles(Operation quick, Operation slow) {
        for (int n = 0; n < 20_000; n++) {
            long x = fp64(0x3ffL << 52);
            long y = fp64(x);
            same(quick, slow, x, y, "%016x %016x");
        }
    }

    private void sameForSingles(Operation quick, Operation slow) {
        for (int n = 0; n < 20_000; n++) {
            int x = random.nextInt() & -1 << random.nextInt(23);
            int y = random.nextInt(3) == 0 ? random.nextInt() : x ^ random.nextInt(0x1000_0000) & -1 << random.nextInt(23);
            same(quick, slow, x & 0xffff_ffffL, y & 0xffff_ffffL, "%08x %08x");
        }
    }

    private void same(Operation quick, Operation slow, long x, long y, String format) {
        fast.raised = 0;
        exact.raised = 0;
        long wanted = slow.of(x, y, exact);
        assertEquals(wanted, quick.of(x, y, fast), () -> format.formatted(x, y));
        assertEquals(exact.raised, fast.raised, () -> "flags of " + format.formatted(x, y));
    }

    @Test
    void doublesAreTheSame() {
        BinaryFormat format = BinaryFormat.DOUBLE;
        sameForDoubles(Fp64::add, (x, y, s) -> s.exact.add(format, x, y));
        sameForDoubles(Fp64::subtract, (x, y, s) -> s.exact.subtract(format, x, y));
        sameForDoubles(Fp64::multiply, (x, y, s) -> s.exact.multiply(format, x, y));
        sameForDoubles(Fp64::divide, (x, y, s) -> s.exact.divide(format, x, y));
        sameForDoubles((x, _, s) -> Fp64.squareRoot(x, s), (x, _, s) -> s.exact.root(format, x));
        sameForDoubles(Fp64::min, (x, y, s) -> s.exact.select(format, x, y, true));
        sameForDoubles((x, y, s) -> Fp64.order(x, y, true, s), (x, y, s) -> s.exact.order(format, x, y, true));
        sameForDoubles((x, _, s) -> Fp64.truncateToInt64(x, s), (x, _, s) -> s.exact.toInteger(format, x, 64, FpException.TRUNCATE));
        sameForDoubles((x, _, s) -> Fp32.fromFp64(x, s), (x, _, s) -> (int) s.exact.convert(format, BinaryFormat.SINGLE, x));
        sameForDoubles((x, _, s) -> Fp64.fromInt64(x >> (int) (x & 63), s), (x, _, s) -> s.exact.fromInteger(format, x >> (int) (x & 63)));
        for (int rounding = 0; rounding < 4; rounding++) {
            int mode = rounding;
            sameForDoubles((x, _, s) -> Fp64.toIntegral(x, mode, false, s), (x, _, s) -> s.exact.integral(format, x, mode, false));
        }
    }

    @Test
    void singlesAreTheSame() {
        BinaryFormat format = BinaryFormat.SINGLE;
        sameForSingles((x, y, s) -> Fp32.add((int) x, (int) y, s), (x, y, s) -> (int) s.exact.add(format, x, y));
        sameForSingles((x, y, s) -> Fp32.subtract((int) x, (int) y, s), (x, y, s) -> (int) s.exact.subtract(format, x, y));
        sameForSingles((x, y, s) -> Fp32.multiply((int) x, (int) y, s), (x, y, s) -> (int) s.exact.multiply(format, x, y));
        sameForSingles((x, y, s) -> Fp32.divide((int) x, (int) y, s), (x, y, s) -> (int) s.exact.divide(format, x, y));
        sameForSingles((x, _, s) -> Fp32.squareRoot((int) x, s), (x, _, s) -> (int) s.exact.root(format, x));
        sameForSingles((x, _, s) -> Fp64.fromFp32((int) x, s), (x, _, s) -> s.exact.convert(format, BinaryFormat.DOUBLE, x));
    }

    @Test
    void precisionIsNotLookedForWhereNobodyCanSeeIt() {
        fast.mxcsr = SseStatus.RESET | FpException.PE;
        long third = Fp64.divide(Double.doubleToRawLongBits(1), Double.doubleToRawLongBits(3), fast);
        assertEquals(Double.doubleToRawLongBits(1.0 / 3), third);
        assertEquals(0, fast.raised);
    }

    @Test
    void anUnmaskedExceptionBeforeTheOperationHidesThoseAfterIt() {
        fast.mxcsr = SseStatus.RESET & ~(FpException.DE << SseStatus.MASK_SHIFT);
        fast.raised = FpException.DE | FpException.PE;
        assertTrue(fast.finish());
        assertEquals(FpException.DE, fast.mxcsr & FpException.ALL);
        assertFalse(fast.finish());
    }
}
