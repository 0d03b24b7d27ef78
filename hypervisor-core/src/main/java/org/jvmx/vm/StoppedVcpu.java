package org.jvmx.vm;

import java.util.EnumSet;
import java.util.Set;
import org.jvmx.memory.GuestMemory;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.CapabilityMsrs;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.SecondaryControl;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;

/** What policies see of one virtual processor, and what they may do to it. */
final class StoppedVcpu implements VcpuView, VcpuControls {
    private static final int RSP = 4;
    private static final long ALL_ONES = -1;

    /** Fields that the run loop writes by itself, or whose meaning it relies on. */
    private static final Set<VmcsField> OURS = EnumSet.of(VmcsField.PREEMPTION_TIMER_VALUE, VmcsField.TSC_OFFSET, VmcsField.EPT_POINTER,
            VmcsField.VIRTUAL_APIC_ADDRESS, VmcsField.TPR_THRESHOLD, VmcsField.MSR_BITMAPS, VmcsField.ENTRY_INTERRUPTION_INFORMATION,
            VmcsField.ENTRY_EXCEPTION_ERROR_CODE, VmcsField.ENTRY_INSTRUCTION_LENGTH);

    private final Vcpu vcpu;
    private final Machine machine;
    private final Vmx vmx;
    private final GuestMemory memory;
    private final VcpuClock clock;
    private final VcpuCounters counters;
    private final GuestView guest;
    private ExitPath path;
    private int heir = -1;

    StoppedVcpu(Vcpu vcpu) {
        this.vcpu = vcpu;
        this.machine = vcpu.machine();
        this.vmx = vcpu.vmx();
        this.memory = machine.memory();
        this.clock = vcpu.clock();
        this.counters = vcpu.counters();
        this.guest = GuestView.of(vcpu);
    }

    // --- what can be seen

    @Override
    public int number() {
        return vcpu.index();
    }

    @Override
    public int processors() {
        return machine.spec().cpus();
    }

    @Override
    public long nanos() {
        return clock.nanos();
    }

    @Override
    public long tsc() {
        return clock.tsc();
    }

    @Override
    public long retired() {
        return vmx.registers().retired();
    }

    @Override
    public long exits(ExitReason reason) {
        return counters.exits(reason);
    }

    @Override
    public long gpr(int number) {
        return number == RSP ? vmx.read(VmcsField.GUEST_RSP) : vmx.registers().gpr(number);
    }

    @Override
    public long rip() {
        return vmx.read(VmcsField.GUEST_RIP);
    }

    @Override
    public long codeAddress() {
        return guest.codeAddress(rip());
    }

    @Override
    public int codeSize() {
        return guest.codeSize();
    }

    @Override
    public long field(VmcsField field) {
        return vmx.read(field);
    }

    @Override
    public CapabilityMsrs capabilities() {
        return vmx.capabilities();
    }

    @Override
    public boolean isRam(long gpa, long size) {
        return memory.contains(gpa, size);
    }

    @Override
    public int readByte(long gpa) {
        return memory.readByte(gpa);
    }

    @Override
    public long readLong(long gpa) {
        return memory.contains(gpa, Long.BYTES) ? memory.readLong(gpa) : ALL_ONES;
    }

    @Override
    public long translate(long linear) {
        return guest.translate(linear);
    }

    @Override
    public int read(long linear, byte[] target) {
        return guest.read(linear, target);
    }

    @Override
    public boolean passable(int msr) {
        return MsrBitmaps.covers(msr) && vcpu.msrs().owner(msr) == null;
    }

    @Override
    public VcpuControls controls() {
        return this;
    }

    // --- what can be changed

    @Override
    public void path(ExitPath which) {
        if (which == null) {
            throw new NullPointerException("there is no path null");
        }
        path = which;
    }

    /** The path that a policy chose for the exit at hand, null if none did; forgotten thereby. */
    ExitPath takePath() {
        ExitPath chosen = path;
        path = null;
        return chosen;
    }

    @Override
    public void pauseLoop(int gap, int window) {
        long secondary = vmx.read(VmcsField.SECONDARY_CONTROLS) & ~SecondaryControl.PAUSE_LOOP_EXITING.mask();
        if (window != 0) {
            vmx.write(VmcsField.PLE_GAP, gap & 0xffff_ffffL);
            vmx.write(VmcsField.PLE_WINDOW, window & 0xffff_ffffL);
            secondary |= SecondaryControl.PAUSE_LOOP_EXITING.mask();
        }
        vmx.write(VmcsField.SECONDARY_CONTROLS, secondary);
        vcpu.events().pausing(window == 0);
        long primary = vmx.read(VmcsField.PRIMARY_CONTROLS) & ~PrimaryControl.PAUSE_EXITING.mask();
        primary(primary);
        machine.policies().wrote(VmcsField.PLE_WINDOW);
    }

    @Override
    public void passMsr(int msr, boolean reads, boolean writes) {
        if ((reads || writes) && vcpu.msrs().owner(msr) != null) {
            throw new IllegalArgumentException("a device of the machine answers for MSR 0x%x: it cannot be passed".formatted(msr));
        }
        if (!MsrBitmaps.covers(msr)) {
            throw new IllegalArgumentException("the MSR bitmaps do not cover MSR 0x%x: every access to it leaves the guest".formatted(msr));
        }
        HostMemory host = machine.host();
        long bitmaps = vmx.read(VmcsField.MSR_BITMAPS);
        MsrBitmaps.readExits(host, bitmaps, msr, !reads);
        MsrBitmaps.writeExits(host, bitmaps, msr, !writes);
        vmx.write(VmcsField.MSR_BITMAPS, bitmaps);
    }

    @Override
    public void tick(long periodNanos) {
        if (periodNanos < 0) {
            throw new IllegalArgumentException("a period of %d ns".formatted(periodNanos));
        }
        machine.clock().tick(periodNanos);
    }

    @Override
    public void yieldTo(int processor) {
        if (processor < 0 || processor >= processors()) {
            throw new IllegalArgumentException("there is no processor %d, only 0 to %d".formatted(processor, processors() - 1));
        }
        heir = processor;
    }

    /** The processor that a policy wants to have the next turn, or -1. */
    int heir() {
        return heir;
    }

    void forgetHeir() {
        heir = -1;
    }

    @Override
    public void field(VmcsField field, long value) {
        if (field.type() != VmcsField.Type.CONTROL || OURS.contains(field)) {
            throw new IllegalArgumentException("%s is not a policy's to write: %s".formatted(field,
                    OURS.contains(field) ? "the run loop writes it" : "it is no control field"));
        }
        if (!vmx.capabilities().has(field)) {
            throw new IllegalArgumentException("this processor has no field " + field);
        }
        vmx.write(field, value);
        machine.policies().wrote(field);
        if (field == VmcsField.PRIMARY_CONTROLS) {
            primary(value);
        }
    }

    /** The windows are asked for before each entry. */
    private void primary(long value) {
        long windows = PrimaryControl.INTERRUPT_WINDOW_EXITING.mask() | PrimaryControl.NMI_WINDOW_EXITING.mask();
        vmx.write(VmcsField.PRIMARY_CONTROLS, value & ~windows);
        vcpu.events().primaryControls((int) (value & ~windows));
    }

    @Override
    public void count(String decision) {
        PolicyLink asking = machine.policies().asked();
        if (asking != null) {
            asking.count(decision);
        }
    }
}
