package org.jvmx.vmx;

import org.jvmx.memory.HostMemory;

/**
 * The physical memory in which whoever executes VMX instructions keeps VMCS regions and MSR lists: the host-physical space, or a guest's
 * memory. Addresses are aligned to the access; where there is no memory, reads give all ones and writes are dropped.
 */
public interface VmxMemory {
    /** Four bytes. */
    int readInt(long address);

    /** Eight bytes. */
    long readLong(long address);

    /** Four bytes. */
    void writeInt(long address, int value);

    /** Eight bytes. */
    void writeLong(long address, long value);

    /** The host-physical space. */
    static VmxMemory of(HostMemory memory) {
        return new VmxMemory() {
            @Override
            public int readInt(long address) {
                return memory.contains(address, 4) ? memory.readInt(address) : -1;
            }

            @Override
            public long readLong(long address) {
                return memory.contains(address, 8) ? memory.readLong(address) : -1;
            }

            @Override
            public void writeInt(long address, int value) {
                if (memory.contains(address, 4)) {
                    memory.writeInt(address, value);
                }
            }

            @Override
            public void writeLong(long address, long value) {
                if (memory.contains(address, 8)) {
                    memory.writeLong(address, value);
                }
            }
        };
    }
}
