package org.jvmx.policy;

import java.util.Arrays;
import java.util.Set;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.PolicyNeed;
import org.jvmx.vm.Spin;
import org.jvmx.vm.VcpuView;

/**
 * PAUSE-loop exiting with a window for each processor that grows with every such exit and shrinks when the processor gets its turn again: while nobody is
 * preempted there is little to gain from leaving the guest. Linux, commit b4a2d31da812 ("KVM: VMX: dynamise PLE window").
 */
@Described(summary = "PAUSE-loop exiting with a window that grows with each exit and shrinks with each turn", source = "Linux, commit b4a2d31da812 \"KVM: VMX: dynamise PLE window\"")
public final class PleAdaptive implements ExitPolicy {
    private final int gap;
    private final int window;
    private final int grow;
    private final int shrink;
    private final int most;
    private int[] windows = new int[1];

    /** With options {@code gap}, {@code window}, {@code grow}, {@code shrink} and {@code max}. */
    public PleAdaptive(PolicyOptions options) {
        gap = options.integer("gap", PleFixed.GAP, 0, Integer.MAX_VALUE, "most TSC ticks between two PAUSEs of a loop (ple_gap)");
        window = options.integer("window", PleFixed.WINDOW, 1, Integer.MAX_VALUE, "TSC ticks that a loop may last at first (ple_window)");
        grow = options.integer("grow", 2, 0, Integer.MAX_VALUE,
                "0: the first window; less than it: factor; else what is added at an exit (ple_window_grow)");
        shrink = options.integer("shrink", 0, 0, Integer.MAX_VALUE,
                "0: the first window; less than it: divisor; else what is taken away at a turn (ple_window_shrink)");
        most = options.integer("max", Integer.MAX_VALUE, 1, Integer.MAX_VALUE, "the longest window (ple_window_max)");
    }

    @Override
    public String name() {
        return "ple-adaptive";
    }

    @Override
    public Set<PolicyNeed> needs() {
        return Set.of(PolicyNeed.PAUSE_LOOP_EXITING);
    }

    @Override
    public void onStart(VcpuView vcpu) {
        if (windows.length < vcpu.processors()) {
            windows = Arrays.copyOf(windows, vcpu.processors());
        }
        change(vcpu, window);
    }

    @Override
    public void onEnd(VcpuView vcpu) {
        vcpu.controls().pauseLoop(0, 0);
    }

    @Override
    public Spin onSpin(VcpuView vcpu) {
        int old = windows[vcpu.number()];
        long grown = grow < 1 ? window : grow < window ? (long) old * grow : (long) old + grow;
        change(vcpu, (int) Math.min(grown, most));
        return Spin.YIELD;
    }

    @Override
    public void onTurn(VcpuView vcpu) {
        int old = windows[vcpu.number()];
        int shrunk = shrink < 1 ? window : shrink < window ? old / shrink : old - shrink;
        change(vcpu, Math.max(shrunk, window));
    }

    private void change(VcpuView vcpu, int to) {
        if (windows[vcpu.number()] != to) {
            windows[vcpu.number()] = to;
            vcpu.controls().pauseLoop(gap, to);
        }
    }
}
