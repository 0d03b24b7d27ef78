package org.jvmx.policy;

import java.util.List;

/** The policies that come with JVMX. */
final class BuiltIns {
    static final List<PolicyKind> ALL = List.of(
            kind("halt-poll-none", HaltPollNone.class),
            kind("halt-poll-always", HaltPollAlways.class),
            kind("halt-poll-dynamic", HaltPollDynamic.class),
            kind("ple-fixed", PleFixed.class),
            kind("ple-adaptive", PleAdaptive.class),
            kind("timer-preemption", TimerPreemption.class),
            kind("timer-periodic", TimerPeriodic.class),
            kind("tsc-deadline-fast", TscDeadlineFast.class),
            kind("exit-coalescing", ExitCoalescing.class),
            kind("write-coalescing", WriteCoalescing.class),
            kind("fault-around", FaultAround.class),
            kind("large-pages", LargePages.class),
            kind("msr-passthrough", MsrPassthrough.class),
            kind("interrupt-coalescing", InterruptCoalescing.class),
            kind("pio-fast", PioFast.class),
            kind("record", RecordExits.class));

    private BuiltIns() {
    }

    private static PolicyKind kind(String name, Class<?> type) {
        return new ClassKind(name, CodeHash.ofClass(type), () -> type);
    }
}
