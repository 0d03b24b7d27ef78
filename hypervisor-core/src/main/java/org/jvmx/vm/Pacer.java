package org.jvmx.vm;

/** Wall time, and how a machine waits in it. */
public interface Pacer {
    /** Nanoseconds of wall time since some moment. */
    long nanos();

    /** Waits until {@code nanos} have passed, or {@link #wake} was called since the last wait ended; returns how long that took. */
    long park(long nanos);

    /** Ends the wait, from any thread; a call while nobody waits ends the next one at once. */
    void wake();
}
