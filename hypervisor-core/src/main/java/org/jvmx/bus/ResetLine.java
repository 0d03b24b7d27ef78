package org.jvmx.bus;

/** What a device pulls when the guest asks for a reset. */
@FunctionalInterface
public interface ResetLine {
    /** A line that leads nowhere. */
    ResetLine NONE = kind -> {};

    /** How much is reset. */
    enum Kind {
        /** The whole platform, as after power-on. */
        HARD,
        /** The INIT signal of the processors: devices and memory keep their state. */
        INIT
    }

    /** Asks for the reset; it happens before the next guest instruction, not within this call. */
    void reset(Kind kind);
}
