package org.jvmx.tools.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jvmx.tools.pc.DeviceCounts;
import org.jvmx.tools.pc.Pc;
import org.jvmx.vm.VcpuCounters;
import org.jvmx.vmx.ExitReason;

/**
 * The meters of one PC. Names and tags are those that dashboards rely on; tags are bounded. Accesses and interrupts by device appear if the
 * PC counts them.
 */
public final class PcMetrics implements MeterBinder {
    private final Pc pc;
    private final Tags vm;

    /** Meters of {@code pc}, whose tag {@code vm} has the value {@code name}. */
    public PcMetrics(Pc pc, String name) {
        this.pc = pc;
        this.vm = Tags.of("vm", name);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (int index = 0; index < pc.spec().cpus(); index++) {
            processor(registry, index);
        }
        Gauge.builder("jvmx.guest.memory", pc, guest -> guest.spec().memory()).tags(vm).baseUnit("bytes")
                .description("The guest's RAM").register(registry);
        for (Map.Entry<String, DeviceCounts.Count> device : pc.deviceCounts().devices().entrySet()) {
            device(registry, device.getKey(), device.getValue());
        }
    }

    private void processor(MeterRegistry registry, int index) {
        Tags vcpu = vm.and("vcpu", Integer.toString(index));
        for (ExitReason reason : ExitReason.values()) {
            counter(registry, index, "jvmx.vcpu.exits", "VM exits", vcpu.and("reason", reason.name()), counters -> counters.exits(reason));
        }
        counter(registry, index, "jvmx.vcpu.entries", "VM entries", vcpu.and("kind", "launch"), VcpuCounters::launches);
        counter(registry, index, "jvmx.vcpu.entries", "VM entries", vcpu.and("kind", "resume"), VcpuCounters::resumes);
        counter(registry, index, "jvmx.vcpu.instructions", "Guest instructions retired, as of the last VM exit", vcpu,
                VcpuCounters::instructions);
    }

    private void counter(MeterRegistry registry, int index, String name, String description, Tags tags,
            ToDoubleFunction<VcpuCounters> value) {
        FunctionCounter.builder(name, pc, guest -> value.applyAsDouble(guest.machine().vcpus().get(index).counters())).tags(tags)
                .description(description).register(registry);
    }

    private void device(MeterRegistry registry, String name, DeviceCounts.Count count) {
        Tags device = vm.and("device", name);
        FunctionCounter.builder("jvmx.device.accesses", count, DeviceCounts.Count::reads).tags(device.and("direction", "read"))
                .description("Accesses to a device's ports and addresses").register(registry);
        FunctionCounter.builder("jvmx.device.accesses", count, DeviceCounts.Count::writes).tags(device.and("direction", "write"))
                .description("Accesses to a device's ports and addresses").register(registry);
        FunctionCounter.builder("jvmx.interrupts", count, DeviceCounts.Count::interrupts).tags(vm.and("source", name))
                .description("Interrupt lines raised").register(registry);
    }
}
