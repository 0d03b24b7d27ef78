package org.jvmx.vm;

import org.jvmx.error.ConfigException;
import org.jvmx.vmx.CapabilityMsrs;
import org.jvmx.vmx.SecondaryControl;
import org.jvmx.vmx.VmcsField;

/** Whether a machine has what a policy needs. */
final class PolicyNeeds {
    private PolicyNeeds() {
    }

    static void check(Machine machine, ExitPolicy policy) {
        if (policy.name() == null || policy.reasons() == null || policy.needs() == null) {
            throw new ConfigException("policy %s: name(), reasons() and needs() must not return null".formatted(policy.getClass().getName()));
        }
        for (PolicyNeed need : policy.needs()) {
            if (!met(machine, need)) {
                String remedy = need == PolicyNeed.LAZY_MEMORY ? "make the machine with lazy memory"
                        : "backend %s lacks it: use --backend software".formatted(machine.spec().backend().name());
                throw new ConfigException("policy %s needs %s; %s".formatted(policy.name(), need.title(), remedy));
            }
        }
    }

    private static boolean met(Machine machine, PolicyNeed need) {
        CapabilityMsrs offered = machine.vmx().capabilities();
        return switch (need) {
            case PAUSE_LOOP_EXITING -> offered.allows(SecondaryControl.PAUSE_LOOP_EXITING);
            case MSR_BITMAPS -> offered.has(VmcsField.MSR_BITMAPS);
            case PREEMPTION_TIMER -> offered.has(VmcsField.PREEMPTION_TIMER_VALUE);
            case LAZY_MEMORY -> machine.spec().lazyMemory();
            case EMULATION -> machine.vmx().emulates();
        };
    }
}
