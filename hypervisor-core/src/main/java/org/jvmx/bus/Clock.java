package org.jvmx.bus;

/** The only thing that tells time. Virtual or the host's; devices cannot tell which. */
public interface Clock {
    /** Nanoseconds since the machine was switched on. */
    long nanos();

    /** A timer of this clock that runs {@code action} on the vCPU's thread when its deadline has passed. It starts disarmed. */
    Timer timer(Runnable action);

    /** The value of the guest's time-stamp counter now. */
    long tsc();

    /** The earliest {@link #nanos()} at which the guest's time-stamp counter is at least {@code tsc} (unsigned); {@link Long#MAX_VALUE} if that is out of reach. */
    long nanosAtTsc(long tsc);
}
