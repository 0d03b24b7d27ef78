package org.jvmx.vm;

import java.util.Set;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

/**
 * Decides how a monitor handles VM exits. Override what the policy is about, and leave the rest: a method that is not overridden is never called
 * and costs nothing. Policies of a machine are asked in the order in which they were attached; a policy that returns {@link #PASS} (or asks its
 * {@link ExitHandler}) leaves the decision to the next one, the last of which is the machine itself.
 *
 * <p>Everything here is called on the vCPU's thread. It sees the guest through {@link VcpuView} and changes what {@link VcpuControls} names. It
 * allocates nothing if it can, does not block, and tells time by the view only: then a run is the same each time. What it throws stops this one
 * guest. An instance serves one machine.
 */
public interface ExitPolicy {
    /** "Not my business": the next policy is asked. */
    long PASS = -1;

    /** Its name in reports. */
    String name();

    /** What it cannot do without; a machine that lacks one of them refuses the policy. */
    default Set<PolicyNeed> needs() {
        return Set.of();
    }

    /** The reasons of the VM exits that {@link #decide} is asked about. */
    default Set<ExitReason> reasons() {
        return Set.of();
    }

    /** What happens next after a VM exit; {@link ExitHandler#handle} does what would be done without this policy. Never null. */
    default Verdict decide(Exit exit, ExitHandler handler) {
        return handler.handle(exit);
    }

    /** Before the guest's first instruction on a processor, or when the policy takes over from another one: the place to set controls. */
    default void onStart(VcpuView vcpu) {
    }

    /** After the last instruction, or when another policy takes over: the place to take controls back. */
    default void onEnd(VcpuView vcpu) {
    }

    /**
     * The guest executed HLT and nothing is pending: how many nanoseconds to poll for an event before the processor is given away, 0 for not at
     * all. An event within them wakes the guest at once; a later one costs {@link ExitCost#wakeUp} in addition.
     */
    default long onHalt(VcpuView vcpu) {
        return PASS;
    }

    /**
     * A halt is over.
     *
     * @param waited nanoseconds from HLT to the event
     * @param caught whether polling saw the event
     */
    default void onWake(VcpuView vcpu, long waited, boolean caught) {
    }

    /** A device's timer (the APIC's, too) is set to a moment of {@link VcpuView#nanos}: the moment at which it is to expire instead. */
    default long onTimer(VcpuView vcpu, long deadline) {
        return PASS;
    }

    /** The guest writes to a port or a memory-mapped register of a device. */
    default Notice onNotify(VcpuView vcpu, Access access) {
        return Notice.PASS;
    }

    /**
     * The guest touched RAM that EPT does not map yet: how many bytes to map, a power of two from 4096; the block of this size and alignment that
     * holds the address, as far as it is RAM.
     */
    default long onEptFault(VcpuView vcpu, long guestPhysicalAddress) {
        return PASS;
    }

    /** The guest spins: a VM exit by PAUSE. See {@link VcpuControls#pauseLoop}. */
    default Spin onSpin(VcpuView vcpu) {
        return Spin.PASS;
    }

    /** A device raises an interrupt line: how many nanoseconds to hold it back, 0 for not at all. If the device lowers it before, there was none. */
    default long onInterrupt(VcpuView vcpu, int line) {
        return PASS;
    }

    /**
     * The guest is about to run the instruction after one that was just handled: whether the monitor should look if that one would leave the guest
     * too, and handle it without entering in between. Asked up to a bound after each exit that completes.
     *
     * @param handled how many instructions were handled so since the VM exit, that one's included
     */
    default Batch onCompleted(VcpuView vcpu, int handled) {
        return Batch.PASS;
    }

    /** The processor has its turn again after another one of the machine had it. */
    default void onTurn(VcpuView vcpu) {
    }

    /** What it has to say to people at the end of a run, in lines; empty for nothing. */
    default String report() {
        return "";
    }

    /** What it has learnt, in classes of Java or of this module, so that another instance can go on with it; null if there is nothing. */
    default Object snapshot() {
        return null;
    }

    /** Goes on with what an instance of the same name had learnt. */
    default void restore(Object snapshot) {
    }
}
