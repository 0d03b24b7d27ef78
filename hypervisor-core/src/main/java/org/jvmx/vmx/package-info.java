/**
 * The VMX architecture: VMCS fields and regions, controls and capabilities, the VMX instructions, VM-entry checks, VM exits. A monitor
 * sees {@link org.jvmx.vmx.Vmx}; a processor implements {@link org.jvmx.vmx.LogicalProcessor}; {@link org.jvmx.vmx.VmxOperation} joins
 * the two. It serves a monitor in Java and a guest that executes VMX instructions alike. Start with {@link org.jvmx.vmx.Vmx}.
 */
package org.jvmx.vmx;
