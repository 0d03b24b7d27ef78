package org.jvmx.bus;

/** A device behind model-specific registers, such as the local APIC. */
public interface MsrDevice {
    /** Whether this device answers for the MSR now (the x2APIC range exists only in x2APIC mode). */
    boolean owns(int msr);

    /** Whether the processor would let the read pass; false means #GP(0). On true the value is in {@link #value()}. */
    boolean read(int msr);

    /** The value that the last successful {@link #read} found. */
    long value();

    /** Writes the MSR; false means #GP(0) and nothing changed. */
    boolean write(int msr, long value);
}
