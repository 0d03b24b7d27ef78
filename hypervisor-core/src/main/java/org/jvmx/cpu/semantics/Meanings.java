package org.jvmx.cpu.semantics;

import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** The meaning of each mnemonic. Each family binds its own; a mnemonic is bound once. */
public final class Meanings {
    /** The one table. It never changes, so all processors share it, and with it the classes of ops that are made for its entries. */
    public static final Meanings ALL = new Meanings();

    private final Meaning[] byMnemonic = new Meaning[Mnemonic.values().length];

    private Meanings() {
        Alu.define(this);
        Control.define(this);
        Loops.define(this);
        Shifts.define(this);
        MulDiv.define(this);
        Decimal.define(this);
        Bits.define(this);
        Bmi.define(this);
        Exchange.define(this);
        Accumulator.define(this);
        Frames.define(this);
        Strings.define(this);
        Random.define(this);
        X87Arithmetic.define(this);
        X87Transfers.define(this);
        X87Control.define(this);
        SseMoves.define(this);
        SseIntegers.define(this);
        SseShuffles.define(this);
        SseFloats.define(this);
        SseConversions.define(this);
        SseStrings.define(this);
        VexMoves.define(this);
        VexPermutes.define(this);
        VexMemory.define(this);
        VexFloats.define(this);
        Segments.define(this);
        DescriptorTables.define(this);
        FarTransfers.define(this);
        FarReturns.define(this);
        SoftwareInterrupts.define(this);
        ControlRegisters.define(this);
        DebugRegisters.define(this);
        Invalidations.define(this);
        SystemFlags.define(this);
        VmxInstructions.define(this);
        Msrs.define(this);
        Timing.define(this);
        Processor.define(this);
        Syscalls.define(this);
        Io.define(this);
        XsaveFamily.define(this);
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

    /** The meaning of an instruction, or null if nobody has bound it. */
    public Meaning of(Insn insn) {
        Meaning meaning = byMnemonic[insn.mnemonic.ordinal()];
        return meaning instanceof Meaning.ByForm choice ? choice.form().apply(insn) : meaning;
    }

    /** Whether the mnemonic has a meaning. */
    boolean has(Mnemonic mnemonic) {
        return byMnemonic[mnemonic.ordinal()] != null;
    }
}
