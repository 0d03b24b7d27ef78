package org.jvmx.cpu.state;

/**
 * How RFLAGS' arithmetic flags are kept: as three words from which each flag is read by itself, so that an instruction records its result and
 * computes no flag.
 *
 * <ul>
 * <li>{@code zero}: ZF is set if and only if the word is 0.
 * <li>{@code sign}: SF is bit 63, PF is set if the low byte has an even number of ones.
 * <li>{@code carry}: CF is bit 63, OF is bit 63 exclusive-or bit 62, AF is bit 3; the other bits mean nothing. It is the vector of carries (borrows) out
 *     of each bit, shifted so that the operand's top bit comes to bit 63, with AF kept at bit 3.
 * </ul>
 */
public final class Flags {
    public static final int CF = 1;
    public static final int ONE = 1 << 1;
    public static final int PF = 1 << 2;
    public static final int AF = 1 << 4;
    public static final int ZF = 1 << 6;
    public static final int SF = 1 << 7;
    public static final int TF = 1 << 8;
    public static final int IF = 1 << 9;
    public static final int DF = 1 << 10;
    public static final int OF = 1 << 11;
    public static final int IOPL = 3 << 12;
    public static final int NT = 1 << 14;
    public static final int RF = 1 << 16;
    public static final int VM = 1 << 17;
    public static final int AC = 1 << 18;
    public static final int VIF = 1 << 19;
    public static final int VIP = 1 << 20;
    public static final int ID = 1 << 21;

    /** OF SF ZF AF PF CF. */
    public static final int STATUS = OF | SF | ZF | AF | PF | CF;

    /** Bit of {@code carry} that is CF. */
    public static final long CARRY_OUT = 1L << 63;
    /** Bit of {@code carry} that is CF exclusive-or OF. */
    public static final long CARRY_IN = 1L << 62;
    /** Bit of {@code carry} that is AF. */
    public static final long HALF_CARRY = 1L << 3;

    private Flags() {
    }

    /** The {@code carry} word for given flags. */
    public static long carryWord(boolean cf, boolean of, boolean af) {
        return (cf ? CARRY_OUT : 0) | (cf != of ? CARRY_IN : 0) | (af ? HALF_CARRY : 0);
    }
}
