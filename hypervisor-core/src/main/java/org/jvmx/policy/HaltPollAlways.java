package org.jvmx.policy;

import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.VcpuView;

/**
 * Polls as long for every halt: what KVM does with {@code halt_poll_ns_grow_start} equal to {@code halt_poll_ns} and no shrinking. Linux,
 * Documentation/virt/kvm/halt-polling.rst; x86's {@code KVM_HALT_POLL_NS_DEFAULT} is 200 us.
 */
@Described(summary = "polls for the same time at every halt", source = "Linux, Documentation/virt/kvm/halt-polling.rst; KVM_HALT_POLL_NS_DEFAULT")
public final class HaltPollAlways implements ExitPolicy {
    /** {@code KVM_HALT_POLL_NS_DEFAULT} of x86. */
    static final long HALT_POLL_NS = 200_000;

    private final long poll;

    /** With option {@code poll}. */
    public HaltPollAlways(PolicyOptions options) {
        poll = options.number("poll", HALT_POLL_NS, 0, 10_000_000_000L, "nanoseconds to poll (halt_poll_ns)");
    }

    @Override
    public String name() {
        return "halt-poll-always";
    }

    @Override
    public long onHalt(VcpuView vcpu) {
        return poll;
    }
}
