package org.jvmx.vmx;

/** A VMX processor of a guest: the instructions, the guest-physical address space that all processors of the guest share, and what the model offers. */
public interface VirtualProcessor extends AutoCloseable {
    /** The VMX instructions; VMX operation is not entered yet. */
    Vmx vmx();

    /** The guest-physical address space; nothing is mapped at first. */
    GuestMapping mapping();

    /** What CPUID tells of the model. */
    CpuidTable cpuid();

    /** Exceptions and interrupts that the guest's processor delivered last. */
    DeliveryLog deliveries();

    /** What a debugger needs; null if this processor has no such thing. */
    default DebugFacility debugFacility() {
        return null;
    }

    /** What the host's kernel does for devices, the same for all processors of a guest; null if it does nothing. */
    default HostDevices hostDevices() {
        return null;
    }

    /**
     * An INIT signal: the next VM entry ends with a VM exit for it, unless the guest is in the wait-for-SIPI state. SDM Vol. 3, "Other Causes of
     * VM Exits".
     *
     * @return false if the processor knows no such signal, and nothing happens
     */
    default boolean init() {
        return false;
    }

    /**
     * A start-up IPI: the next VM entry ends with a VM exit for it if the guest is in the wait-for-SIPI state; else it is lost.
     *
     * @return false if the processor knows no such signal, and nothing happens
     */
    default boolean startup(int vector) {
        return false;
    }

    /** The processor's interrupt controllers in the host's kernel; null if there are none. */
    default HostInterrupts hostInterrupts() {
        return null;
    }

    /**
     * Makes a guest that runs in another thread leave soon, where the processor does not look at the time by itself; a call while none runs
     * ends the next run.
     */
    default void kick() {
        // a processor that counts instructions is bounded by them
    }

    @Override
    void close();
}
