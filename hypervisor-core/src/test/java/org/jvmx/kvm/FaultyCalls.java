package org.jvmx.kvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntBinaryOperator;
import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.kvm.ffi.SystemCalls;

/** System calls that fail as a test wants. */
final class FaultyCalls implements SystemCalls {
    /** Decides about a request: gets the number of times that it has been made before, and what it would give. */
    private final SystemCalls real;
    private final Ioctl faulty;
    private final IntBinaryOperator fault;
    private int made;
    private MemorySegment shared;
    /** The reason that the next successful KVM_RUN gives instead of its own, and what follows it; 0 for none. */
    int forgedReason;
    long forgedDetail;
    /** Paging without protection in CR0, which no processor has. */
    boolean spoilCr0;
    int openResult;
    boolean refuseMaps;

    /** Passes everything on but {@code faulty}: {@code fault} gets how often it was made and returns its result, or 1 for the kernel's. */
    FaultyCalls(SystemCalls real, Ioctl faulty, IntBinaryOperator fault) {
        this.real = real;
        this.faulty = faulty;
        this.fault = fault;
    }

    @Override
    public int open(String path) {
        return openResult < 0 ? openResult : real.open(path);
    }

    @Override
    public int close(int descriptor) {
        return real.close(descriptor);
    }

    @Override
    public MemorySegment errors(Arena arena) {
        return real.errors(arena);
    }

    @Override
    public int run(int descriptor, MemorySegment errors) {
        int result = faulty == Ioctl.RUN ? fault.applyAsInt(made++, 0) : 1;
        if (result != 1 || forgedReason == 0) {
            return result != 1 ? result : real.run(descriptor, errors);
        }
        shared.set(ValueLayout.JAVA_INT, Layouts.offset(Layouts.RUN, "exit_reason"), forgedReason);
        shared.set(ValueLayout.JAVA_LONG, Layouts.offset(Layouts.RUN, "exit"), forgedDetail);
        forgedReason = 0;
        if (spoilCr0) {
            shared.set(ValueLayout.JAVA_LONG, Layouts.offset(Layouts.RUN, "sregs", "cr0"), 0x8000_0010L);
        }
        return 0;
    }

    @Override
    public int ioctl(int descriptor, Ioctl request, long argument) {
        int result = request == faulty ? fault.applyAsInt(made++, (int) argument) : 1;
        return result != 1 ? result : real.ioctl(descriptor, request, argument);
    }

    @Override
    public MemorySegment mapShared(Arena arena, int descriptor, long size) {
        shared = refuseMaps ? null : real.mapShared(arena, descriptor, size);
        return shared;
    }

    @Override
    public MemorySegment mapAnonymous(Arena arena, long size, long alignment) {
        return refuseMaps ? null : real.mapAnonymous(arena, size, alignment);
    }

    @Override
    public int threadId() {
        return real.threadId();
    }

    @Override
    public int blockSignal(int signal, MemorySegment mask) {
        return real.blockSignal(signal, mask);
    }

    @Override
    public int ignoreSignal(int signal) {
        return real.ignoreSignal(signal);
    }

    @Override
    public int signalThread(int thread, int signal) {
        return real.signalThread(thread, signal);
    }

    @Override
    public int takeSignal(int signal) {
        return real.takeSignal(signal);
    }

    @Override
    public int createTimer(int thread, int signal) {
        return real.createTimer(thread, signal);
    }

    @Override
    public int setTimer(int timer, long nanos) {
        return real.setTimer(timer, nanos);
    }

    @Override
    public int deleteTimer(int timer) {
        return real.deleteTimer(timer);
    }

    @Override
    public int createEvent() {
        return real.createEvent();
    }

    @Override
    public int signalEvent(int event) {
        return real.signalEvent(event);
    }

    @Override
    public int takeEvent(int event) {
        return real.takeEvent(event);
    }

    @Override
    public int poll(MemorySegment descriptors, int count) {
        return real.poll(descriptors, count);
    }
}
