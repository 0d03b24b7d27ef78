package org.jvmx.cpu.state;

/** An exception that the current instruction raises. SDM, "Interrupt and Exception Handling". */
public final class GuestFault extends GuestEvent {
    private static final long serialVersionUID = 1;

    /** The exception's vector, 0 to 31. */
    public int vector;
    /** The error code, where the vector has one. */
    public int errorCode;
    /** Whether an error code is pushed. */
    public boolean hasErrorCode;
    /** For #PF the linear address, which goes to CR2; for #DB the new bits of DR6. */
    public long detail;

    GuestFault() {
        super("guest fault");
    }

    @Override
    public String getMessage() {
        return "vector " + vector + (hasErrorCode ? " error code " + Integer.toHexString(errorCode) : "");
    }
}
