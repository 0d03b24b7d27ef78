package org.jvmx.vm;

/** What to do about the instruction after one that was handled. */
public enum Batch {
    /** The next policy is asked. */
    PASS,
    /** The guest is entered. */
    ENTER,
    /** The monitor executes it itself, and handles it if it would have left the guest. */
    EMULATE
}
