package org.jvmx.cpu.interp;

import java.util.EnumSet;
import java.util.Set;

import org.jvmx.isa.Mnemonic;

/** Instructions behind which a block ends, because control mostly goes elsewhere. Any other effect may end a block by itself. */
final class Terminators {
    private static final Set<Mnemonic> ENDS = EnumSet.range(Mnemonic.JO, Mnemonic.JNLE);

    static {
        ENDS.addAll(EnumSet.of(Mnemonic.JMP, Mnemonic.CALL, Mnemonic.RET, Mnemonic.JMP_FAR, Mnemonic.CALL_FAR, Mnemonic.RET_FAR,
                Mnemonic.INT,
                Mnemonic.INT1, Mnemonic.INT3, Mnemonic.IRET, Mnemonic.IRETD, Mnemonic.IRETQ, Mnemonic.LOOP, Mnemonic.LOOPE, Mnemonic.LOOPNE,
                Mnemonic.JCXZ, Mnemonic.HLT, Mnemonic.UD0, Mnemonic.UD1, Mnemonic.UD2, Mnemonic.SYSCALL, Mnemonic.SYSRET, Mnemonic.SYSENTER,
                Mnemonic.SYSEXIT));
    }

    private Terminators() {
    }

    static boolean ends(Mnemonic mnemonic) {
        return ENDS.contains(mnemonic);
    }
}
