package org.jvmx.memory;

import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The bus lock of a machine whose processors run in threads of their own: while somebody holds it, no processor executes an instruction. It is for what
 * the host cannot do in one atomic access (a locked operation across an alignment boundary, or of 16 bytes) and for what changes the caches of another
 * processor (decoded code, store permissions, EPT). SDM Vol. 3, "Bus Locking".
 *
 * <p>An {@link Agent} is running from {@link Agent#enter} to {@link Agent#leave}; it comes to a stop at an instruction boundary after its call, in
 * {@link Agent#pause}, or where it asks for the lock itself. Who holds the lock waits for nothing else, so it may be asked for with any other lock held.
 */
public final class BusLock {
    private static final int SPINS = 300;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stopped = lock.newCondition();
    private final Condition released = lock.newCondition();
    private volatile Agent[] agents = new Agent[0];
    private volatile Thread owner;
    /** The owner's: how often it asked, and its own processor if that was running. */
    private int depth;
    private Agent interrupted;

    BusLock() {
    }

    /** A processor on the bus. */
    public final class Agent {
        private final Runnable call;
        private volatile boolean running;
        private Thread thread;

        private Agent(Runnable call) {
            this.call = call;
        }

        /** Before the first instruction: waits while the bus is locked. */
        public void enter() {
            thread = Thread.currentThread();
            running = true;
            if (owner != null) {
                standBy();
            }
        }

        /** After the last instruction. */
        public void leave() {
            running = false;
            if (owner != null) {
                tellStopped();
            }
        }

        /** Between two instructions, after a call. */
        public void pause() {
            if (owner != null) {
                standBy();
            }
        }

        private void standBy() {
            do {
                running = false;
                tellStopped();
                for (int spin = 0; owner != null && spin < SPINS; spin++) {
                    Thread.onSpinWait();
                }
                awaitRelease();
                running = true;
            } while (owner != null);
        }
    }

    /**
     * Puts a processor on the bus.
     *
     * @param call makes it come to {@link Agent#pause} or {@link Agent#leave} soon; called from other threads while it is running
     */
    public synchronized Agent attach(Runnable call) {
        Agent agent = new Agent(call);
        Agent[] more = Arrays.copyOf(agents, agents.length + 1);
        more[agents.length] = agent;
        agents = more;
        return agent;
    }

    /** Takes the bus once every other processor has stopped. The owner may ask again. */
    public void acquire() {
        Thread self = Thread.currentThread();
        if (owner == self) {
            depth++;
            return;
        }
        Agent mine = runningIn(self);
        if (mine != null) {
            mine.running = false;
        }
        lock.lock();
        try {
            stopped.signalAll();
            while (owner != null) {
                released.awaitUninterruptibly();
            }
            owner = self;
            depth = 1;
            interrupted = mine;
            stopOthers();
        } finally {
            lock.unlock();
        }
    }

    /** Gives the bus back. */
    public void release() {
        if (--depth > 0) {
            return;
        }
        lock.lock();
        try {
            if (interrupted != null) {
                interrupted.running = true;
                interrupted = null;
            }
            owner = null;
            released.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void stopOthers() {
        for (Agent agent : agents) {
            if (agent.running) {
                agent.call.run();
            }
        }
        for (int spin = 0; anyRunning() && spin < SPINS; spin++) {
            Thread.onSpinWait();
        }
        while (anyRunning()) {
            stopped.awaitUninterruptibly();
        }
    }

    private boolean anyRunning() {
        for (Agent agent : agents) {
            if (agent.running) {
                return true;
            }
        }
        return false;
    }

    private Agent runningIn(Thread thread) {
        for (Agent agent : agents) {
            if (agent.thread == thread && agent.running) {
                return agent;
            }
        }
        return null;
    }

    private void tellStopped() {
        lock.lock();
        try {
            stopped.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void awaitRelease() {
        lock.lock();
        try {
            while (owner != null) {
                released.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }
}
