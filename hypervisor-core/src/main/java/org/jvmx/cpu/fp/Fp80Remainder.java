package org.jvmx.cpu.fp;

/** FPREM and FPREM1: long division that keeps the remainder and the low bits of the quotient. SDM Vol. 2, "FPREM" and "FPREM1". */
final class Fp80Remainder {
    private static final int GREATEST_DISTANCE = 63;

    private Fp80Remainder() {
    }

    static void run(Fp80 unit, int exponentX, long x, int exponentY, long y, boolean nearest) {
        if (!unit.begin(exponentX, x, exponentY, y)) {
            return;
        }
        Arithmetic arithmetic = unit.arithmetic;
        Operand a = arithmetic.a;
        Operand b = arithmetic.b;
        if (a.kind == Operand.INFINITE || b.kind == Operand.ZERO) {
            unit.invalid();
            return;
        }
        arithmetic.flags = a.denormal | b.denormal ? FpException.DE : 0;
        if (a.kind == Operand.ZERO || b.kind == Operand.INFINITE) {
            unit.keep(exponentX, x);
            return;
        }
        arithmetic.result.set(a.sign, a.exponent, a.significand);
        int conditions = reduce(a, b, arithmetic.result, nearest);
        unit.finish(arithmetic.result.isZero() ? Operand.ZERO : Operand.FINITE, Fp80.FULL);
        if (unit.hasResult()) {
            unit.status = unit.status & ~Fp80.C1 | conditions;
        }
    }

    private static int reduce(Operand a, Operand b, Exact result, boolean nearest) {
        int distance = a.exponent - b.exponent;
        if (distance < 0) {
            return nearest && distance == -1 ? reduceHalved(b, result) : 0;
        }
        boolean partial = distance > GREATEST_DISTANCE;
        int steps = partial ? 32 | distance & 31 : distance;
        long rest = a.significand;
        long quotient = 0;
        if (Long.compareUnsigned(rest, b.significand) >= 0) {
            rest -= b.significand;
            quotient = 1;
        }
        if (steps > 0) {
            long more = Unsigned128.divide(rest >>> (64 - steps), rest << steps, b.significand);
            rest = (rest << steps) - more * b.significand;
            quotient = (quotient << steps) + more;
        }
        if (nearest && !partial && roundsUp(rest, b.significand, quotient)) {
            result.sign ^= 1;
            quotient++;
            rest = b.significand - rest;
        }
        result.high = rest;
        result.exponent = a.exponent - steps;
        result.normalize();
        return partial ? Fp80.C2 : conditions(quotient);
    }

    private static int conditions(long quotient) {
        return ((quotient & 4) != 0 ? Fp80.C0 : 0) | ((quotient & 2) != 0 ? Fp80.C3 : 0) | ((quotient & 1) != 0 ? Fp80.C1 : 0);
    }

    /** Whether the remainder is more than half of the divisor, or half of it and the quotient odd. */
    private static boolean roundsUp(long rest, long divisor, long quotient) {
        if (rest < 0) {
            return true;
        }
        int order = Long.compareUnsigned(rest << 1, divisor);
        return order > 0 || order == 0 && (quotient & 1) != 0;
    }

    /** The dividend is between a quarter of the divisor and the divisor: beyond half of it, the quotient is one. */
    private static int reduceHalved(Operand b, Exact result) {
        if (Long.compareUnsigned(result.high, b.significand) <= 0) {
            return 0;
        }
        boolean odd = (result.high & 1) != 0;
        result.sign ^= 1;
        result.exponent++;
        result.high = b.significand - (result.high >>> 1) - (odd ? 1 : 0);
        result.low = odd ? Long.MIN_VALUE : 0;
        result.normalize();
        return conditions(1);
    }
}
