package org.jvmx.vm;

/** What happens after a VM exit. */
public enum Verdict {
    /** The instruction is done, with its access answered: the backend finishes it, the guest goes on behind it. */
    NEXT,
    /** Nothing was done, or something changed: the instruction runs again; an interrupted event is delivered again. */
    AGAIN,
    /** As {@link #NEXT}; then another virtual processor has its turn, if one can run. */
    YIELD,
    /** The guest waits for an event; then its instruction is done. */
    IDLE,
    /** The guest does not go on. */
    STOP
}
