package org.jvmx.vm;

import java.util.Arrays;
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
    private static final int OPEN_PAGES = 16;

    private final Machine machine;
    private final GuestMemory memory;
    private final GuestMapping mapping;
    private final MmioBus mmio;
    private final long[] open = new long[OPEN_PAGES];
    private long openFrame = -1;
    private int nextOpen;
    private boolean undefined;

    MemoryExits(Machine machine) {
        this.machine = machine;
        this.memory = machine.memory();
        this.mapping = machine.mapping();
        this.mmio = machine.mmio();
        Arrays.fill(open, -1);
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
            answer(access);
            return true;
        }
        if (machine.isRom(gpa) || exit.eptViolation().fetch() || mmio.claimed(gpa) || mmio.claimed(gpa & -HostMemory.PAGE)) {
            undefined = true;
            return false;
        }
        openPage(gpa & -HostMemory.PAGE);
        return false;
    }

    private void answer(Access access) {
        if (!access.isWrite()) {
            access.answer(mmio.read(access.address(), access.size()));
        } else {
            mmio.write(access.address(), access.size(), access.data());
            access.accept();
        }
    }

    /** A page of all ones that writes do change: what is written where nothing is cannot be told from memory by a walk or a delivery. */
    private void openPage(long page) {
        if (openFrame < 0) {
            openFrame = machine.host().allocate(HostMemory.PAGE);
        }
        byte[] ones = new byte[HostMemory.PAGE];
        Arrays.fill(ones, (byte) -1);
        machine.host().write(openFrame, ones, 0, ones.length);
        if (open[nextOpen] >= 0) {
            mapping.unmap(open[nextOpen], HostMemory.PAGE);
        }
        open[nextOpen] = page;
        nextOpen = (nextOpen + 1) % OPEN_PAGES;
        mapping.map(page, HostMemory.PAGE, openFrame, GuestMapping.ALL);
    }
}
