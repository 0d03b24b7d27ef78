package org.jvmx.kvm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import org.jvmx.arch.ModelName;
import org.jvmx.arch.ProcessorModel;
import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.vmx.Backend;
import org.jvmx.vmx.CpuidTable;
import org.jvmx.vmx.DebugFacility;
import org.jvmx.vmx.DeliveryLog;
import org.jvmx.vmx.GuestMapping;
import org.jvmx.vmx.HostDevices;
import org.jvmx.vmx.HostInterrupts;
import org.jvmx.vmx.Irqchip;
import org.jvmx.vmx.RootState;
import org.jvmx.vmx.VirtualProcessor;
import org.jvmx.vmx.Vmx;
import org.jvmx.vmx.VmxMemory;
import org.jvmx.vmx.VmxOperation;

/** A virtual machine of KVM with one virtual processor, as a VMX processor. */
final class KvmVmx implements VirtualProcessor {
    /** Where KVM may put pages of its own if the host's processor needs them: below the firmware. */
    private static final long TSS = 0xfffb_d000L;
    private static final long IDENTITY_MAP = 0xfffb_c000L;
    private static final int USER_SPACE_MSR_REASONS = MsrFilter.REASON_INVALID | MsrFilter.REASON_UNKNOWN | MsrFilter.REASON_FILTER;
    /**
     * KVM writes the other vendor's instruction over a VMCALL or VMMCALL that it has to emulate, and runs it again. A KVM that emulates
     * everything never gets past it. Without this the guest gets #UD, and its memory stays as it is.
     */
    private static final int REWRITES_HYPERCALLS = 1 << 5;
    private static final int DEFAULT_KHZ = 1_000_000;

    private final KvmSystem system;
    private final DeliveryLog deliveries = new DeliveryLog();
    private final Irqchip irqchip;
    private int machine = -1;
    private KernelInterrupts interrupts;
    private Vcpu vcpu;
    private KvmCpuid cpuid;
    private MemorySlots slots;
    private KvmProcessor processor;
    private VmxOperation operation;
    private DebugFacility debugging;
    private KvmDevices devices;

    private KvmVmx(KvmSystem system, Irqchip irqchip) {
        this.system = system;
        this.irqchip = irqchip;
    }

    /** Takes the open device, and closes it with the processor or if there is none to be had. */
    static KvmVmx open(KvmSystem system, Backend.Setup setup, Irqchip irqchip) {
        KvmVmx opened = new KvmVmx(system, irqchip);
        try {
            opened.create(setup);
            return opened;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void create(Backend.Setup setup) {
        ProcessorModel model = ModelName.parse(setup.model());
        machine = system.createMachine();
        reservePages();
        boolean filters = system.offers(Capability.X86_USER_SPACE_MSR) && system.offers(Capability.X86_MSR_FILTER)
                && enable(Capability.X86_USER_SPACE_MSR, USER_SPACE_MSR_REASONS);
        if (system.offers(Capability.EXIT_HYPERCALL)) {
            enable(Capability.EXIT_HYPERCALL, system.value(Capability.EXIT_HYPERCALL));
        }
        if ((system.value(Capability.DISABLE_QUIRKS2) & REWRITES_HYPERCALLS) != 0) {
            enable(Capability.DISABLE_QUIRKS2, REWRITES_HYPERCALLS);
        }
        if (irqchip != Irqchip.USER) {
            KernelInterrupts.require(system, irqchip);
            interrupts = new KernelInterrupts(system, machine, irqchip);
            interrupts.create();
        }
        vcpu = new Vcpu(system, machine);
        if (interrupts != null) {
            interrupts.use(vcpu);
        }
        int khz = system.offers(Capability.GET_TSC_KHZ) ? system.calls().ioctl(vcpu.descriptor(), Ioctl.GET_TSC_KHZ, 0) : DEFAULT_KHZ;
        cpuid = new KvmCpuid(system, model, khz > 0 ? khz : DEFAULT_KHZ, vcpu.arena());
        cpuid.give(vcpu);
        slots = new MemorySlots(system, machine, setup.memory(), vcpu.arena());
        RegisterFile registers = new RegisterFile(vcpu, system.value(Capability.SYNC_REGS) & 7, system.offers(Capability.SREGS2));
        TimeStamps time = new TimeStamps(vcpu, registers, khz > 0 ? khz : DEFAULT_KHZ);
        MsrFilter filter = filters ? new MsrFilter(system, machine, setup.memory(), vcpu.arena(), irqchip) : null;
        int ring = system.value(Capability.COALESCED_MMIO);
        CoalescedWrites writes = ring > 0 && setup.processors() == 1 ? new CoalescedWrites(vcpu.run(), ring) : null;
        devices = new KvmDevices(system, machine, writes);
        processor = new KvmProcessor(vcpu, registers, slots, filter, time, setup.memory(), cpuid.physicalAddressWidth(), writes,
                irqchip);
        debugging = new KvmDebugging(processor, processor.breakpoints(), new FloatingPoint(vcpu, system.offers(Capability.XSAVE)));
        operation = new VmxOperation(VmxMemory.of(setup.memory()), processor,
                KvmCapabilities.of(system, filters, time.adjustable(), model.cr4Bits(), irqchip), RootState.MONITOR);
    }

    /** Needed by some processors of Intel only, so a refusal means nothing. */
    private void reservePages() {
        try (Arena arena = Arena.ofConfined()) {
            system.calls().ioctl(machine, Ioctl.SET_TSS_ADDR, TSS);
            system.calls().ioctl(machine, Ioctl.SET_IDENTITY_MAP_ADDR, arena.allocateFrom(JAVA_LONG, IDENTITY_MAP));
        }
    }

    private boolean enable(Capability capability, long argument) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(Layouts.ENABLE_CAP);
            request.set(JAVA_INT, 0, capability.number());
            request.set(JAVA_LONG, Layouts.offset(Layouts.ENABLE_CAP, "arg0"), argument);
            return system.calls().ioctl(machine, Ioctl.ENABLE_CAP, request) >= 0;
        }
    }

    @Override
    public Vmx vmx() {
        return operation;
    }

    @Override
    public GuestMapping mapping() {
        return slots;
    }

    @Override
    public CpuidTable cpuid() {
        return cpuid;
    }

    /** Always empty: KVM tells nobody what it delivers. */
    @Override
    public DeliveryLog deliveries() {
        return deliveries;
    }

    /** Null where KVM has none. */
    @Override
    public DebugFacility debugFacility() {
        return system.offers(Capability.SET_GUEST_DEBUG) ? debugging : null;
    }

    @Override
    public HostDevices hostDevices() {
        return devices;
    }

    @Override
    public HostInterrupts hostInterrupts() {
        return interrupts;
    }

    @Override
    public void kick() {
        processor.kick();
    }

    @Override
    public void close() {
        if (devices != null) {
            devices.close();
        }
        if (processor != null) {
            processor.close();
        }
        if (vcpu != null) {
            vcpu.close();
        }
        if (interrupts != null) {
            interrupts.close();
        }
        if (machine >= 0) {
            system.calls().close(machine);
        }
        system.close();
    }
}
