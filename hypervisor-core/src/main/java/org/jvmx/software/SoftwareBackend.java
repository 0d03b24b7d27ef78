package org.jvmx.software;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.arch.ModelName;
import org.jvmx.cpu.SoftwareProcessor;
import org.jvmx.vmx.Backend;
import org.jvmx.vmx.VirtualProcessor;

/** VMX in software: runs everywhere. */
public final class SoftwareBackend implements Backend {
    /** Far enough apart that the processors draw different random numbers. */
    private static final long SEED_STEP = 0x9e37_79b9_7f4a_7c15L;

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
    public List<VirtualProcessor> open(Setup setup) {
        var model = ModelName.parse(setup.model());
        EptMapping mapping = new EptMapping(setup.memory());
        List<VirtualProcessor> processors = new ArrayList<>();
        for (int n = 0; n < setup.processors(); n++) {
            var core = model.core(n, setup.processors());
            var processor = new SoftwareProcessor(setup.memory(), core, setup.seed() + n * SEED_STEP);
            processor.timeStamps(setup.time());
            processors.add(new SoftwareVmx(setup.memory(), core, processor, mapping));
        }
        return processors;
    }
}
