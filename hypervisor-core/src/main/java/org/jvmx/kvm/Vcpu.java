package org.jvmx.kvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.jvmx.error.BackendException;
import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.kvm.ffi.SystemCalls;

/** A virtual processor of KVM: its descriptor and the {@code kvm_run} structure that it shares with us. */
final class Vcpu implements AutoCloseable {
    private static final long WINDOW = Layouts.offset(Layouts.RUN, "request_interrupt_window");
    private static final long IMMEDIATE = Layouts.offset(Layouts.RUN, "immediate_exit");
    private static final long REASON = Layouts.offset(Layouts.RUN, "exit_reason");
    private static final long CR8 = Layouts.offset(Layouts.RUN, "cr8");

    private final SystemCalls calls;
    private final int descriptor;
    private final MemorySegment run;
    private final MemorySegment errors;
    private final Arena arena = Arena.ofShared();

    Vcpu(KvmSystem system, int machine) {
        this.calls = system.calls();
        this.errors = calls.errors(arena);
        int size = system.runSize();
        this.descriptor = KvmSystem.require(calls.ioctl(machine, Ioctl.CREATE_VCPU, 0), "a virtual processor");
        this.run = size < Layouts.RUN.byteSize() ? null : calls.mapShared(arena, descriptor, size);
        if (run == null) {
            close();
            throw new BackendException("KVM shares no memory with its virtual processor (%d bytes)".formatted(size));
        }
    }

    Arena arena() {
        return arena;
    }

    int descriptor() {
        return descriptor;
    }

    SystemCalls calls() {
        return calls;
    }

    /** The {@code kvm_run} structure. */
    MemorySegment run() {
        return run;
    }

    int ioctl(Ioctl request, MemorySegment structure) {
        return calls.ioctl(descriptor, request, structure);
    }

    void require(Ioctl request, MemorySegment structure, String what) {
        KvmSystem.require(calls.ioctl(descriptor, request, structure), what);
    }

    /** KVM_RUN. */
    int enter() {
        return calls.run(descriptor, errors);
    }

    /** KVM_RUN that finishes the instruction of the last exit and runs no other. */
    int finish() {
        run.set(ValueLayout.JAVA_BYTE, IMMEDIATE, (byte) 1);
        int result = enter();
        run.set(ValueLayout.JAVA_BYTE, IMMEDIATE, (byte) 0);
        return result;
    }

    /** An interrupt of 8259As of ours, while the local APIC is KVM's: it waits there until the guest takes it. */
    void external(int vector) {
        try (Arena local = Arena.ofConfined()) {
            require(Ioctl.INTERRUPT, local.allocateFrom(ValueLayout.JAVA_INT, vector), "an interrupt");
        }
    }

    int exitReason() {
        return run.get(ValueLayout.JAVA_INT, REASON);
    }

    void interruptWindow(boolean wanted) {
        run.set(ValueLayout.JAVA_BYTE, WINDOW, (byte) (wanted ? 1 : 0));
    }

    int cr8() {
        return (int) run.get(ValueLayout.JAVA_LONG, CR8) & 0xf;
    }

    void cr8(int value) {
        run.set(ValueLayout.JAVA_LONG, CR8, value);
    }

    @Override
    public void close() {
        arena.close();
        calls.close(descriptor);
    }
}
