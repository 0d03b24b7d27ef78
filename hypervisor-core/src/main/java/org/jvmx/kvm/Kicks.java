package org.jvmx.kvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.kvm.ffi.SystemCalls;

/**
 * How a guest is made to leave: one real-time signal, blocked in the virtual processor's thread and unblocked only inside KVM_RUN, sent by
 * another thread or by a timer of the kernel, and taken without a handler. The process ignores it, because a thread of Java that ends unblocks what was
 * blocked, and one that is pending then would end the process. Linux, "The Definitive KVM API Documentation", KVM_SET_SIGNAL_MASK.
 */
final class Kicks implements AutoCloseable {
    /** A real-time signal that neither the C library nor the JVM uses. */
    private static final int SIGNAL = 44;
    private static final int SIGSET_SIZE = 8;
    private static final long NONE = Long.MAX_VALUE;

    private final SystemCalls calls;
    private final int vcpu;
    private final MemorySegment mask;
    private volatile Thread thread;
    private volatile int threadId;
    private volatile boolean kicked;
    private int timer = -1;
    private long armed = NONE;

    Kicks(SystemCalls calls, int vcpu, Arena arena) {
        this.calls = calls;
        this.vcpu = vcpu;
        this.mask = arena.allocate(Layouts.SIGNAL_MASK.byteSize() + SIGSET_SIZE, 8);
    }

    /** Before each run: the thread that runs is the one to be kicked. */
    void bind() {
        if (Thread.currentThread() != thread) {
            rebind();
        }
    }

    private void rebind() {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("a virtual processor of KVM runs on a platform thread");
        }
        close();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(SIGSET_SIZE, SIGSET_SIZE);
            KvmSystem.require(calls.ignoreSignal(SIGNAL), "an ignored signal");
            KvmSystem.require(calls.blockSignal(SIGNAL, set), "a blocked signal");
            mask.set(ValueLayout.JAVA_INT, 0, SIGSET_SIZE);
            MemorySegment.copy(set, 0, mask, Integer.BYTES, SIGSET_SIZE);
        }
        KvmSystem.require(calls.ioctl(vcpu, Ioctl.SET_SIGNAL_MASK, mask), "the signal mask of a virtual processor");
        threadId = calls.threadId();
        timer = KvmSystem.require(calls.createTimer(threadId, SIGNAL), "a timer");
        thread = Thread.currentThread();
        if (kicked) {
            calls.signalThread(threadId, SIGNAL);
        }
    }

    /** From any thread: the guest leaves, or does not even start. */
    void kick() {
        Thread runner = thread;
        if (runner != Thread.currentThread()) {
            kicked = true;
            if (runner != null) {
                calls.signalThread(threadId, SIGNAL);
            }
        }
    }

    /** The time of the monotonic clock. */
    long now() {
        return System.nanoTime();
    }

    /** The guest is to leave at {@code nanos} or before; a timer that is set to an earlier time is left alone, for it costs a system call. */
    void deadline(long nanos, long now) {
        if (armed > nanos || armed <= now) {
            armed = nanos;
            calls.setTimer(timer, Math.max(1, nanos));
        }
    }

    /** Whether the timer is set. */
    boolean isArmed() {
        return armed != NONE;
    }

    /** After KVM_RUN was interrupted: takes the signals; true if somebody wants the guest to leave. */
    boolean take() {
        boolean ours = false;
        while (calls.takeSignal(SIGNAL) > 0) {
            ours = true;
        }
        if (kicked) {
            kicked = false;
            return true;
        }
        return !ours;
    }

    @Override
    public void close() {
        if (timer >= 0) {
            calls.deleteTimer(timer);
        }
        timer = -1;
        armed = NONE;
    }
}
