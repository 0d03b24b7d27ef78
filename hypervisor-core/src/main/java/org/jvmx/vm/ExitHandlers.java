package org.jvmx.vm;

import org.jvmx.arch.Cr4;
import org.jvmx.arch.Gpr;
import org.jvmx.arch.Hot;
import org.jvmx.arch.Msr;
import org.jvmx.arch.ProcessorModel;
import org.jvmx.arch.Vector;
import org.jvmx.bus.MsrDevice;
import org.jvmx.bus.PortBus;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.CpuidTable;
import org.jvmx.vmx.CrAccess;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.Interruption;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;

/** What is done about each VM exit when no policy decides. Every arm of the switch is the whole story of that exit. */
final class ExitHandlers {
    private static final long APIC_ENABLED = 1 << 11;
    private static final int CPUID_APIC = 1 << 9;
    private static final int CPUID_XSAVE = 0xd;
    private static final int CPUID_OSXSAVE = 1 << 27;

    private final Vcpu vcpu;
    private final Machine machine;
    private final Vmx vmx;
    private final PortBus ports;
    private final MsrDevices msrs;
    private final CpuidTable cpuid;
    private final MemoryExits memory;
    private final VcpuCounters counters;
    private final PolicyStack policies;
    private final StoppedVcpu view;
    private final KeptWrites kept;
    private boolean injected;

    ExitHandlers(Vcpu vcpu, StoppedVcpu view) {
        this.vcpu = vcpu;
        this.machine = vcpu.machine();
        this.vmx = vcpu.vmx();
        this.ports = machine.ports();
        this.msrs = vcpu.msrs();
        this.cpuid = vcpu.cpuid();
        this.memory = new MemoryExits(vcpu, view);
        this.counters = vcpu.counters();
        this.policies = machine.policies();
        this.view = view;
        this.kept = machine.keptWrites();
    }

    /** Whether the last AGAIN comes with an event of its own for the guest. */
    boolean injected() {
        return injected;
    }

    void forgetInjection() {
        injected = false;
    }

    Verdict handle(Exit exit) {
        return switch (exit.reason()) {
            case IO_INSTRUCTION -> io(exit.access());
            case EPT_VIOLATION -> memory.violation(exit) ? Verdict.NEXT : again(memory);
            case HLT -> Verdict.IDLE;
            case PAUSE_INSTRUCTION -> policies.yields(view) ? Verdict.YIELD : Verdict.NEXT;
            case CPUID -> cpuid(exit.access());
            case MSR_READ, MSR_WRITE -> msr(exit.access());
            case CR_ACCESS -> controlRegister(exit.crAccess());
            case EXCEPTION_NMI -> exception(exit);
            case VMCALL -> hypercall();

            case EXTERNAL_INTERRUPT, INTERRUPT_WINDOW, NMI_WINDOW, PREEMPTION_TIMER, TPR_BELOW_THRESHOLD, MONITOR_TRAP_FLAG,
                    IO_SMI, OTHER_SMI, NOTIFY, BUS_LOCK ->
                Verdict.AGAIN;

            case DR_ACCESS, INVD, WBINVD, INVLPG, INVPCID, RDPMC, RDTSC, RDTSCP, RDRAND, RDSEED, MONITOR_INSTRUCTION,
                    MWAIT_INSTRUCTION, GDTR_IDTR, LDTR_TR, XSETBV, XSAVES, XRSTORS, TASK_SWITCH, UMWAIT, TPAUSE, RSM ->
                Verdict.NEXT;

            case VMCLEAR, VMLAUNCH, VMPTRLD, VMPTRST, VMREAD, VMRESUME, VMWRITE, VMOFF, VMON, INVEPT, INVVPID, VMFUNC, GETSEC, ENCLS, ENCLV,
                    PCONFIG, LOADIWKEY, ENQCMD_PASID, ENQCMDS_PASID, SEAMCALL, TDCALL, RDMSRLIST, WRMSRLIST ->
                fault(Vector.UD);

            case TRIPLE_FAULT -> stop(Report.tripleFault(vcpu));
            case INIT_SIGNAL -> init();
            case SIPI_SIGNAL -> startup((int) exit.qualification());
            case INVALID_STATE, MSR_LOAD_FAIL, MCE_DURING_VMENTRY -> stop(Report.entryFailure(vcpu));

            case EOI_INDUCED -> {
                vcpu.events().endOfInterrupt((int) exit.qualification());
                yield Verdict.AGAIN;
            }

            case EPT_MISCONFIG, APIC_ACCESS, APIC_WRITE, PML_FULL, SPP_EVENT -> stop(Report.unexpected(vcpu));
        };
    }

    private Verdict stop(StopReason reason) {
        machine.stop(reason);
        return Verdict.STOP;
    }

    /** The signal that is pending, for a processor that makes no VM exit of it. */
    void signal() {
        if (vcpu.signals().waiting()) {
            startup(vcpu.signals().vector());
        } else {
            init();
        }
    }

    /** There is no firmware that the first processor could begin with. */
    private Verdict init() {
        if (vcpu.index() == 0) {
            return stop(StopReason.reset());
        }
        vcpu.reset();
        return Verdict.AGAIN;
    }

    private Verdict startup(int vector) {
        vcpu.start(vector);
        return Verdict.AGAIN;
    }

    private Verdict fault(int vector) {
        vmx.fault(vector, 0);
        injected = true;
        return Verdict.AGAIN;
    }

    @Hot
    private Verdict io(Access access) {
        int port = (int) access.address();
        if (access.isWrite()) {
            if (!policies.keepsWrites() || !kept.take(view, access)) {
                ports.out(port, access.size(), (int) access.data());
            }
            access.accept();
        } else {
            access.answer(ports.in(port, access.size()));
        }
        return Verdict.NEXT;
    }

    private Verdict again(MemoryExits exits) {
        return exits.undefined() ? fault(Vector.UD) : Verdict.AGAIN;
    }

    @Hot
    private Verdict cpuid(Access access) {
        int leaf = access.eax();
        int subleaf = access.ecx();
        cpuid.answer(leaf, subleaf, access);
        if (leaf == 1) {
            boolean osxsave = (vmx.read(VmcsField.GUEST_CR4) & Cr4.OSXSAVE) != 0;
            boolean apic = (msrs.value(Msr.APIC_BASE) & APIC_ENABLED) != 0;
            int ecx = access.ecx() & ~CPUID_OSXSAVE | (osxsave ? CPUID_OSXSAVE : 0);
            int edx = access.edx() & ~CPUID_APIC | (apic ? CPUID_APIC : 0);
            access.answerCpuid(access.eax(), access.ebx(), ecx, edx);
        } else if (leaf == CPUID_XSAVE && (subleaf & ~1) == 0) {
            access.answerCpuid(access.eax(), ProcessorModel.saveArea(vmx.registers().xcr0()), access.ecx(), access.edx());
        }
        return Verdict.NEXT;
    }

    @Hot
    private Verdict msr(Access access) {
        int index = (int) access.address();
        MsrDevice device = msrs.owner(index);
        if (device == null) {
            counters.unknownMsr();
            return Verdict.NEXT;
        }
        if (access.isWrite()) {
            if (!device.write(index, access.data())) {
                return fault(Vector.GP);
            }
            access.accept();
        } else {
            if (!device.read(index)) {
                return fault(Vector.GP);
            }
            access.answer(device.value());
        }
        return Verdict.NEXT;
    }

    /** Only the bits that VMX itself needs are ours: CR0.NE is whatever the guest likes, CR4.VMXE is not offered. */
    private Verdict controlRegister(CrAccess access) {
        if (access.type() != CrAccess.MOV_TO_CR) {
            return Verdict.NEXT;
        }
        long value = access.gpr() == Gpr.RSP ? vmx.read(VmcsField.GUEST_RSP) : vmx.registers().gpr(access.gpr());
        if (access.register() == 0) {
            vmx.write(VmcsField.CR0_READ_SHADOW, value & VmcsSetup.CR0_OWNED);
        } else if (access.register() == 4 && (value & VmcsSetup.CR4_OWNED) != 0) {
            return fault(Vector.GP);
        }
        return Verdict.NEXT;
    }

    /** No exception is intercepted by the machine itself: the guest gets it back, with what its delivery would have stored. */
    private Verdict exception(Exit exit) {
        int information = exit.interruptionInformation();
        int type = Interruption.type(information);
        if (type == Interruption.NMI) {
            return Verdict.AGAIN;
        }
        if (type == Interruption.HARDWARE_EXCEPTION && Interruption.vector(information) == Vector.PF) {
            vmx.registers().cr2(exit.qualification());
        }
        if (type == Interruption.HARDWARE_EXCEPTION && Interruption.vector(information) == Vector.DB) {
            vmx.registers().dr(6, vmx.registers().dr(6) & ~0xfL | exit.qualification());
        }
        vmx.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, information & ~Interruption.NMI_UNBLOCKING & 0xffff_ffffL);
        vmx.write(VmcsField.ENTRY_EXCEPTION_ERROR_CODE, exit.interruptionErrorCode() & 0xffff_ffffL);
        vmx.write(VmcsField.ENTRY_INSTRUCTION_LENGTH, exit.instructionLength());
        injected = true;
        return Verdict.AGAIN;
    }

    private Verdict hypercall() {
        vmx.registers().gpr(Gpr.RAX, Hypercall.answer(vmx.registers().gpr(Gpr.RAX), counters));
        return Verdict.NEXT;
    }
}
