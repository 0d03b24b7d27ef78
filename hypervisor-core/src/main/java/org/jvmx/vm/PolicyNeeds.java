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
            throw new ConfigException(
                    "policy %s: name(), reasons() and needs() must not return null".formatted(policy.getClass().getName()));
        }
        if (machine.spec().parallel()) {
            throw new ConfigException("policy %s needs processors that take turns: leave out --parallel".formatted(policy.name()));
        }
        for (PolicyNeed need : policy.needs()) {
            if (!met(machine, need)) {
                String remedy = need == PolicyNeed.LAZY_MEMORY && hasEpt(machine) ? "make the machine with lazy memory"
                        : "backend %s lacks it: use --backend software".formatted(machine.spec().backend().name());
                throw new ConfigException("policy %s needs %s; %s".formatted(policy.name(), need.title(), remedy));
            }
        }
    }

    /** Whether the monitor itself fills the EPT. */
    static boolean hasEpt(Machine machine) {
        return machine.vmx().capabilities().has(VmcsField.EPT_POINTER);
    }

    private static boolean met(Machine machine, PolicyNeed need) {
        CapabilityMsrs offered = machine.vmx().capabilities();
        return switch (need) {
            case PAUSE_LOOP_EXITING -> offered.allows(SecondaryControl.PAUSE_LOOP_EXITING);
            case MSR_BITMAPS -> offered.has(VmcsField.MSR_BITMAPS);
            case PREEMPTION_TIMER -> offered.has(VmcsField.PREEMPTION_TIMER_VALUE);
            case LAZY_MEMORY -> machine.spec().lazyMemory() && hasEpt(machine);
            case EMULATION -> machine.vmx().emulates();
        };
    }
}
