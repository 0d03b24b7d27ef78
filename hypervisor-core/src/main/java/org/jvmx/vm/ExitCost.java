package org.jvmx.vm;

import org.jvmx.vmx.ExitReason;

/** What VM exits cost in virtual time, besides the guest's instructions. All in nanoseconds; nothing here allocates. */
@FunctionalInterface
public interface ExitCost {
    /** Exits cost nothing. */
    ExitCost NONE = reason -> 0;

    /** The way out of the guest and back into it, charged before anything is done about the exit. */
    long transition(ExitReason reason);

    /** What the monitor does about it on a path, charged after it was done. */
    default long handling(ExitReason reason, ExitPath path) {
        return 0;
    }

    /** Finding out that an instruction can be executed by the monitor, and doing so: what takes the place of a transition. */
    default long emulation() {
        return 0;
    }

    /** From an event to the guest's next instruction for a processor that was given away while it was halted. */
    default long wakeUp() {
        return 0;
    }

    /** Each page that an EPT fault maps in addition to the first. */
    default long mapping() {
        return 0;
    }
}
