package org.jvmx.kvm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jvmx.error.BackendException;
import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.kvm.ffi.SystemCalls;

/** Event counters that KVM adds to when the guest writes somewhere, and one thread that waits for all of them. */
final class Doorbells implements AutoCloseable {
    private static final short READABLE = 1;

    private record Bell(int event, Runnable ring) {
    }

    private final SystemCalls calls;
    private final List<Bell> bells = new CopyOnWriteArrayList<>();
    /** Ends the wait: there are more bells, or no more at all. */
    private int wake = -1;
    private Thread listener;
    private volatile boolean closed;

    Doorbells(SystemCalls calls) {
        this.calls = calls;
    }

    /** The descriptor of a new bell's counter. */
    int add(Runnable ring) {
        int event = KvmSystem.require(calls.createEvent(), "an event counter");
        bells.add(new Bell(event, ring));
        if (listener == null) {
            wake = KvmSystem.require(calls.createEvent(), "an event counter");
            listener = Thread.ofPlatform().daemon().name("doorbells").start(this::listen);
        } else {
            calls.signalEvent(wake);
        }
        return event;
    }

    /** Takes back the bell that was added last. */
    void remove(int event) {
        bells.removeIf(bell -> bell.event == event);
        calls.signalEvent(wake);
        calls.close(event);
    }

    private void listen() {
        while (!closed) {
            List<Bell> now = List.copyOf(bells);
            try (Arena arena = Arena.ofConfined()) {
                if (calls.poll(descriptors(arena, now), now.size() + 1) > 0) {
                    calls.takeEvent(wake);
                    for (Bell bell : now) {
                        if (!closed && calls.takeEvent(bell.event) > 0) {
                            bell.ring.run();
                        }
                    }
                }
            }
        }
    }

    private MemorySegment descriptors(Arena arena, List<Bell> now) {
        long size = Layouts.POLL.byteSize();
        MemorySegment all = arena.allocate(size * (now.size() + 1), Integer.BYTES);
        for (int n = 0; n <= now.size(); n++) {
            all.set(JAVA_INT, n * size, n == now.size() ? wake : now.get(n).event);
            all.set(JAVA_SHORT, n * size + Integer.BYTES, READABLE);
        }
        return all;
    }

    @Override
    public void close() {
        if (listener == null) {
            return;
        }
        closed = true;
        calls.signalEvent(wake);
        try {
            listener.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BackendException("interrupted while the doorbells of a machine were taken away");
        }
        bells.forEach(bell -> calls.close(bell.event));
        calls.close(wake);
    }
}
