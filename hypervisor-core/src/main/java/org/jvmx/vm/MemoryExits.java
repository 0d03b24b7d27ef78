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
    private static final long LARGE = 1 << 21;
    private static final long GIGANTIC = 1 << 30;

    private final Machine machine;
    private final GuestMemory memory;
    private final GuestMapping mapping;
    private final MmioBus own;
    private final MmioBus shared;
    private final PolicyStack policies;
    private final StoppedVcpu view;
    private final KeptWrites kept;
    private boolean undefined;

    MemoryExits(Vcpu vcpu, StoppedVcpu view) {
        this.machine = vcpu.machine();
        this.memory = machine.memory();
        this.mapping = machine.mapping();
        this.own = vcpu.mmio();
        this.shared = machine.mmio();
        this.policies = machine.policies();
        this.view = view;
        this.kept = machine.keptWrites();
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
            populate(gpa);
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

    private void answer(Access access, MmioBus bus) {
        if (!access.isWrite()) {
            access.answer(bus.read(access.address(), access.size()));
        } else {
            if (bus == own || !policies.keepsWrites() || !kept.take(view, access)) {
                bus.write(access.address(), access.size(), access.data());
            }
            access.accept();
        }
    }

    /** Maps the page of RAM that was touched, or as much around it as a policy says. */
    private void populate(long gpa) {
        long size = policies.fault(view, gpa);
        long from = gpa & -size;
        long mapped = 0;
        for (GuestMemory.Range range : memory.ranges()) {
            long start = Math.max(from, range.base());
            long end = Math.min(from + size, range.base() + range.size());
            mapped += start < end ? populate(start, end, range.host() - range.base(), gpa & -HostMemory.PAGE) : 0;
        }
        policies.populated(mapped);
    }

    /** Maps a page and what is not mapped yet of the part of RAM around it; returns how many pages that takes. */
    private long populate(long start, long end, long toHost, long touched) {
        long pages = 0;
        long from = start;
        while (from < end) {
            long to = from;
            while (to < end && (to == touched || mapping.toHost(to) < 0)) {
                to += HostMemory.PAGE;
            }
            if (to > from) {
                mapping.map(from, to - from, from + toHost, GuestMapping.ALL);
            }
            pages += pages(from, to, from + toHost);
            from = to + HostMemory.PAGE;
        }
        return pages;
    }

    /** With how many pages of 4 KiB, 2 MiB or 1 GiB a range can be mapped. */
    private static long pages(long start, long end, long hpa) {
        long pages = 0;
        long size;
        for (long at = start; at < end; at += size) {
            long aligned = Long.lowestOneBit(at | hpa + at - start | GIGANTIC);
            long fits = Math.min(aligned, Long.highestOneBit(end - at));
            size = fits >= GIGANTIC ? GIGANTIC : fits >= LARGE ? LARGE : HostMemory.PAGE;
            pages++;
        }
        return pages;
    }
}
