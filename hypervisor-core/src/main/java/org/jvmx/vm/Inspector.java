package org.jvmx.vm;

import java.util.List;
import org.jvmx.vmx.DebugFacility;
import org.jvmx.vmx.ExitReason;

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

    private static final int NOBODY = -1;

    private final Machine machine;
    private final List<DebugFacility> facilities;
    private final Mailbox mailbox;
    private final Pacer pacer;
    private final Listener listener;
    private boolean held;
    private boolean announced;
    private DebugFacility.Stop stop;
    private int stopped = NOBODY;
    private int alone = NOBODY;

    Inspector(Machine machine, List<DebugFacility> facilities, Listener listener) {
        this.machine = machine;
        this.facilities = List.copyOf(facilities);
        this.mailbox = machine.mailbox();
        this.pacer = machine.spec().pacer();
        this.listener = listener;
    }

    /** Places to stop at, and state that no VMCS holds: one for each virtual processor. */
    public List<DebugFacility> facilities() {
        return facilities;
    }

    /** The virtual processor that stopped last, or was running when all were held. */
    public Vcpu vcpu() {
        return stopped == NOBODY ? machine.current() : machine.vcpus().get(stopped);
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
            stopped = NOBODY;
            alone = NOBODY;
        }
    }

    /** Those of the first virtual processor. */
    public DebugFacility facility() {
        return facilities.getFirst();
    }

    /** Lets the guest go; the virtual processor that stopped last may step. */
    public void resume(boolean step) {
        resume(step ? vcpu().index() : NOBODY, NOBODY);
    }

    /**
     * Lets the guest go.
     *
     * @param stepping the virtual processor that is to stop after one instruction, or -1
     * @param only the virtual processor that runs while all others stay where they are, or -1
     */
    public void resume(int stepping, int only) {
        for (int n = 0; n < facilities.size(); n++) {
            facilities.get(n).step(n == stepping);
        }
        alone = only;
        held = false;
    }

    /** Whether a virtual processor may run. */
    boolean lets(int index) {
        return alone == NOBODY || alone == index;
    }

    /** After a VM exit: true if the processor stopped the guest for the debugger, and the exit is no event of the guest's. */
    boolean stopped(Vcpu vcpu) {
        if (vcpu.vmx().exit().reason() != ExitReason.EXTERNAL_INTERRUPT) {
            return false;
        }
        DebugFacility.Stop taken = facilities.get(vcpu.index()).takeStop();
        if (taken == null) {
            return false;
        }
        hold();
        stop = taken;
        stopped = vcpu.index();
        vcpu.vmx().retry();
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
                listener.stopped(stop, facilities.get(vcpu().index()).stopAddress());
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
