package org.jvmx.kvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import java.util.List;
import org.jvmx.error.BackendException;
import org.jvmx.kvm.ffi.LinuxCalls;
import org.jvmx.kvm.ffi.SystemCalls;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.Backend;
import org.jvmx.vmx.Irqchip;
import org.jvmx.vmx.VirtualProcessor;

/** VMX by Linux's KVM. */
public final class KvmBackend implements Backend {
    private static final long CHUNK = 64 << 10;
    private static final long LARGE_PAGE = 2 << 20;

    private final SystemCalls calls;
    private final Irqchip irqchip;

    /** The backend over this host's kernel. */
    public KvmBackend() {
        this(LinuxCalls.supported() ? new LinuxCalls() : null);
    }

    KvmBackend(SystemCalls calls) {
        this(calls, Irqchip.USER);
    }

    private KvmBackend(SystemCalls calls, Irqchip irqchip) {
        this.calls = calls;
        this.irqchip = irqchip;
    }

    @Override
    public Backend with(Irqchip place) {
        return new KvmBackend(calls, place);
    }

    @Override
    public String name() {
        return "kvm";
    }

    @Override
    public String obstacle() {
        try (KvmSystem _ = system()) {
            return null;
        } catch (BackendException e) {
            return e.getMessage();
        }
    }

    @Override
    public boolean recommended() {
        return obstacle() == null && Virtualization.ofHost() != Virtualization.NONE;
    }

    @Override
    public boolean countsInstructions() {
        return false;
    }

    private KvmSystem system() {
        return calls == null ? KvmSystem.open() : KvmSystem.open(calls);
    }

    /** One mapping of anonymous memory: a memory slot is a contiguous range of it. */
    @Override
    public HostMemory memory(long size) {
        if (calls == null) {
            return new HostMemory(size);
        }
        Arena arena = Arena.ofShared();
        MemorySegment whole = calls.mapAnonymous(arena, size + CHUNK - 1 & -CHUNK, LARGE_PAGE);
        if (whole == null) {
            arena.close();
            throw new BackendException("the host has no %d MiB of address space for the guest".formatted(size >> 20));
        }
        return new HostMemory(arena, whole);
    }

    @Override
    public List<VirtualProcessor> open(Setup setup) {
        if (setup.processors() > 1) {
            throw new BackendException("backend kvm runs %d processors only with a thread for each: --parallel is needed"
                    .formatted(setup.processors()));
        }
        if (!setup.memory().isContiguous()) {
            throw new BackendException("KVM needs guest memory in one piece: make it by Backend.memory");
        }
        return List.of(KvmVmx.open(system(), setup, irqchip));
    }
}
