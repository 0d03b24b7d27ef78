package org.jvmx.vm;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** How other threads reach a machine: things to do between two VM exits, the wish to stop, and whether anyone may still send something. */
final class Mailbox {
    private final ConcurrentLinkedQueue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final AtomicReference<StopReason> stop = new AtomicReference<>();
    private final AtomicInteger sources = new AtomicInteger();
    private final Pacer pacer;

    /** Set after something was posted, so that an empty queue costs one load. */
    private volatile boolean mail;

    Mailbox(Pacer pacer) {
        this.pacer = pacer;
    }

    void post(Runnable action) {
        posted.add(action);
        mail = true;
        pacer.wake();
    }

    /** The first reason counts. */
    void stop(StopReason reason) {
        stop.compareAndSet(null, reason);
        pacer.wake();
    }

    /** The reason to stop, or null. */
    StopReason stopReason() {
        return stop.get();
    }

    /** The reason to stop; a later run starts without one. */
    StopReason takeStopReason() {
        return stop.getAndSet(null);
    }

    void sourceOpened() {
        sources.incrementAndGet();
    }

    void sourceEnded() {
        sources.decrementAndGet();
        pacer.wake();
    }

    boolean mayReceive() {
        return sources.get() > 0;
    }

    /** Does what was posted, on the vCPU's thread. */
    void drain() {
        if (mail) {
            mail = false;
            for (Runnable action = posted.poll(); action != null; action = posted.poll()) {
                action.run();
            }
        }
    }
}
