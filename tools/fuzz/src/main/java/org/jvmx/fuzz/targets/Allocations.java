package org.jvmx.fuzz.targets;

import static org.jvmx.fuzz.targets.Check.require;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much an action takes from the heap. */
final class Allocations {
    /** Something that can be done twice. */
    @FunctionalInterface
    interface Action {
        /** Does it. */
        void run() throws Exception;
    }

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Fails if it takes more than that many bytes. The first time counts only if the second one, for which no class has to be loaded, is as bad. */
    void bounded(long bytes, Action action) throws Exception {
        if (taken(action) > bytes) {
            long taken = taken(action);
            require(taken <= bytes, "%d bytes were allocated".formatted(taken));
        }
    }

    private long taken(Action action) throws Exception {
        long start = threads.getCurrentThreadAllocatedBytes();
        action.run();
        return threads.getCurrentThreadAllocatedBytes() - start;
    }
}
