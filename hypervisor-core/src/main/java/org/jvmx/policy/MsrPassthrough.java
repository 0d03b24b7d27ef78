package org.jvmx.policy;

import java.util.Arrays;
import java.util.Set;
import org.jvmx.vm.ExitHandler;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.PolicyNeed;
import org.jvmx.vm.VcpuView;
import org.jvmx.vm.Verdict;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

/**
 * A model-specific register that the guest uses is no longer intercepted: its bits in the MSR bitmaps are cleared when it was seen often enough. Linux,
 * commit d28b387fb74d ("KVM/VMX: Allow direct access to MSR_IA32_SPEC_CTRL"), which does so at the first write. Registers that a device of the machine
 * answers for stay intercepted.
 */
@Described(summary = "stops to intercept model-specific registers that the guest uses", source = "Linux, commit d28b387fb74d \"KVM/VMX: Allow direct access to MSR_IA32_SPEC_CTRL\"; Intel SDM Vol. 3, MSR-Bitmap Address")
public final class MsrPassthrough implements ExitPolicy {
    private static final int KNOWN = 64;

    private final int after;
    private final int[] msrs = new int[KNOWN];
    private final int[] seen = new int[KNOWN];
    private int known;

    /** With option {@code after}. */
    public MsrPassthrough(PolicyOptions options) {
        after = options.integer("after", 1, 1, 1_000_000, "exits of a register after which it is passed");
        Arrays.fill(msrs, -1);
    }

    @Override
    public String name() {
        return "msr-passthrough";
    }

    @Override
    public Set<PolicyNeed> needs() {
        return Set.of(PolicyNeed.MSR_BITMAPS);
    }

    @Override
    public Set<ExitReason> reasons() {
        return Set.of(ExitReason.MSR_READ, ExitReason.MSR_WRITE);
    }

    @Override
    public Verdict decide(Exit exit, ExitHandler handler) {
        int msr = (int) exit.access().address();
        int at = place(msr);
        VcpuView vcpu = handler.vcpu();
        if (at >= 0 && ++seen[at] >= after && vcpu.passable(msr)) {
            vcpu.controls().passMsr(msr, true, true);
            vcpu.controls().count("pass");
        }
        return handler.handle(exit);
    }

    /** Where the register is counted; -1 if there is no room left. */
    private int place(int msr) {
        for (int at = 0; at < known; at++) {
            if (msrs[at] == msr) {
                return at;
            }
        }
        if (known == KNOWN) {
            return -1;
        }
        msrs[known] = msr;
        return known++;
    }

    @Override
    public void onEnd(VcpuView vcpu) {
        for (int at = 0; at < known; at++) {
            if (seen[at] >= after && vcpu.passable(msrs[at])) {
                vcpu.controls().passMsr(msrs[at], false, false);
            }
        }
    }
}
