package org.jvmx.policy;

import org.jvmx.vm.ExitCost;
import org.jvmx.vm.ExitPath;
import org.jvmx.vmx.ExitReason;

/** Round figures, so that a test can add them up. */
final class Prices implements ExitCost {
    static final long TRANSITION = 1000;
    static final long EMULATION = 100;
    static final long WAKE_UP = 5000;
    static final long MAPPING = 50;

    @Override
    public long transition(ExitReason reason) {
        return TRANSITION;
    }

    @Override
    public long handling(ExitReason reason, ExitPath path) {
        return switch (path) {
            case FAST -> 200;
            case KERNEL -> 500;
            case USER -> 3000;
        };
    }

    @Override
    public long emulation() {
        return EMULATION;
    }

    @Override
    public long wakeUp() {
        return WAKE_UP;
    }

    @Override
    public long mapping() {
        return MAPPING;
    }
}
