/**
 * The KVM backend: VMX with the capabilities that Linux's /dev/kvm leaves, over the same VMX instructions as the software processor. Depends on
 * the VMX vocabulary, on memory and on {@code kvm.ffi}. Start with {@link org.jvmx.kvm.KvmBackend}, then {@link org.jvmx.kvm.KvmProcessor}.
 */
package org.jvmx.kvm;
