package org.jvmx.policy;

import java.util.Arrays;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.VcpuView;

/**
 * A device raises its interrupt line no more often than at a given rate; what happens in between is told with the next interrupt. Intel's network
 * controllers do so by {@code InterruptThrottleRate} (Linux, Documentation/networking/device_drivers/ethernet/intel/e1000e.rst: 8,000 a second is the
 * example there), virtual storage controllers by the number of commands in flight: Ahmad, Gulati and Mashtizadeh, "vIC: Interrupt Coalescing for Virtual
 * Machine Storage Device IO", USENIX ATC 2011. Timers are left alone.
 */
@Described(summary = "a device interrupts no more often than at a given rate", source = "Linux, .../intel/e1000e.rst: InterruptThrottleRate; Ahmad, Gulati, Mashtizadeh: \"vIC\", USENIX ATC 2011")
public final class InterruptCoalescing implements ExitPolicy {
    private static final long SECOND = 1_000_000_000L;
    private static final int LINES = 64;
    private static final int TIMERS = 1 | 1 << 2 | 1 << 8;

    private final long interval;
    private final long lines;
    private final long[] last = new long[LINES];

    /** With options {@code rate} and {@code lines}. */
    public InterruptCoalescing(PolicyOptions options) {
        interval = SECOND / options.number("rate", 8000, 1, SECOND, "interrupts a second of one line (InterruptThrottleRate)");
        lines = options.number("lines", 0xffff & ~TIMERS, 0, Long.MAX_VALUE, "the lines, a bit each");
        Arrays.fill(last, -interval);
    }

    @Override
    public String name() {
        return "interrupt-coalescing";
    }

    @Override
    public long onInterrupt(VcpuView vcpu, int line) {
        if (line >= LINES || (lines >>> line & 1) == 0) {
            return PASS;
        }
        long now = vcpu.nanos();
        long due = Math.max(now, last[line] + interval);
        last[line] = due;
        return due - now;
    }
}
