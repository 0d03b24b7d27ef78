package org.jvmx.isa;

import java.util.List;

/**
 * One encoding of one instruction: what selects it, what its operands are, what it needs to be allowed, what intercepts it and what it does
 * to the flags. Immutable; identity is equality, and {@link #id} is dense, so that meanings can be an array.
 */
public final class Row {
    /** How the operand size comes about in 64-bit mode. SDM Vol. 2, "Opcode Map", superscripts d64 and f64. */
    public enum Size {
        /** 4, or 2 with 66H, or 8 with REX.W. */
        NORMAL,
        /** 8, or 2 with 66H. */
        DEFAULT_64,
        /** Always 8; 66H is ignored. */
        FORCE_64
    }

    /** The mandatory prefixes that a row exists with, as bits of {@link #prefixes}. */
    static final int NO_PREFIX = 1;
    static final int P66 = 2;
    static final int PF3 = 4;
    static final int PF2 = 8;
    static final int ANY_PREFIX = 15;
    /** The value of {@link #vexL} and {@link #vexW} that stands for both. */
    static final int ANY = -1;

    /** Number of this row, from 0 without holes. */
    public final int id;
    public final Mnemonic mnemonic;
    public final OpcodeMap map;
    /** The opcode byte, or the first of eight where an operand is in its low three bits. */
    public final int opcode;
    /** ModRM.reg that extends the opcode, or -1. */
    public final int regDigit;
    /** ModRM.rm that extends the opcode where ModRM.mod is 3, or -1. */
    public final int rmDigit;
    /** Exists with a memory operand only. */
    public final boolean memoryOnly;
    /** Exists with a register in ModRM.rm only. */
    public final boolean registerOnly;
    /** Operands as the SDM orders them, destination first. */
    public final List<Operand> operands;
    /** How the operand size comes about in 64-bit mode. */
    public final Size size;
    /** Undefined in 64-bit mode. */
    public final boolean not64;
    /** Exists in 64-bit mode only. */
    public final boolean only64;
    /** #UD in real-address and virtual-8086 mode. */
    public final boolean protectedMode;
    /** #GP(0) unless CPL is 0. */
    public final boolean cpl0;
    /** #GP(0) where CR4.UMIP is set and CPL is not 0. */
    public final boolean umip;
    /** LOCK is allowed where the destination is memory. */
    public final boolean lock;
    /** What CPUID must offer, else #UD; null for what every processor has. LZCNT and TZCNT are BSR and BSF where they are not offered. */
    public final Feature feature;
    /** What may intercept the instruction in VMX non-root operation, or null. */
    public final Intercept intercept;
    public final FlagRule flags;
    /** Boundary that a memory operand must lie on, else #GP(0); 1 if none. */
    public final int alignment;
    public final StateClass state;

    /** VEX.L and VEX.W that the row exists with, or ANY. */
    final int vexL;
    final int vexW;
    /** Whether the memory operand's index is a vector. */
    final boolean vectorIndex;
    /** Which mandatory prefixes (bits) the row exists with. */
    final int prefixes;
    /** Bits 2, 4 and 8: operand sizes that the row exists with. */
    final int sizes;
    /** Whether a ModRM byte follows the opcode. */
    final boolean modRm;

    /** Whether ModRM.rm is a register whatever ModRM.mod says: moves to and from control and debug registers. */
    final boolean ignoresMod;
    /** Whether an operand is in VEX.vvvv. */
    final boolean usesVvvv;
    /** Whether the low three bits of the opcode byte name a register. */
    final boolean opcodeRegister;
    final Operand[] specs;

    Row(RowDraft draft, int id) {
        this.id = id;
        mnemonic = draft.mnemonic;
        map = draft.map;
        opcode = draft.opcode;
        regDigit = draft.regDigit;
        rmDigit = draft.rmDigit;
        memoryOnly = draft.memoryOnly;
        registerOnly = draft.registerOnly;
        specs = draft.operands;
        operands = List.of(specs);
        size = draft.size;
        not64 = draft.not64;
        only64 = draft.only64;
        protectedMode = draft.protectedMode;
        cpl0 = draft.cpl0;
        umip = draft.umip;
        lock = draft.lock;
        feature = draft.feature;
        intercept = draft.intercept;
        flags = draft.flags;
        alignment = draft.alignment;
        state = draft.state;
        prefixes = draft.prefixes;
        sizes = draft.sizes;
        modRm = draft.modRm;
        ignoresMod = has(Operand.Place.CONTROL) || has(Operand.Place.DEBUG);
        vexL = draft.vexL;
        vexW = draft.vexW;
        vectorIndex = has(Operand.Place.VSIB);
        usesVvvv = has(Operand.Place.VVVV) || has(Operand.Place.XMM_VVVV);
        opcodeRegister = has(Operand.Place.OPCODE);
    }

    private boolean has(Operand.Place place) {
        for (Operand operand : specs) {
            if (operand.place == place) {
                return true;
            }
        }
        return false;
    }

    /** Whether the row covers a cell as {@link OpcodeTable#cell} numbers them. */
    boolean matchesCell(int cell) {
        boolean register = cell >= 8;
        int digit = register ? cell - 8 >> 3 : cell;
        return (regDigit < 0 || regDigit == digit)
                && (register ? !memoryOnly && (rmDigit < 0 || rmDigit == (cell & 7)) : !registerOnly || ignoresMod);
    }

    /** The higher, the more exactly the row says what it matches: where two match, the more precise one holds. */
    int precision() {
        return 8 * (4 - Integer.bitCount(prefixes)) + (regDigit >= 0 ? 4 : 0) + (rmDigit >= 0 ? 2 : 0) + (opcodeRegister ? 0 : 1);
    }

    /** Mandatory prefix, encoding and operands as the SDM would print them, such as {@code 66 0F 38 F6 /r ADCX Gy, Ey}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(switch (prefixes) {
            case P66 -> "66 ";
            case PF3 -> "F3 ";
            case PF2 -> "F2 ";
            default -> "";
        });
        if (map.vex()) {
            text.append(vexL < 0 ? "" : "L" + vexL + " ").append(vexW < 0 ? "" : "W" + vexW + " ");
        }
        if (map != OpcodeMap.ONE_BYTE) {
            text.append(map.bytes()).append(' ');
        }
        text.append("%02X".formatted(opcode));
        if (regDigit >= 0) {
            text.append(" /").append(regDigit);
        } else if (modRm) {
            text.append(" /r");
        }
        if (rmDigit >= 0) {
            text.append(" rm=").append(rmDigit);
        }
        text.append(' ').append(mnemonic);
        for (int n = 0; n < specs.length; n++) {
            text.append(n == 0 ? " " : ", ").append(specs[n]);
        }
        return text.toString();
    }
}
