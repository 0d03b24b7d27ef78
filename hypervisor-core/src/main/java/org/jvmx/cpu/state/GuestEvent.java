package org.jvmx.cpu.state;

/** What leaves an instruction before it is complete. Stackless and preallocated, one of each kind per processor. */
public abstract sealed class GuestEvent extends RuntimeException permits GuestFault, ExitSignal {
    private static final long serialVersionUID = 1;

    GuestEvent(String message) {
        super(message, null, false, false);
    }
}
