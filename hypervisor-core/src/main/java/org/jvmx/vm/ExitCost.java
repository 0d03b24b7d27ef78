package org.jvmx.vm;

import org.jvmx.vmx.Exit;

/** What a VM exit costs in virtual time, besides the guest's instructions. */
@FunctionalInterface
public interface ExitCost {
    /** Exits cost nothing. */
    ExitCost NONE = exit -> 0;

    /** Nanoseconds to charge for the exit. */
    long nanos(Exit exit);
}
