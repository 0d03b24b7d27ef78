package org.jvmx.policy;

import java.util.Arrays;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.VcpuView;

/**
 * KVM's dynamic halt polling: each processor polls for an interval of its own, which grows after a halt that was short but longer than it, and shrinks
 * after a long one. Linux, commit aca6ff29c406 ("KVM: dynamic halt-polling") and Documentation/virt/kvm/halt-polling.rst, with the cap of commit
 * 313f636d5c49 and the start of growth of commit dee339b5c1da.
 *
 * <p>Before commit ae232ea46088 an interval shrank below the start of growth, down to a few nanoseconds that no event is ever caught in; option
 * {@code defect} brings that back. It can be seen only with a shrink factor other than 0.
 */
@Described(summary = "polls for an interval that grows after short halts and shrinks after long ones", source = "Linux, commit aca6ff29c406 \"KVM: dynamic halt-polling\"; Documentation/virt/kvm/halt-polling.rst")
public final class HaltPollDynamic implements ExitPolicy {
    private final long most;
    private final long grow;
    private final long start;
    private final long shrink;
    private final boolean defect;
    private long[] intervals = new long[1];

    /** With options {@code poll}, {@code grow}, {@code start}, {@code shrink} and {@code defect}. */
    public HaltPollDynamic(PolicyOptions options) {
        most = options.number("poll", HaltPollAlways.HALT_POLL_NS, 0, 10_000_000_000L, "nanoseconds to poll at most (halt_poll_ns)");
        grow = options.number("grow", 2, 0, 1000, "factor of growth (halt_poll_ns_grow)");
        start = options.number("start", 10_000, 0, 1_000_000_000L, "nanoseconds that growth starts from (halt_poll_ns_grow_start)");
        shrink = options.number("shrink", 0, 0, 1000, "divisor of shrinking, 0 for down to nothing (halt_poll_ns_shrink)");
        defect = options.flag("defect", false, "intervals below the start of growth, as before Linux commit ae232ea46088");
    }

    @Override
    public String name() {
        return "halt-poll-dynamic";
    }

    @Override
    public void onStart(VcpuView vcpu) {
        if (intervals.length < vcpu.processors()) {
            intervals = Arrays.copyOf(intervals, vcpu.processors());
        }
    }

    @Override
    public long onHalt(VcpuView vcpu) {
        return intervals[vcpu.number()];
    }

    @Override
    public void onWake(VcpuView vcpu, long waited, boolean caught) {
        long interval = intervals[vcpu.number()];
        if (waited <= interval) {
            return;
        }
        if (interval != 0 && waited > most) {
            intervals[vcpu.number()] = shrunk(interval);
        } else if (interval < most && waited < most && grow != 0) {
            intervals[vcpu.number()] = Math.min(most, Math.max(start, interval * grow));
        }
    }

    private long shrunk(long interval) {
        long smaller = shrink == 0 ? 0 : interval / shrink;
        return smaller < start && !defect ? 0 : smaller;
    }

    @Override
    public Object snapshot() {
        return intervals.clone();
    }

    @Override
    public void restore(Object snapshot) {
        intervals = ((long[]) snapshot).clone();
    }
}
