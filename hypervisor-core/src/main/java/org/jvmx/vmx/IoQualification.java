package org.jvmx.vmx;

/** SDM Vol. 3, "Exit Qualification for I/O Instructions". */
public record IoQualification(long bits) {
    /** The qualification of one port access. */
    public static long of(int port, int size, boolean in, boolean string, boolean rep, boolean immediate) {
        return size - 1 | (in ? 8 : 0) | (string ? 16 : 0) | (rep ? 32 : 0) | (immediate ? 64 : 0) | (long) port << 16;
    }

    /** The port. */
    public int port() {
        return (int) (bits >>> 16) & 0xffff;
    }

    /** Bytes: 1, 2 or 4. */
    public int size() {
        return (int) (bits & 7) + 1;
    }

    /** Whether the instruction reads the port. */
    public boolean in() {
        return (bits & 8) != 0;
    }

    /** INS or OUTS. */
    public boolean string() {
        return (bits & 16) != 0;
    }

    /** With a REP prefix. */
    public boolean rep() {
        return (bits & 32) != 0;
    }

    /** The port is an immediate operand, not DX. */
    public boolean immediate() {
        return (bits & 64) != 0;
    }
}
