/**
 * The software x86-64 processor. {@link org.jvmx.cpu.SoftwareProcessor} is what VMX drives; {@code cpu.state} holds the registers, {@code
 * cpu.mmu} reaches memory, {@code cpu.semantics} says what instructions mean, {@code cpu.interp} runs them.
 */
package org.jvmx.cpu;
