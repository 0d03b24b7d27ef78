package org.jvmx.tools.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jvmx.vm.ExitObserver;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

/** A histogram of the time that handling a VM exit takes, over one exit in {@link #SAMPLED}; on virtual time it is virtual. */
public final class ExitTimes implements ExitObserver {
    /** One exit of so many is looked at. */
    public static final int SAMPLED = 64;

    private final Timer[] timers;
    private int countdown = 1;

    /** Times in {@code registry} for the virtual machine of that name, with so many processors. */
    public ExitTimes(MeterRegistry registry, String vm, int vcpus) {
        timers = IntStream.range(0, vcpus).mapToObj(vcpu -> timer(registry, vm, vcpu)).toArray(Timer[]::new);
    }

    private static Timer timer(MeterRegistry registry, String vm, int vcpu) {
        return Timer.builder("jvmx.vcpu.exit").tags("vm", vm, "vcpu", Integer.toString(vcpu)).description("Time to handle a VM exit, sampled")
                .serviceLevelObjectives(Duration.ofNanos(100), Duration.ofNanos(300), Duration.ofNanos(1_000), Duration.ofNanos(3_000),
                        Duration.ofNanos(10_000), Duration.ofNanos(100_000), Duration.ofMillis(1), Duration.ofMillis(10))
                .register(registry);
    }

    @Override
    public void exited(int vcpu, long nanos, long rip, Exit exit) {
        // it counts once it was handled
    }

    @Override
    public void handled(int vcpu, ExitReason reason, long fromNanos, long toNanos) {
        if (--countdown == 0) {
            countdown = SAMPLED;
            timers[vcpu].record(toNanos - fromNanos, TimeUnit.NANOSECONDS);
        }
    }
}
