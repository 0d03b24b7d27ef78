package org.jvmx.policy;

import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.VcpuView;

/** A halted processor is given away at once: KVM with {@code halt_poll_ns} 0. Linux, Documentation/virt/kvm/halt-polling.rst. */
@Described(summary = "gives a halted processor away at once", source = "Linux, Documentation/virt/kvm/halt-polling.rst: halt_poll_ns=0")
public final class HaltPollNone implements ExitPolicy {
    /** Without options. */
    public HaltPollNone() {
    }

    @Override
    public String name() {
        return "halt-poll-none";
    }

    @Override
    public long onHalt(VcpuView vcpu) {
        return 0;
    }
}
