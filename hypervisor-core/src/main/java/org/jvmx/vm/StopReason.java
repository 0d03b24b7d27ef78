package org.jvmx.vm;

/**
 * Why a machine stopped.
 *
 * @param kind which of the ways there are
 * @param value what the guest said: the value written to the debug-exit port; 0 otherwise
 * @param message a sentence for the user
 * @param report what was found out about it, in lines; empty if there is nothing to say
 */
public record StopReason(Kind kind, int value, String message, String report) {
    /** The ways to stop; each has its exit code. */
    public enum Kind {
        POWER_OFF(0),
        /** Its code is odd: the guest's value doubled, plus 1. */
        DEBUG_EXIT(1),
        TRIPLE_FAULT(4),
        ENTRY_FAILURE(6),
        PANIC(8),
        HOST_FAILURE(10),
        /** A policy threw, looped, blocked or returned nothing. */
        POLICY_FAILURE(10),
        HALTED_FOREVER(12),
        RESET(14),
        LIMIT(124),
        INTERRUPTED(130);

        private final int exitCode;

        Kind(int exitCode) {
            this.exitCode = exitCode;
        }
    }

    /** A reason without a report. */
    public static StopReason of(Kind kind, String message) {
        return new StopReason(kind, 0, message, "");
    }

    /** The guest powered off. */
    public static StopReason powerOff() {
        return of(Kind.POWER_OFF, "the guest powered off");
    }

    /** The guest wrote {@code value} to the debug-exit port. */
    public static StopReason debugExit(int value) {
        return new StopReason(Kind.DEBUG_EXIT, value, "the guest wrote %d to the debug-exit port".formatted(value), "");
    }

    /** The guest reset itself. */
    public static StopReason reset() {
        return of(Kind.RESET, "the guest reset itself");
    }

    /** The exit code of a command that ran the machine. */
    public int exitCode() {
        return kind == Kind.DEBUG_EXIT ? value << 1 & 0xff | 1 : kind.exitCode;
    }
}
