package org.jvmx.devices.acpi;

/** What the power-management hardware does to the machine. */
@FunctionalInterface
public interface PowerEvents {
    /** Ignores it. */
    PowerEvents NONE = () -> {};

    /** The guest entered the soft-off state S5. */
    void powerOff();
}
