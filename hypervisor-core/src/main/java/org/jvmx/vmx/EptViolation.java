package org.jvmx.vmx;

/** SDM Vol. 3, "Exit Qualification for EPT Violations". */
public record EptViolation(long bits) {
    public static final int READ = 1;
    public static final int WRITE = 1 << 1;
    public static final int FETCH = 1 << 2;
    /** The guest-physical address is readable. */
    public static final int READABLE = 1 << 3;
    /** The guest-physical address is writable. */
    public static final int WRITABLE = 1 << 4;
    /** The guest-physical address is executable. */
    public static final int EXECUTABLE = 1 << 5;
    /** The guest-linear-address field is valid. */
    public static final int LINEAR_VALID = 1 << 7;
    /** The access is to the translation of the linear address, not to an entry of a paging structure. */
    public static final int TRANSLATED = 1 << 8;
    /** NMI unblocking due to IRET. */
    public static final int NMI_UNBLOCKING = 1 << 12;

    /** The access was a data read. */
    public boolean read() {
        return (bits & READ) != 0;
    }

    /** The access was a data write. */
    public boolean write() {
        return (bits & WRITE) != 0;
    }

    /** The access was an instruction fetch. */
    public boolean fetch() {
        return (bits & FETCH) != 0;
    }

    /** What the EPT entries allow, as bits 0 read, 1 write, 2 execute. */
    public int permissions() {
        return (int) bits >> 3 & 7;
    }

    /** Whether the guest-linear-address field is valid. */
    public boolean linearValid() {
        return (bits & LINEAR_VALID) != 0;
    }

    /** Whether the access was to the final address rather than to a guest paging-structure entry. */
    public boolean translated() {
        return (bits & TRANSLATED) != 0;
    }

    /** Whether IRET unblocked NMIs before the violation. */
    public boolean nmiUnblocking() {
        return (bits & NMI_UNBLOCKING) != 0;
    }
}
