/**
 * How the kernel inside a bzImage is compressed. Every decoder writes at most the announced size, checks every length against what is left,
 * and reports anything wrong as a {@link org.jvmx.loader.LoadException}.
 */
package org.jvmx.loader.payload;
