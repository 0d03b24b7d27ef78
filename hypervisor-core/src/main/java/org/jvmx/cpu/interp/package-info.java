/**
 * The interpreter: it drives the meanings of {@code cpu.semantics} one instruction at a time. Code is decoded once into blocks of
 * {@link org.jvmx.cpu.interp.Op}s, cached by physical page. An op is an object of a small class for one shape of instruction; {@link
 * org.jvmx.cpu.interp.Specializer} clones that class for each meaning, width and operand form, so that the JIT sees those as constants and one definition
 * serves all. Start reading at {@link org.jvmx.cpu.interp.Interpreter}.
 */
package org.jvmx.cpu.interp;
