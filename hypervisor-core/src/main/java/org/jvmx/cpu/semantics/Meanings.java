package org.jvmx.cpu.semantics;

import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.Row;

/** The meaning of each mnemonic. Each family binds its own; a mnemonic is bound once. */
public final class Meanings {
    private final Meaning[] byMnemonic = new Meaning[Mnemonic.values().length];

    /** All families. */
    public Meanings() {
        Alu.define(this);
        Control.define(this);
    }

    /** Binds a mnemonic to its meaning. */
    void bind(Mnemonic mnemonic, Meaning meaning) {
        if (byMnemonic[mnemonic.ordinal()] != null) {
            throw new IllegalStateException(mnemonic + " has two meanings");
        }
        byMnemonic[mnemonic.ordinal()] = meaning;
    }

    /** Binds a mnemonic to an effect. */
    void effect(Mnemonic mnemonic, EffectFn body) {
        bind(mnemonic, new Meaning.Effect(body));
    }

    /** The meaning of a row, or null if nobody has bound it. */
    public Meaning of(Row row) {
        return byMnemonic[row.mnemonic.ordinal()];
    }
}
