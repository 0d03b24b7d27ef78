package org.jvmx.policy;

import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.Machine;
import org.jvmx.vm.VcpuView;

/** Gets hold of what policies are shown. */
final class Views implements ExitPolicy {
    private VcpuView first;

    /** Of a machine that has no policies. */
    Views(Machine machine) {
        machine.attach(this);
        machine.swap(name(), this);
    }

    @Override
    public String name() {
        return "views";
    }

    @Override
    public void onStart(VcpuView vcpu) {
        first = vcpu;
    }

    VcpuView first() {
        return first;
    }
}
