package org.jvmx.policy.cost;

import java.util.Locale;

/** A constant of a cost model. All are cycles, but {@link #WAKE_UP}. */
public enum CostConstant {
    /** From the guest to the monitor and back: the hardware's part. */
    TRANSITION,
    /** Handled in the exit handler itself. */
    FAST,
    /** Handled in the host's kernel. */
    KERNEL,
    /** Handled in the monitor's process. */
    USER,
    /** A page found for an EPT violation, on top of the kernel's path. */
    EPT_FAULT,
    /** Each page that such a fault maps in addition. */
    MAPPING,
    /** One instruction that the monitor decodes and executes. */
    EMULATION,
    /** Giving a halted processor away and taking it back. */
    BLOCK,
    /** Nanoseconds from an event to the guest, if its processor was given away. */
    WAKE_UP,
    /** In percent, what a mitigation adds to transitions and paths. */
    PERCENT;

    /** Its name in the data file. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The constant of that name, or null. */
    static CostConstant labelled(String label) {
        for (CostConstant constant : values()) {
            if (constant.label().equals(label)) {
                return constant;
            }
        }
        return null;
    }

    /** Whether a mitigation's percentage is added to it. */
    boolean mitigated() {
        return this == TRANSITION || this == FAST || this == KERNEL || this == USER;
    }
}
