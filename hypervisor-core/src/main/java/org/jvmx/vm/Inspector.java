package org.jvmx.vm;

import org.jvmx.vmx.DebugFacility;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.Vmx;

/**
 * Holds a machine's guest still for a debugger. While it is held no virtual time passes and nothing is counted or traced; what was posted to the machine
 * is still done. Everything here belongs to the vCPU's thread: come through {@link Machine#post}.
 */
public final class Inspector {
    private static final long LONGEST_WAIT = 3_600_000_000_000L;

    /** Who is told of stops. */
    public interface Listener {
        /**
         * The guest is held now. It may be let go from here.
         *
         * @param stop what the processor stopped it for; null if {@link #hold} was called
         * @param address the linear address that the stop is about
         */
        void stopped(DebugFacility.Stop stop, long address);

        /** The run is over, but for this: true to hold the guest as it died until {@link #resume}. */
        boolean inspects(StopReason reason);

        /** The run is over. */
        void ended(StopReason reason);
    }

    private final Vmx vmx;
    private final DebugFacility facility;
    private final Mailbox mailbox;
    private final Pacer pacer;
    private final Listener listener;
    private boolean held;
    private boolean announced;
    private DebugFacility.Stop stop;

    Inspector(Machine machine, DebugFacility facility, Listener listener) {
        this.vmx = machine.vmx();
        this.facility = facility;
        this.mailbox = machine.mailbox();
        this.pacer = machine.spec().pacer();
        this.listener = listener;
    }

    /** Places to stop at, and state that no VMCS holds. */
    public DebugFacility facility() {
        return facility;
    }

    /** Whether the guest is held, or will be before its next instruction. */
    public boolean held() {
        return held;
    }

    /** Holds the guest before its next instruction. */
    public void hold() {
        if (!held) {
            held = true;
            announced = false;
            stop = null;
        }
    }

    /** Lets the guest go. */
    public void resume(boolean step) {
        facility.step(step);
        held = false;
    }

    /** After a VM exit: true if the processor stopped the guest for the debugger, and the exit is no event of the guest's. */
    boolean stopped(Vcpu vcpu) {
        if (vcpu.vmx().exit().reason() != ExitReason.EXTERNAL_INTERRUPT) {
            return false;
        }
        DebugFacility.Stop taken = facility.takeStop();
        if (taken == null) {
            return false;
        }
        hold();
        stop = taken;
        vmx.retry();
        return true;
    }

    /** Waits while the guest is held; false if the machine is to stop. */
    boolean passes() {
        while (held) {
            if (mailbox.stopReason() != null) {
                return false;
            }
            if (!announced) {
                announced = true;
                listener.stopped(stop, facility.stopAddress());
                continue;
            }
            pacer.park(LONGEST_WAIT);
            mailbox.drain();
        }
        return true;
    }

    /** The run is over for {@code reason}, which the mailbox no longer holds. */
    void ended(StopReason reason) {
        if (listener.inspects(reason)) {
            held = true;
            announced = true;
            passes();
            mailbox.takeStopReason();
        }
        held = false;
        listener.ended(reason);
    }
}
