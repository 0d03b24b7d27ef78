/**
 * What instructions mean. {@link org.jvmx.cpu.semantics.Cpu} is the processor as instructions see it. A family file ({@code Alu}, {@code Shift},
 * {@code Strings}, {@code Segments} ...) holds the meanings of its instructions and binds them to mnemonics in its {@code define(Meanings)};
 * {@link org.jvmx.cpu.semantics.Meanings} collects the families. {@code isa} says which bytes are an instruction and what guards it; drivers
 * ({@code cpu.interp}) fetch, decode, check the guards, execute and retire.
 *
 * <p>Contract of a {@link org.jvmx.cpu.semantics.Meaning.Effect}, the general shape: it runs with {@code cpu.rip} at the instruction and
 * {@code cpu.nextRip} behind it. It does all that may fault first, then changes state. It may
 * <ul>
 * <li>return: the instruction is complete, execution goes on at {@code cpu.nextRip} (which it may have changed, through {@code Cpu.jump});
 * <li>throw {@code cpu.fault} (by {@code throw cpu.gp(0)} and the like): nothing of it happened;
 * <li>record a VM exit with {@code cpu.vmExit(reason, qualification)} and return at once: nothing of it happened, RIP stays;
 * <li>call {@code cpu.modeChanged()} after it changed CPL, CR0, CR4, EFER, segment attributes, IOPL, TF, IF, AC or VM: the block ends after it.
 * </ul>
 * The guards of the row (CPL, mode, CPUID feature, LOCK, state class) are checked before it runs.
 */
package org.jvmx.cpu.semantics;
