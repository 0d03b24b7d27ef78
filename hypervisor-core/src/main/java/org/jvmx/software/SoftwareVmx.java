package org.jvmx.software;

import org.jvmx.arch.CpuidAnswer;
import org.jvmx.arch.ProcessorModel;
import org.jvmx.cpu.SoftwareProcessor;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.CapabilityMsrs;
import org.jvmx.vmx.CpuidTable;
import org.jvmx.vmx.DebugFacility;
import org.jvmx.vmx.DeliveryLog;
import org.jvmx.vmx.GuestMapping;
import org.jvmx.vmx.RootState;
import org.jvmx.vmx.VirtualProcessor;
import org.jvmx.vmx.Vmx;
import org.jvmx.vmx.VmxMemory;
import org.jvmx.vmx.VmxOperation;

/** The VMX instructions of a monitor in Java, over the software processor. */
final class SoftwareVmx implements VirtualProcessor {
    private final ProcessorModel model;
    private final SoftwareProcessor processor;
    private final VmxOperation operation;
    private final EptMapping mapping;

    SoftwareVmx(HostMemory memory, ProcessorModel model, SoftwareProcessor processor, EptMapping mapping) {
        this.model = model;
        this.processor = processor;
        this.operation = new VmxOperation(VmxMemory.of(memory), processor, CapabilityMsrs.software(model.cr4Bits()), RootState.MONITOR);
        this.mapping = mapping;
    }

    @Override
    public Vmx vmx() {
        return operation;
    }

    @Override
    public GuestMapping mapping() {
        return mapping;
    }

    @Override
    public CpuidTable cpuid() {
        CpuidAnswer answer = new CpuidAnswer();
        return (leaf, subleaf, access) -> {
            model.cpuid(leaf, subleaf, answer);
            access.answerCpuid(answer.eax, answer.ebx, answer.ecx, answer.edx);
        };
    }

    @Override
    public DeliveryLog deliveries() {
        return processor.cpu().deliveries;
    }

    @Override
    public DebugFacility debugFacility() {
        return processor.debugFacility();
    }

    @Override
    public void kick() {
        processor.kick();
    }

    @Override
    public boolean init() {
        processor.init();
        return true;
    }

    @Override
    public boolean startup(int vector) {
        processor.startup(vector);
        return true;
    }

    @Override
    public void close() {
        // its memory is the machine's
    }
}
