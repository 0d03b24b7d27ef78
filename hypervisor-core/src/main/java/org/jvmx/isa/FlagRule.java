package org.jvmx.isa;

/**
 * What a row does to EFLAGS, as masks of EFLAGS bits. SDM Vol. 1, Appendix "EFLAGS Cross-Reference".
 *
 * @param read flags that the result depends on
 * @param written flags that get a value which depends on the result
 * @param undefined flags that the SDM leaves undefined
 * @param set flags that become 1
 * @param cleared flags that become 0
 */
public record FlagRule(int read, int written, int undefined, int set, int cleared) {
    public static final int CF = 1;
    public static final int PF = 1 << 2;
    public static final int AF = 1 << 4;
    public static final int ZF = 1 << 6;
    public static final int SF = 1 << 7;
    public static final int TF = 1 << 8;
    public static final int IF = 1 << 9;
    public static final int DF = 1 << 10;
    public static final int OF = 1 << 11;
    public static final int NT = 1 << 14;
    public static final int RF = 1 << 16;
    public static final int VM = 1 << 17;
    public static final int AC = 1 << 18;
    /** The six status flags. */
    public static final int OSZAPC = OF | SF | ZF | AF | PF | CF;
    /** Everything that POPF or IRET may replace. */
    public static final int ALL = OSZAPC | TF | IF | DF | NT | RF | VM | AC | 3 << 12 | 3 << 19 | 1 << 21;

    /** Touches no flag. */
    public static final FlagRule NONE = new FlagRule(0, 0, 0, 0, 0);

    static final FlagRule ARITHMETIC = NONE.writes(OSZAPC);
    static final FlagRule WITH_CARRY = ARITHMETIC.reads(CF);
    static final FlagRule LOGIC = NONE.writes(SF | ZF | PF).clears(OF | CF).leavesUndefined(AF);
    static final FlagRule COUNT = NONE.writes(OSZAPC & ~CF);
    /** Shifts: by a count of zero they leave all flags alone, so they read what they write. */
    static final FlagRule SHIFT = NONE.reads(OSZAPC).writes(OSZAPC & ~AF).leavesUndefined(AF | OF);
    static final FlagRule SHIFT_BY_ONE = NONE.writes(OSZAPC & ~AF).leavesUndefined(AF);
    static final FlagRule ROTATE = NONE.reads(CF | OF).writes(CF | OF).leavesUndefined(OF);
    static final FlagRule ROTATE_BY_ONE = NONE.writes(CF | OF);
    static final FlagRule ROTATE_CARRY_BY_ONE = ROTATE_BY_ONE.reads(CF);
    static final FlagRule BIT = NONE.writes(CF).leavesUndefined(OF | SF | AF | PF);
    static final FlagRule BIT_SCAN = NONE.writes(ZF).leavesUndefined(OSZAPC & ~ZF);
    static final FlagRule COMPARE_SCALAR = NONE.writes(ZF | PF | CF).clears(OF | SF | AF);
    static final FlagRule STRING = NONE.reads(DF);
    /** CMPS and SCAS: repeated zero times they leave all flags alone. */
    static final FlagRule COMPARE_STRING = ARITHMETIC.reads(DF | OSZAPC);
    static final FlagRule VMX = NONE.writes(ZF | CF).clears(OF | SF | AF | PF);

    /** Flags that have a new value, known or not, after the instruction. */
    public int changed() {
        return written | undefined | set | cleared;
    }

    FlagRule reads(int mask) {
        return new FlagRule(read | mask, written, undefined, set, cleared);
    }

    FlagRule writes(int mask) {
        return new FlagRule(read, written | mask, undefined, set, cleared);
    }

    FlagRule leavesUndefined(int mask) {
        return new FlagRule(read, written & ~mask, undefined | mask, set, cleared);
    }

    FlagRule sets(int mask) {
        return new FlagRule(read, written & ~mask, undefined, set | mask, cleared);
    }

    FlagRule clears(int mask) {
        return new FlagRule(read, written & ~mask, undefined, set, cleared | mask);
    }
}
