package org.jvmx.software;

import org.jvmx.arch.ModelName;
import org.jvmx.cpu.SoftwareProcessor;
import org.jvmx.vmx.Backend;
import org.jvmx.vmx.VirtualProcessor;

/** VMX in software: runs everywhere. */
public final class SoftwareBackend implements Backend {
    public SoftwareBackend() {
    }

    @Override
    public String name() {
        return "software";
    }

    @Override
    public String obstacle() {
        return null;
    }

    @Override
    public VirtualProcessor open(Setup setup) {
        var model = ModelName.parse(setup.model());
        return new SoftwareVmx(setup.memory(), model, new SoftwareProcessor(setup.memory(), model, setup.seed()));
    }
}
