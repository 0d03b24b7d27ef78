/**
 * Linux system calls and the structures of its KVM interface, by the JDK's Foreign Function and Memory API alone. The only package that makes
 * downcalls. Depends on nothing. Start with {@link org.jvmx.kvm.ffi.SystemCalls}.
 */
package org.jvmx.kvm.ffi;
