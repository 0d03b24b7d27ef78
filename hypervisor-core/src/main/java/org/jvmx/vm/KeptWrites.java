package org.jvmx.vm;

import org.jvmx.vmx.Access;
import org.jvmx.vmx.Exit;

/** Writes to devices that a policy keeps: they reach the devices in their order, before anything else that the machine does for the guest. */
final class KeptWrites {
    /** As many as the ring of KVM's coalesced MMIO holds: a page of entries of 24 bytes behind two indexes, one entry free. */
    private static final int CAPACITY = 169;

    private final Machine machine;
    private final PolicyStack policies;
    private final long[] addresses = new long[CAPACITY];
    private final long[] values = new long[CAPACITY];
    private final byte[] sizes = new byte[CAPACITY];
    private final boolean[] ports = new boolean[CAPACITY];
    private int count;

    KeptWrites(Machine machine) {
        this.machine = machine;
        this.policies = machine.policies();
    }

    /** Before an exit is handled: one that cannot be kept itself brings out what was. */
    void before(Exit exit) {
        if (count != 0 && !write(exit.access())) {
            deliver();
        }
    }

    private static boolean write(Access access) {
        return (access.kind() == Access.Kind.PORT || access.kind() == Access.Kind.MEMORY) && access.isWrite();
    }

    /** Keeps a write if a policy says so and there is room; if not, all before it are delivered. */
    boolean take(StoppedVcpu view, Access access) {
        if (count == CAPACITY || !policies.keeps(view, access)) {
            deliver();
            return false;
        }
        addresses[count] = access.address();
        values[count] = access.data();
        sizes[count] = (byte) access.size();
        ports[count] = access.kind() == Access.Kind.PORT;
        count++;
        view.path(ExitPath.KERNEL);
        policies.counters().kept();
        return true;
    }

    /** Delivers all of them. */
    void deliver() {
        for (int n = 0; n < count; n++) {
            if (ports[n]) {
                machine.ports().out((int) addresses[n], sizes[n], (int) values[n]);
            } else {
                machine.mmio().write(addresses[n], sizes[n], values[n]);
            }
        }
        count = 0;
    }
}
