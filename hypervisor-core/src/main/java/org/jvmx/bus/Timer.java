package org.jvmx.bus;

/** A one-shot alarm of a {@link Clock}. Arming it again moves it; it never allocates. */
public interface Timer {
    /** Runs the action once {@link Clock#nanos()} has reached {@code deadlineNanos}; a deadline in the past is due at once. */
    void arm(long deadlineNanos);

    /** Forgets the deadline. */
    void cancel();

    /** Whether a deadline is set that has not passed. */
    boolean armed();
}
