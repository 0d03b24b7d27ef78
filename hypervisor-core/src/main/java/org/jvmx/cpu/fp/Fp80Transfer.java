package org.jvmx.cpu.fp;

/**
 * Conversions between double extended precision and the other x87 data types, as loads and stores do them. SDM Vol. 1, "x87 FPU Data
 * Types".
 */
public final class Fp80Transfer {
    /** Sign and exponent of the packed BCD indefinite. */
    public static final int BCD_INDEFINITE_HIGH = 0xffff;
    /** The low eight bytes of the packed BCD indefinite. */
    public static final long BCD_INDEFINITE_LOW = 0xc000_0000_0000_0000L;

    private static final long BCD_LIMIT = 1_000_000_000_000_000_000L;

    private Fp80Transfer() {
    }

    /**
     * Makes a single-precision number in memory an operand: the result is its exact value, signaling NaNs stay so, and its being denormal
     * is remembered.
     */
    public static void widenFp32(int bits, Fp80 unit) {
        widen(BinaryFormat.SINGLE, bits & 0xffff_ffffL, unit);
    }

    /** As {@link #widenFp32} for double precision. */
    public static void widenFp64(long bits, Fp80 unit) {
        widen(BinaryFormat.DOUBLE, bits, unit);
    }

    private static void widen(BinaryFormat format, long bits, Fp80 unit) {
        load(format, bits, unit);
        unit.denormalOperand = unit.status == FpException.DE;
        if (unit.status == FpException.IE) {
            unit.significand &= ~Fp80.QUIET;
        }
        unit.status = 0;
    }

    /** FLD of a single-precision number. */
    public static void loadFp32(int bits, Fp80 unit) {
        load(BinaryFormat.SINGLE, bits & 0xffff_ffffL, unit);
    }

    /** FLD of a double-precision number. */
    public static void loadFp64(long bits, Fp80 unit) {
        load(BinaryFormat.DOUBLE, bits, unit);
    }

    private static void load(BinaryFormat format, long bits, Fp80 unit) {
        Operand a = unit.arithmetic.a;
        a.load(format, bits);
        int sign = a.sign << 15;
        unit.status = a.denormal ? FpException.DE : a.kind == Operand.SIGNALING_NAN ? FpException.IE : 0;
        switch (a.kind) {
            case Operand.ZERO -> unit.setResult(sign, 0);
            case Operand.FINITE -> unit.setResult(sign | a.exponent + Fp80.BIAS, a.significand);
            case Operand.INFINITE -> unit.setResult(sign | Fp80.SPECIAL, Long.MIN_VALUE);
            default -> unit.setResult(sign | Fp80.SPECIAL, 0xc000_0000_0000_0000L | bits << (64 - format.fractionBits) >>> 1);
        }
    }

    /** FILD. */
    public static void loadInteger(long value, Fp80 unit) {
        unit.status = 0;
        unit.setInteger(value);
    }

    /** FBLD. */
    public static void loadBcd(int high, long low, Fp80 unit) {
        long value = (high >>> 4 & 15) * 10L + (high & 15);
        for (int digit = 15; digit >= 0; digit--) {
            value = value * 10 + (low >>> 4 * digit & 15);
        }
        unit.status = 0;
        unit.setInteger(value);
        unit.signExponent |= high & 0x8000;
    }

    /** FST to single precision; nothing is stored if an exception other than PE is unmasked. */
    public static int storeFp32(int exponentX, long x, Fp80 unit) {
        return (int) store(BinaryFormat.SINGLE, exponentX, x, unit);
    }

    /** FST to double precision; nothing is stored if an exception other than PE is unmasked. */
    public static long storeFp64(int exponentX, long x, Fp80 unit) {
        return store(BinaryFormat.DOUBLE, exponentX, x, unit);
    }

    private static long store(BinaryFormat format, int exponentX, long x, Fp80 unit) {
        Operand a = unit.arithmetic.a;
        a.load(exponentX, x);
        unit.status = 0;
        switch (a.kind) {
            case Operand.ZERO -> {
                return format.signed(a.sign, 0);
            }
            case Operand.INFINITE -> {
                return format.signed(a.sign, format.infinity);
            }
            case Operand.FINITE -> {
                return round(format, unit);
            }
            case Operand.UNSUPPORTED -> {
                unit.status = FpException.IE;
                return format.defaultNan;
            }
            default -> {
                unit.status = a.kind == Operand.SIGNALING_NAN ? FpException.IE : 0;
                return format.signed(a.sign, format.infinity | format.quietBit | x << 1 >>> (64 - format.fractionBits));
            }
        }
    }

    private static long round(BinaryFormat format, Fp80 unit) {
        Operand a = unit.arithmetic.a;
        Exact result = unit.arithmetic.result;
        result.set(a.sign, a.exponent, a.significand);
        boolean underflowMasked = unit.masked(FpException.UE);
        int flags = result.round(format.precision(), 1 - format.bias, format.bias, unit.rounding(), underflowMasked);
        if ((flags & FpException.OE) != 0) {
            int masked = FpException.OE | FpException.PE | (unit.overflowsToInfinity(a.sign) ? Fp80.C1 : 0);
            unit.status = unit.masked(FpException.OE) ? masked : FpException.OE;
            return format.overflowed(a.sign, unit.rounding());
        }
        boolean nothingStored = (flags & FpException.UE) != 0 && !underflowMasked;
        unit.status = nothingStored ? FpException.UE : flags;
        return nothingStored ? 0 : format.encode(result);
    }

    /** FIST and FISTP, or FISTTP with rounding toward zero, to {@code bits} bits; what does not fit is the integer indefinite. */
    public static long storeInteger(int exponentX, long x, int bits, int rounding, Fp80 unit) {
        Arithmetic arithmetic = unit.arithmetic;
        arithmetic.a.load(exponentX, x);
        int flags = arithmetic.integer(rounding);
        long magnitude = arithmetic.result.high;
        boolean negative = arithmetic.result.sign != 0;
        long limit = 1L << (bits - 1);
        if (flags == FpException.IE || Long.compareUnsigned(magnitude, negative ? limit : limit - 1) > 0) {
            unit.status = FpException.IE;
            return -limit;
        }
        unit.status = flags;
        return negative ? -magnitude : magnitude;
    }

    /** FBSTP: sets the result's {@code signExponent} to the two high bytes and {@code significand} to the eight low bytes. */
    public static void storeBcd(int exponentX, long x, Fp80 unit) {
        Arithmetic arithmetic = unit.arithmetic;
        arithmetic.a.load(exponentX, x);
        int flags = arithmetic.integer(unit.rounding());
        long magnitude = arithmetic.result.high;
        if (flags == FpException.IE || Long.compareUnsigned(magnitude, BCD_LIMIT) >= 0) {
            unit.status = FpException.IE;
            unit.setResult(BCD_INDEFINITE_HIGH, BCD_INDEFINITE_LOW);
            return;
        }
        unit.status = flags;
        long low = 0;
        for (int digit = 0; digit < 16; digit++) {
            low |= magnitude % 10 << 4 * digit;
            magnitude /= 10;
        }
        unit.setResult(arithmetic.result.sign << 15 | (int) (magnitude / 10) << 4 | (int) (magnitude % 10), low);
    }

    /** FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2, FLDZ in the order of their opcodes, rounded as the control word says. */
    public static void loadConstant(int index, Fp80 unit) {
        unit.status = 0;
        boolean up = unit.rounding() == FpException.UP;
        boolean roundedUp = unit.rounding() == FpException.NEAREST || up;
        switch (index) {
            case 0 -> unit.setResult(0x3fff, Long.MIN_VALUE);
            case 1 -> unit.setResult(0x4000, up ? 0xd49a_784b_cd1b_8affL : 0xd49a_784b_cd1b_8afeL);
            case 2 -> unit.setResult(0x3fff, roundedUp ? 0xb8aa_3b29_5c17_f0bcL : 0xb8aa_3b29_5c17_f0bbL);
            case 3 -> unit.setResult(0x4000, roundedUp ? 0xc90f_daa2_2168_c235L : 0xc90f_daa2_2168_c234L);
            case 4 -> unit.setResult(0x3ffd, roundedUp ? 0x9a20_9a84_fbcf_f799L : 0x9a20_9a84_fbcf_f798L);
            case 5 -> unit.setResult(0x3ffe, roundedUp ? 0xb172_17f7_d1cf_79acL : 0xb172_17f7_d1cf_79abL);
            default -> unit.setResult(0, 0);
        }
    }
}
