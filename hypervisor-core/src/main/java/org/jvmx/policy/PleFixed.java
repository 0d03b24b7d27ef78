package org.jvmx.policy;

import java.util.Set;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.PolicyNeed;
import org.jvmx.vm.Spin;
import org.jvmx.vm.VcpuView;

/**
 * PAUSE-loop exiting with a fixed window: a processor whose loop of PAUSEs lasts longer than the window leaves the guest and gives up its turn. SDM Vol. 3,
 * "PAUSE-Loop Exiting"; the values are KVM's {@code ple_gap} and {@code ple_window} with a growth factor of 0 (Linux, arch/x86/kvm/vmx.c).
 */
@Described(summary = "a processor that spins longer than a fixed window gives up its turn", source = "Intel SDM Vol. 3, PLE_Gap and PLE_Window; Linux, arch/x86/kvm/vmx.c: ple_gap=128, ple_window=4096")
public final class PleFixed implements ExitPolicy {
    /** {@code KVM_DEFAULT_PLE_GAP}: PAUSEs of one loop are closer together, in TSC ticks. */
    static final int GAP = 128;
    /** {@code KVM_VMX_DEFAULT_PLE_WINDOW}: most spinlocks are held for less, in TSC ticks. */
    static final int WINDOW = 4096;

    private final int gap;
    private final int window;

    /** With options {@code gap} and {@code window}. */
    public PleFixed(PolicyOptions options) {
        gap = options.integer("gap", GAP, 0, Integer.MAX_VALUE, "most TSC ticks between two PAUSEs of a loop (ple_gap)");
        window = options.integer("window", WINDOW, 1, Integer.MAX_VALUE, "TSC ticks that a loop may last (ple_window)");
    }

    @Override
    public String name() {
        return "ple-fixed";
    }

    @Override
    public Set<PolicyNeed> needs() {
        return Set.of(PolicyNeed.PAUSE_LOOP_EXITING);
    }

    @Override
    public void onStart(VcpuView vcpu) {
        vcpu.controls().pauseLoop(gap, window);
    }

    @Override
    public void onEnd(VcpuView vcpu) {
        vcpu.controls().pauseLoop(0, 0);
    }

    @Override
    public Spin onSpin(VcpuView vcpu) {
        return Spin.YIELD;
    }
}
