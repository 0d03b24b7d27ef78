package org.jvmx.isa;

/** A row while its map is being written; each method adds one attribute of {@link Row} and returns this. */
final class RowDraft {
    final OpcodeMap map;
    final int opcode;
    final Mnemonic mnemonic;
    final Operand[] operands;
    int regDigit = -1;
    int rmDigit = -1;
    boolean memoryOnly;
    boolean registerOnly;
    Row.Size size = Row.Size.NORMAL;
    boolean not64;
    boolean only64;
    boolean protectedMode;
    boolean cpl0;
    boolean umip;
    boolean lock;
    Feature feature;
    Intercept intercept;
    FlagRule flags = FlagRule.NONE;
    int alignment = 1;
    StateClass state = StateClass.NONE;
    int prefixes = Row.ANY_PREFIX;
    int sizes = 2 | 4 | 8;
    boolean modRm;
    int vexL = Row.ANY;
    int vexW = Row.ANY;

    RowDraft(OpcodeMap map, int opcode, Mnemonic mnemonic, Operand... operands) {
        this.map = map;
        this.opcode = opcode;
        this.mnemonic = mnemonic;
        this.operands = operands;
        for (Operand operand : operands) {
            modRm |= operand.place.usesModRm();
            memoryOnly |= operand.place == Operand.Place.RM_MEMORY || operand.place == Operand.Place.VSIB;
            registerOnly |= switch (operand.place) {
                case RM_REGISTER, MMX_RM_REGISTER, XMM_RM_REGISTER, ST_RM -> true;
                default -> false;
            };
        }
    }

    /** ModRM.reg extends the opcode. */
    RowDraft reg(int digit) {
        regDigit = digit;
        modRm = true;
        return this;
    }

    /** ModRM.mod is 3 and ModRM.rm extends the opcode. */
    RowDraft rm(int digit) {
        rmDigit = digit;
        return registers();
    }

    RowDraft registers() {
        registerOnly = true;
        modRm = true;
        return this;
    }

    RowDraft memory() {
        memoryOnly = true;
        modRm = true;
        return this;
    }

    /** Without any of the prefixes 66H, F3H and F2H. */
    RowDraft np() {
        prefixes = Row.NO_PREFIX;
        return this;
    }

    /** Without F3H and F2H; 66H is the operand-size prefix. */
    RowDraft noRep() {
        prefixes = Row.NO_PREFIX | Row.P66;
        return this;
    }

    RowDraft p66() {
        prefixes = Row.P66;
        return this;
    }

    RowDraft f3() {
        prefixes = Row.PF3;
        return this;
    }

    RowDraft f2() {
        prefixes = Row.PF2;
        return this;
    }

    RowDraft d64() {
        size = Row.Size.DEFAULT_64;
        return this;
    }

    RowDraft f64() {
        size = Row.Size.FORCE_64;
        return this;
    }

    RowDraft not64() {
        not64 = true;
        return this;
    }

    RowDraft only64() {
        only64 = true;
        return this;
    }

    /** Only with the operand sizes in the mask of 2, 4 and 8. */
    RowDraft size(int mask) {
        sizes = mask;
        return this;
    }

    RowDraft protectedMode() {
        protectedMode = true;
        return this;
    }

    RowDraft cpl0() {
        cpl0 = true;
        return this;
    }

    RowDraft umip() {
        umip = true;
        return this;
    }

    RowDraft lock() {
        lock = true;
        return this;
    }

    RowDraft needs(Feature required) {
        feature = required;
        return this;
    }

    RowDraft exit(Intercept cause) {
        intercept = cause;
        return this;
    }

    RowDraft flags(FlagRule rule) {
        flags = rule;
        return this;
    }

    RowDraft aligned(int boundary) {
        alignment = boundary;
        return this;
    }

    RowDraft state(StateClass extended) {
        state = extended;
        return this;
    }

    /** Works on XMM registers; a full-width memory operand must lie on its natural boundary. */
    RowDraft sse(Feature required) {
        boolean full = false;
        for (Operand operand : operands) {
            boolean memory = operand.place == Operand.Place.XMM_RM || operand.place == Operand.Place.RM_MEMORY;
            full |= memory && operand.memoryWidth == Operand.Width.DQ;
        }
        return needs(required).state(StateClass.SSE).aligned(full ? 16 : 1);
    }

    RowDraft unaligned() {
        return aligned(1);
    }

    /** With this value of VEX.L only. */
    RowDraft l(int value) {
        vexL = value;
        return this;
    }

    /** With this value of VEX.W only. */
    RowDraft w(int value) {
        vexW = value;
        return this;
    }

    /** VEX-encoded on XMM or YMM registers. */
    RowDraft avx(Feature required) {
        return needs(required).state(StateClass.AVX).protectedMode();
    }

    RowDraft mmx(Feature required) {
        return needs(required).state(StateClass.MMX);
    }
}
