/**
 * The arithmetic of x87, SSE and the vector extensions as pure functions of bits: results and exception flags as Intel processors give
 * them. Depends on nothing but {@code java.lang}. Start reading at {@link org.jvmx.cpu.fp.SseStatus}, {@link org.jvmx.cpu.fp.Fp64} and
 * {@link org.jvmx.cpu.fp.Fp80}; both go through {@code Exact}, the one place that rounds.
 */
package org.jvmx.cpu.fp;
