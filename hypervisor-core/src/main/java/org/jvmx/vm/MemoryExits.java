package org.jvmx.vm;

import org.jvmx.arch.Hot;
import org.jvmx.bus.MmioBus;
import org.jvmx.memory.GuestMemory;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.GuestMapping;

/**
 * EPT violations: memory that was not mapped yet, ROM, memory-mapped devices, and addresses where nothing is, which read all ones. What has
 * no access to answer (a fetch, a walk of the guest's own paging structures, the delivery of an event) finds a page of all ones there.
 */
final class MemoryExits {
    private final Machine machine;
    private final GuestMemory memory;
    private final GuestMapping mapping;
    private final MmioBus own;
    private final MmioBus shared;
    private boolean undefined;

    MemoryExits(Vcpu vcpu) {
        this.machine = vcpu.machine();
        this.memory = machine.memory();
        this.mapping = machine.mapping();
        this.own = vcpu.mmio();
        this.shared = machine.mmio();
    }

    /** Whether what was not answered is no instruction: bytes that cannot be fetched are FFH, and FFH FFH is undefined. */
    boolean undefined() {
        return undefined;
    }

    /** Handles a violation; true if its access was answered, false if the guest is to try again. */
    @Hot
    boolean violation(Exit exit) {
        undefined = false;
        long gpa = exit.guestPhysicalAddress();
        Access access = exit.access();
        long hpa = memory.toHost(gpa);
        if (hpa >= 0) {
            mapping.map(gpa & -HostMemory.PAGE, HostMemory.PAGE, hpa & -HostMemory.PAGE, GuestMapping.ALL);
            return false;
        }
        if (access.kind() == Access.Kind.MEMORY) {
            answer(access, own.claimed(access.address()) ? own : shared);
            return true;
        }
        if (machine.isRom(gpa) || exit.eptViolation().fetch() || isDevice(gpa) || isDevice(gpa & -HostMemory.PAGE)) {
            undefined = true;
            return false;
        }
        machine.openPages().open(gpa & -HostMemory.PAGE);
        return false;
    }

    private boolean isDevice(long gpa) {
        return own.claimed(gpa) || shared.claimed(gpa);
    }

    private static void answer(Access access, MmioBus bus) {
        if (!access.isWrite()) {
            access.answer(bus.read(access.address(), access.size()));
        } else {
            bus.write(access.address(), access.size(), access.data());
            access.accept();
        }
    }
}
