/**
 * Memory of the machine. {@link org.jvmx.memory.HostMemory} is the processor's one host-physical address space; guest RAM, VMCS regions,
 * bitmaps and EPT tables are pages of it. {@link org.jvmx.memory.GuestMemory} is a guest's view of it by guest-physical address.
 */
package org.jvmx.memory;
