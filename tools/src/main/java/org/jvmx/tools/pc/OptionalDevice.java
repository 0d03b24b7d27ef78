package org.jvmx.tools.pc;

import java.util.Arrays;
import java.util.Optional;

/** A device that a PC has only if it is asked for. */
public enum OptionalDevice {
    /** The device of kvm-unit-tests' machines. */
    PC_TESTDEV("pc-testdev");

    private final String label;

    OptionalDevice(String label) {
        this.label = label;
    }

    /** Its name on the command line. */
    public String label() {
        return label;
    }

    /** The device of that name. */
    public static Optional<OptionalDevice> named(String name) {
        return Arrays.stream(values()).filter(device -> device.label.equals(name)).findFirst();
    }
}
