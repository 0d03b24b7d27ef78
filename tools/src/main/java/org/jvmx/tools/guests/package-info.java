/**
 * The bundled guests: kernels of a few kilobytes, written with {@link org.jvmx.isa.Assembler} and assembled when they are asked for. May
 * depend on the instruction tables and the loader's formats. Start with {@link org.jvmx.tools.guests.BundledGuests}.
 */
package org.jvmx.tools.guests;
