/**
 * gdb's remote serial protocol on Netty: a debugger for the guest of a {@link org.jvmx.tools.pc.Pc}, from its first instruction in real mode on. The
 * network's thread takes packets apart and puts them together; what they ask for is done on the vCPU's thread. Start with
 * {@link org.jvmx.tools.gdb.GdbServer}.
 */
package org.jvmx.tools.gdb;
