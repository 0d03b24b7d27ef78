package org.jvmx.cpu.interp;

import org.jvmx.cpu.semantics.EffectFn;
import org.jvmx.cpu.semantics.FlagEffect;
import org.jvmx.cpu.semantics.Fn;
import org.jvmx.cpu.semantics.Meaning;

/**
 * What the class of an op is specialised to. A record in a static final field: all of it is constant to the JIT.
 *
 * @param value       the meaning's function
 * @param flags       what becomes of the flags
 * @param effect      the body of an effect
 * @param shiftFlags  the same for shifts
 * @param readsCarry  whether the function wants CF
 * @param writes      whether the destination is written
 * @param width       bytes of the operation
 * @param sourceWidth bytes of the source
 * @param target      where the destination is ({@link Place})
 * @param source      where the source is ({@link Place})
 * @param addressing  how the memory operand's address comes about ({@link MemoryOp})
 * @param detail      a condition, or what else a template needs to know
 */
record Form(Fn value, EffectFn effect, FlagEffect flags, Meaning.ShiftFlags shiftFlags, boolean readsCarry, boolean writes, int width,
        int sourceWidth, int target,
        int source, int addressing, int detail) {
}
