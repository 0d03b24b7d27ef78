package org.jvmx.policy;

import java.util.Set;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.PolicyNeed;
import org.jvmx.vm.VcpuView;

/**
 * Guest timers by the tick of the host: the guest is left at each tick, and timers expire at the first tick that is not before their deadline. So is a host
 * without high-resolution timers; its tick is {@code CONFIG_HZ}, 250 by default. Linux, kernel/Kconfig.hz and Documentation/timers/hrtimers.rst.
 */
@Described(summary = "the guest is left at each tick of the host, and its timers expire at ticks only", source = "Linux, kernel/Kconfig.hz: HZ_250; Documentation/timers/hrtimers.rst on timers of low resolution")
public final class TimerPeriodic implements ExitPolicy {
    private static final long SECOND = 1_000_000_000L;

    private final long period;

    /** With option {@code hz}. */
    public TimerPeriodic(PolicyOptions options) {
        period = SECOND / options.number("hz", 250, 1, 1_000_000, "ticks a second (CONFIG_HZ)");
    }

    @Override
    public String name() {
        return "timer-periodic";
    }

    @Override
    public Set<PolicyNeed> needs() {
        return Set.of(PolicyNeed.PREEMPTION_TIMER);
    }

    @Override
    public void onStart(VcpuView vcpu) {
        vcpu.controls().tick(period);
    }

    @Override
    public void onEnd(VcpuView vcpu) {
        vcpu.controls().tick(0);
    }

    @Override
    public long onTimer(VcpuView vcpu, long deadline) {
        long over = deadline % period;
        return over == 0 || deadline > Long.MAX_VALUE - period ? deadline : deadline - over + period;
    }
}
