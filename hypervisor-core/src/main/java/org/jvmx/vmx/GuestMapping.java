package org.jvmx.vmx;

/**
 * What guest-physical addresses lead to. A range that is not mapped, or not for the access at hand, leaves the guest with an EPT violation.
 * Addresses and sizes are multiples of 4 KiB. SDM Vol. 3, "The Extended Page Table Mechanism (EPT)".
 */
public interface GuestMapping {
    int READ = 1;
    int WRITE = 1 << 1;
    int EXECUTE = 1 << 2;
    int ALL = READ | WRITE | EXECUTE;

    /** Maps a range to host-physical memory that is contiguous from {@code hpa}; what was mapped there is replaced. */
    void map(long gpa, long size, long hpa, int rights);

    /** Unmaps a range; what is not mapped stays so. */
    void unmap(long gpa, long size);

    /** Changes what the mapped part of a range allows; no right at all takes accesses away but keeps the mapping for a later call. */
    void protect(long gpa, long size, int rights);

    /** What is allowed at an address; 0 if it is not mapped. */
    int rights(long gpa);

    /** The host-physical address behind an address, or -1 if it is not mapped. */
    long toHost(long gpa);

    /**
     * Starts or ends the dirty log of the mapped part of a range, empty at first; while no processor runs. What is mapped anew is not logged. The
     * log holds the guest's writes, also those of its processor to paging structures; the monitor knows its own.
     */
    void logDirty(long gpa, long size, boolean on);

    /**
     * Takes the dirty log of a range: what was written is logged again from its next write on.
     *
     * @param pages gets a bit for each page of the range, the first page in bit 0 of the first word
     * @return how many pages were written to
     */
    int takeDirty(long gpa, long size, long[] pages);

    /** Makes the guest of the current VMCS use this mapping. */
    void use(Vmx vmx);
}
