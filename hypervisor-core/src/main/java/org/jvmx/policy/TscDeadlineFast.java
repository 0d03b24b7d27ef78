package org.jvmx.policy;

import java.util.Set;
import org.jvmx.arch.Msr;
import org.jvmx.vm.ExitHandler;
import org.jvmx.vm.ExitPath;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.Verdict;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

/**
 * A write to IA32_TSC_DEADLINE is handled in the exit handler, and the guest entered again directly. Linux, commit ae95f566b3d2 ("KVM: X86: TSCDEADLINE MSR
 * emulation fastpath"); with option {@code ipi} also the x2APIC's ICR, as in commit 1e9e2622a149 ("KVM: VMX: FIXED+PHYSICAL mode single target IPI
 * fastpath").
 */
@Described(summary = "writes to IA32_TSC_DEADLINE are handled on the fast path", source = "Linux, commit ae95f566b3d2 \"KVM: X86: TSCDEADLINE MSR emulation fastpath\"")
public final class TscDeadlineFast implements ExitPolicy {
    private static final int X2APIC_ICR = 0x830;

    private final boolean ipi;

    /** With option {@code ipi}. */
    public TscDeadlineFast(PolicyOptions options) {
        ipi = options.flag("ipi", false, "writes to the x2APIC's interrupt command register, too");
    }

    @Override
    public String name() {
        return "tsc-deadline-fast";
    }

    @Override
    public Set<ExitReason> reasons() {
        return Set.of(ExitReason.MSR_WRITE);
    }

    @Override
    public Verdict decide(Exit exit, ExitHandler handler) {
        int msr = (int) exit.access().address();
        if (msr == Msr.TSC_DEADLINE || ipi && msr == X2APIC_ICR) {
            handler.vcpu().controls().path(ExitPath.FAST);
            handler.vcpu().controls().count("fast");
        }
        return handler.handle(exit);
    }
}
