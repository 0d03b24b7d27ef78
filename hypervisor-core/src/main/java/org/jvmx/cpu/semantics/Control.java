package org.jvmx.cpu.semantics;

import org.jvmx.isa.Mnemonic;

/** Near transfers of control, conditions, the simple stack instructions. SDM Vol. 2: CALL CMOVcc Jcc JMP NOP POP PUSH RET SETcc. */
public final class Control {
    private Control() {
    }

    static void define(Meanings to) {
        range(to, Mnemonic.JO, Mnemonic.JNLE, new Meaning.JumpIf());
        range(to, Mnemonic.SETO, Mnemonic.SETNLE, new Meaning.SetIf());
        range(to, Mnemonic.CMOVO, Mnemonic.CMOVNLE, new Meaning.MoveIf());
        to.bind(Mnemonic.JMP, new Meaning.Transfer(Meaning.Transfer.Kind.JUMP));
        to.bind(Mnemonic.CALL, new Meaning.Transfer(Meaning.Transfer.Kind.CALL));
        to.bind(Mnemonic.RET, new Meaning.Transfer(Meaning.Transfer.Kind.RETURN));
        to.bind(Mnemonic.PUSH, new Meaning.Transfer(Meaning.Transfer.Kind.PUSH));
        to.bind(Mnemonic.POP, new Meaning.Transfer(Meaning.Transfer.Kind.POP));
        to.bind(Mnemonic.NOP, new Meaning.Nothing());
        to.bind(Mnemonic.ENDBR32, new Meaning.Nothing());
        to.bind(Mnemonic.ENDBR64, new Meaning.Nothing());
    }

    private static void range(Meanings to, Mnemonic first, Mnemonic last, Meaning meaning) {
        for (int at = first.ordinal(); at <= last.ordinal(); at++) {
            to.bind(Mnemonic.values()[at], meaning);
        }
    }

    /** Whether a condition holds; {@code code} is the low nibble of Jcc's, SETcc's and CMOVcc's opcodes. SDM Vol. 1, "Condition Codes". */
    public static boolean holds(Cpu cpu, int code) {
        boolean plain = switch (code >> 1) {
            case 0 -> cpu.of();
            case 1 -> cpu.carry < 0;
            case 2 -> cpu.zero == 0;
            case 3 -> cpu.carry < 0 || cpu.zero == 0;
            case 4 -> cpu.sign < 0;
            case 5 -> cpu.pf();
            case 6 -> (cpu.sign ^ cpu.carry ^ cpu.carry << 1) < 0;
            default -> cpu.zero == 0 || (cpu.sign ^ cpu.carry ^ cpu.carry << 1) < 0;
        };
        return plain ^ (code & 1) != 0;
    }
}
