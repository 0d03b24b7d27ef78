package org.jvmx.vmx;

/**
 * The format of the VM-entry and VM-exit interruption-information and IDT-vectoring information fields. SDM Vol. 3, "VM-Entry Controls for
 * Event Injection" and "Information for VM Exits Due to Vectored Events".
 */
public record Interruption(int bits) {
    public static final int EXTERNAL = 0;
    public static final int NMI = 2;
    public static final int HARDWARE_EXCEPTION = 3;
    public static final int SOFTWARE_INTERRUPT = 4;
    /** INT1. */
    public static final int PRIVILEGED_SOFTWARE_EXCEPTION = 5;
    /** INT3 and INTO. */
    public static final int SOFTWARE_EXCEPTION = 6;
    /** Of entries only; vector 0 is a pending MTF VM exit. */
    public static final int OTHER_EVENT = 7;

    public static final int ERROR_CODE = 1 << 11;
    /** Of exits only: NMI unblocking due to IRET. */
    public static final int NMI_UNBLOCKING = 1 << 12;
    public static final int VALID = 1 << 31;

    /** A valid field. */
    public static int of(int type, int vector, boolean errorCode) {
        return VALID | (errorCode ? ERROR_CODE : 0) | type << 8 | vector;
    }

    /** An external interrupt. */
    public static int external(int vector) {
        return of(EXTERNAL, vector, false);
    }

    /** The vector of a field. */
    public static int vector(int information) {
        return information & 0xff;
    }

    /** The type of a field. */
    public static int type(int information) {
        return information >> 8 & 7;
    }

    /** Whether a field says that there is an event. */
    public static boolean valid(int information) {
        return information < 0;
    }

    /** Whether the event has an error code. */
    public static boolean hasErrorCode(int information) {
        return (information & ERROR_CODE) != 0;
    }

    /** Whether the type is one that an instruction causes, so that an instruction length belongs to it. */
    public static boolean software(int type) {
        return type >= SOFTWARE_INTERRUPT && type <= SOFTWARE_EXCEPTION;
    }
}
