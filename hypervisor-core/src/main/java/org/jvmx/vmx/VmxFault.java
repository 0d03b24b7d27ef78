package org.jvmx.vmx;

/** The exception that a VMX instruction raises where it fails without a result. Thrown to whoever executes the instruction. */
public final class VmxFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int vector;

    /** The exception {@code vector}, with an error code of 0 where it has one. */
    public VmxFault(int vector) {
        super(null, null, false, false);
        this.vector = vector;
    }

    /** The exception's vector: #UD or #GP. */
    public int vector() {
        return vector;
    }

    @Override
    public String getMessage() {
        return "the VMX instruction raises exception " + vector;
    }
}
