package org.jvmx.bus;

/** The interrupt controller as one processor sees it: what wants in, and the handshake that lets it in. */
public interface InterruptController {
    /** Whether an external interrupt is pending for the processor. Cheap: it is asked at each entry. */
    boolean pending();

    /** The interrupt-acknowledge cycle: the vector to deliver, 0 to 255, moved from requested to in service; -1 if the request was withdrawn. */
    int acknowledge();

    /** Whether a non-maskable interrupt is pending. */
    boolean nmiPending();

    /** Takes the pending non-maskable interrupt. */
    void acknowledgeNmi();

    /** The task-priority class and sub-class (CR8 is its high nibble). */
    int tpr();

    /** Sets the task priority, as MOV to CR8 does. */
    void tpr(int value);

    /** The processor has told its local APIC, which is not this controller's, of the end of a level-triggered interrupt. */
    default void endOfInterrupt(int vector) {
        // a controller that has the local APIC knows
    }
}
