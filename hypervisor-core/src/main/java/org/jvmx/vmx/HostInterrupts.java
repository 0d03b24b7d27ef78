package org.jvmx.vmx;

/**
 * Interrupt controllers in the host's kernel, and the local APIC that one processor has there. HLT is no VM exit then, and external interrupts come without
 * the monitor, but for those of 8259As that are its own: they are injected as ever, and wait in the kernel until the guest takes them.
 */
public interface HostInterrupts {
    /** The register of the local interrupt pin 0, as an offset. SDM Vol. 3, "Local APIC Register Address Map". */
    int LVT_LINT0 = 0x350;
    int LVT_LINT1 = 0x360;
    int SPURIOUS = 0xf0;

    /** An input; from any thread. */
    @FunctionalInterface
    interface Line {
        /** Drives it. */
        void set(boolean level);
    }

    /** Which controllers are there. */
    Irqchip place();

    /** An ISA input of 8259As and I/O APIC together, of which an edge source gives the kernel its rises only. */
    Line isa(int number, boolean edge);

    /** Carries an input of the monitor's I/O APIC to the local APICs as a message-signaled interrupt. SDM Vol. 3, "Message Signalled Interrupts". */
    void message(int input, long address, int data);

    /** Leaves an 8259A of the kernel initialised with a base vector and a mask. */
    void initialize8259(boolean slave, int base, int mask);

    /** A register of the local APIC. */
    int readApic(int offset);

    /** Changes a register of the local APIC. */
    void writeApic(int offset, int value);
}
