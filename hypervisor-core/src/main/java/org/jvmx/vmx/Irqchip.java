package org.jvmx.vmx;

/** Where a machine's interrupt controllers are. */
public enum Irqchip {
    /** All of them are devices of the monitor's. */
    USER,
    /** The local APICs are in the host's kernel, the 8259As and the I/O APIC are devices of the monitor's. */
    SPLIT,
    /** All of them are in the host's kernel. */
    KERNEL
}
