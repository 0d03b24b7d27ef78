/**
 * Advanced interrupt controllers: a {@link org.jvmx.devices.apic.LocalApic} for each processor, the {@link org.jvmx.devices.apic.IoApic}, and the
 * {@link org.jvmx.devices.apic.ApicBus} that carries messages between them.
 */
package org.jvmx.devices.apic;
