package org.jvmx.vmx;

/**
 * What the host's kernel does about a guest's accesses to devices while the guest runs on. Where it cannot, the monitor does the same by VM exits, so that
 * no guest can tell.
 */
public interface HostDevices {
    /** Where a device is. */
    enum Space {
        PORT, MEMORY
    }

    /**
     * Has {@code ring} called, on a thread of its own, soon after the guest has written {@code size} bytes at an address. Writes that are close together may
     * ring once, and what is written is lost.
     *
     * @return false if the host cannot: then such a write is a VM exit
     */
    boolean doorbell(Space space, long address, int size, Runnable ring);

    /**
     * Lets the guest's writes to a range come late: each as a VM exit, in order, and before any other one.
     *
     * @return false if the host cannot: then each write is a VM exit at once
     */
    boolean coalesce(Space space, long address, int size);
}
