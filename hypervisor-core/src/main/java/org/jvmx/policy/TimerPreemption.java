package org.jvmx.policy;

import java.util.Set;
import org.jvmx.vm.ExitHandler;
import org.jvmx.vm.ExitPath;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.PolicyNeed;
import org.jvmx.vm.VcpuView;
import org.jvmx.vm.Verdict;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

/**
 * Guest timers by the VMX-preemption timer: the guest is left exactly at the deadline, and the exit is handled at once in the exit handler. Linux, commit
 * 64672c95ea4c ("kvm: vmx: hook preemption timer support") and commit 26efe2fd92e5 ("KVM: VMX: Handle preemption timer fastpath").
 */
@Described(summary = "guest timers expire on time by the VMX-preemption timer, whose exits are handled on the fast path", source = "Linux, commits 64672c95ea4c \"kvm: vmx: hook preemption timer support\" and 26efe2fd92e5 \"Handle preemption timer fastpath\"")
public final class TimerPreemption implements ExitPolicy {
    /** Without options. */
    public TimerPreemption() {
    }

    @Override
    public String name() {
        return "timer-preemption";
    }

    @Override
    public Set<PolicyNeed> needs() {
        return Set.of(PolicyNeed.PREEMPTION_TIMER);
    }

    @Override
    public Set<ExitReason> reasons() {
        return Set.of(ExitReason.PREEMPTION_TIMER);
    }

    @Override
    public void onStart(VcpuView vcpu) {
        vcpu.controls().tick(0);
    }

    @Override
    public long onTimer(VcpuView vcpu, long deadline) {
        return deadline;
    }

    @Override
    public Verdict decide(Exit exit, ExitHandler handler) {
        handler.vcpu().controls().path(ExitPath.FAST);
        return handler.handle(exit);
    }
}
