package org.jvmx.cpu.fp;

/** Constants and Taylor coefficients for the transcendental instructions, to 128 bits; nobody changes them. */
final class Series {
    static final WideFloat ONE = WideFloat.ratio(1, 1);
    static final WideFloat TWO = WideFloat.ratio(2, 1);
    static final WideFloat LN2 = new WideFloat(-1, 0xb172_17f7_d1cf_79abL, 0xc9e3_b398_03f2_f6afL);
    static final WideFloat TWO_LOG2_E = new WideFloat(1, 0xb8aa_3b29_5c17_f0bbL, 0xbe87_fed0_691d_3e88L);
    static final WideFloat PI = new WideFloat(1, 0xc90f_daa2_2168_c234L, 0xc4c6_628b_80dc_1cd1L);
    static final WideFloat HALF_PI = new WideFloat(0, 0xc90f_daa2_2168_c234L, 0xc4c6_628b_80dc_1cd1L);

    /** {@code (e^y - 1) / y} in y. */
    static final WideFloat[] EXPONENTIAL = exponential(27);
    /** {@code atanh(z) / z} in z squared. */
    static final WideFloat[] HYPERBOLIC_ARC_TANGENT = arcTangent(24, false);
    /** {@code atan(z) / z} in z squared. */
    static final WideFloat[] ARC_TANGENT = arcTangent(16, true);
    /** {@code sin(x) / x} in x squared. */
    static final WideFloat[] SINE = circular(16, 1);
    /** {@code cos(x)} in x squared. */
    static final WideFloat[] COSINE = circular(17, 0);

    /** The arc tangents of multiples of one eighth. */
    static final WideFloat[] ARC_TANGENTS = {
        new WideFloat(),
        new WideFloat(-4, 0xfead_d4d5_617b_6e32L, 0xc897_989f_3e88_8ef7L),
        new WideFloat(-3, 0xfadb_afc9_6406_eb15L, 0x6dc7_9ef5_f7a2_17e5L),
        new WideFloat(-2, 0xb7b0_ca0f_26f7_8473L, 0x8aa3_2122_dcfe_4483L),
        new WideFloat(-2, 0xed63_382b_0dda_7b45L, 0x6fe4_45ec_bc3a_8d03L),
        new WideFloat(-1, 0x8f00_5d5e_f7f5_9f9bL, 0x5c83_5e16_65c4_3747L),
        new WideFloat(-1, 0xa4bc_7d19_34f7_0924L, 0x19a8_7f2a_457d_ac9eL),
        new WideFloat(-1, 0xb805_3e2b_c231_9e73L, 0xcb2d_a552_10a4_443dL),
        new WideFloat(-1, 0xc90f_daa2_2168_c234L, 0xc4c6_628b_80dc_1cd1L),
    };

    private Series() {
    }

    private static WideFloat[] exponential(int count) {
        WideFloat[] coefficients = new WideFloat[count];
        coefficients[0] = ONE;
        for (int n = 1; n < count; n++) {
            coefficients[n] = new WideFloat();
            coefficients[n].multiply(coefficients[n - 1], WideFloat.ratio(1, n + 1));
        }
        return coefficients;
    }

    private static WideFloat[] arcTangent(int count, boolean alternating) {
        WideFloat[] coefficients = new WideFloat[count];
        for (int n = 0; n < count; n++) {
            coefficients[n] = WideFloat.ratio(1, 2 * n + 1);
            coefficients[n].sign = alternating ? n & 1 : 0;
        }
        return coefficients;
    }

    /** The series of the sine ({@code odd} 1) or the cosine (0). */
    private static WideFloat[] circular(int count, int odd) {
        WideFloat[] coefficients = new WideFloat[count];
        coefficients[0] = ONE;
        for (int n = 1; n < count; n++) {
            int last = 2 * n + odd;
            coefficients[n] = new WideFloat();
            coefficients[n].multiply(coefficients[n - 1], WideFloat.ratio(1, (long) last * (last - 1)));
            coefficients[n].sign = n & 1;
        }
        return coefficients;
    }
}
