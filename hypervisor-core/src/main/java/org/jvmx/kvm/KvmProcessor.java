package org.jvmx.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.jvmx.arch.AccessRights;
import org.jvmx.arch.Efer;
import org.jvmx.arch.Gpr;
import org.jvmx.arch.Hot;
import org.jvmx.arch.Msr;
import org.jvmx.arch.Rflags;
import org.jvmx.error.BackendException;
import org.jvmx.kvm.ffi.Errno;
import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.Layouts;
import org.jvmx.memory.HostMemory;
import org.jvmx.memory.RawMemory;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.Activity;
import org.jvmx.vmx.ExecutionControls;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.GuestMapping;
import org.jvmx.vmx.Irqchip;
import org.jvmx.vmx.Interruptibility;
import org.jvmx.vmx.Interruption;
import org.jvmx.vmx.LogicalProcessor;
import org.jvmx.vmx.PinBasedControl;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.VmcsField;

/**
 * VMX non-root operation by KVM_RUN. The instruction of an exit is KVM's to finish, at the next KVM_RUN: whoever looks at a register before
 * that finds it as KVM has it, and once the exit is answered it is finished first.
 */
final class KvmProcessor implements LogicalProcessor {
    private static final int VTPR = 0x80;
    private static final int CS = 1;
    /** KVM_MP_STATE. */
    private static final int RUNNABLE = 0;
    private static final int UNINITIALIZED = 1;
    private static final int INIT_RECEIVED = 2;
    private static final int HALTED = 3;
    /** KVM makes no exit when the guest can take an NMI again: it is looked at in this time. */
    private static final long WATCH_NANOS = 30_000;
    /** So long a timer that is asked for again and again may end a little early: that saves a look at the clock for each entry. */
    private static final long LOOSE_NANOS = 50_000_000;

    private final Vcpu vcpu;
    private final RegisterFile registers;
    private final GuestFields fields;
    private final EventFile events;
    private final Pending pending;
    private final Kicks kicks;
    private final KvmExits exits;
    private final MemorySlots slots;
    private final AppliedControls applied;
    private final TimeStamps time;
    private final HostMemory memory;
    private final int physicalAddressWidth;
    private final HardwareBreakpoints breakpoints = new HardwareBreakpoints();
    private ExecutionControls controls;
    private boolean timed;
    private boolean injected;
    private long deadline;
    /** The last timer value, if it was a long one; and whether this run has the deadline of the one that came with it first. */
    private int lastTimer;
    private boolean loose;
    private final Irqchip irqchip;
    private final MemorySegment activity;
    /** Whether the guest may be waiting in the kernel: an exit of its own says that it is not. */
    private boolean mayWait;
    /** Writes that KVM kept; null if it keeps none. While there are any, the exit after them waits, with what KVM_RUN returned for it. */
    private final CoalescedWrites writes;
    private boolean draining;
    private int waitingResult;
    private boolean systemChanged;
    /** KVM has made an exit while it finished an instruction: the next run begins with it. */
    private boolean queued;

    KvmProcessor(Vcpu vcpu, RegisterFile registers, MemorySlots slots, MsrFilter filter, TimeStamps time, HostMemory memory, int width,
            CoalescedWrites writes, Irqchip irqchip) {
        this.vcpu = vcpu;
        this.registers = registers;
        this.slots = slots;
        this.applied = new AppliedControls(vcpu, filter, time, breakpoints);
        this.time = time;
        this.memory = memory;
        this.physicalAddressWidth = width;
        this.writes = writes;
        this.irqchip = irqchip;
        this.activity = vcpu.arena().allocate(Layouts.MP_STATE);
        this.events = new EventFile(registers);
        this.fields = new GuestFields(registers, events, slots, memory);
        this.pending = new Pending(vcpu.run());
        this.kicks = new Kicks(vcpu.calls(), vcpu.descriptor(), vcpu.arena());
        this.exits = new KvmExits(vcpu, pending, slots);
    }

    @Override
    public long guestState(VmcsField field) {
        if (field == VmcsField.PREEMPTION_TIMER_VALUE) {
            return timed ? Math.clamp(time.ticks(deadline - kicks.now()), 0, 0xffff_ffffL) : 0;
        }
        if (pending.answered()) {
            if (field == VmcsField.GUEST_INTERRUPTIBILITY_STATE) {
                return events.interruptibility() & Interruptibility.BLOCKING_BY_NMI;
            }
            if (!GuestFields.survives(field, pending.kind() == Pending.Kind.MEMORY)) {
                finish();
            }
        }
        return field == VmcsField.GUEST_ACTIVITY_STATE ? activity() : fields.read(field);
    }

    /** With the monitor's own local APIC a processor that waits has left the guest. */
    private int activity() {
        if (irqchip == Irqchip.USER || !mayWait) {
            return Activity.ACTIVE;
        }
        vcpu.require(Ioctl.GET_MP_STATE, activity, "to tell the activity of a processor");
        return switch (activity.get(ValueLayout.JAVA_INT, 0)) {
            case HALTED -> Activity.HLT;
            case UNINITIALIZED, INIT_RECEIVED -> Activity.WAIT_FOR_SIPI;
            default -> Activity.ACTIVE;
        };
    }

    private void activity(int state) {
        if (irqchip != Irqchip.USER) {
            mayWait = state != Activity.ACTIVE;
            activity.set(ValueLayout.JAVA_INT, 0,
                    state == Activity.HLT ? HALTED : state == Activity.WAIT_FOR_SIPI ? UNINITIALIZED : RUNNABLE);
            vcpu.require(Ioctl.SET_MP_STATE, activity, "an activity of a processor");
        }
    }

    @Override
    public void loadGuestState(VmcsField field, long value) {
        finish();
        if (field == VmcsField.GUEST_ACTIVITY_STATE) {
            activity((int) value);
        } else {
            fields.write(field, value);
        }
    }

    @Override
    public void guestStateLoaded() {
        // KVM derives what it needs at the next KVM_RUN
    }

    @Override
    public void controls(ExecutionControls given) {
        controls = given;
    }

    /**
     * KVM has no length for a software event. One that is not a breakpoint is delivered as an external interrupt from the next instruction: the
     * guest sees the same frame.
     */
    @Override
    public void inject(int information, int errorCode, int instructionLength) {
        finish();
        injected = true;
        int type = Interruption.type(information);
        if (irqchip == Irqchip.SPLIT && type == Interruption.EXTERNAL) {
            vcpu.external(Interruption.vector(information));
        } else if (Interruption.software(type) && Interruption.vector(information) != KvmExits.BREAKPOINT) {
            registers.plain(RegisterFile.RIP, registers.plain(RegisterFile.RIP) + instructionLength);
            events.inject(Interruption.external(Interruption.vector(information)), 0);
        } else {
            events.inject(information, errorCode);
        }
    }

    @Override
    public void run(Exit exit) {
        if (draining && !drained(exit)) {
            return;
        }
        if (breakpoints.any()) {
            finish();
            breakpoints.begin(linearRip());
        }
        applied.apply(controls);
        timed = controls.has(PinBasedControl.ACTIVATE_PREEMPTION_TIMER);
        kicks.bind();
        long now = 0;
        loose = timed && !controls.has(PrimaryControl.NMI_WINDOW_EXITING) && controls.preemptionTimer == lastTimer && kicks.isArmed();
        if (!loose) {
            now = kicks.now();
            long nanos = timed ? time.nanos(controls.preemptionTimer & 0xffff_ffffL) : Long.MAX_VALUE - now;
            deadline = now + nanos;
            lastTimer = timed && nanos >= LOOSE_NANOS ? controls.preemptionTimer : 0;
        }
        if (controls.has(PrimaryControl.NMI_WINDOW_EXITING)) {
            finish();
        }
        if (queued) {
            queued = false;
            if (left(exit)) {
                return;
            }
        }
        loop(exit, now);
    }

    private long linearRip() {
        boolean flat = (registers.system(RegisterFile.EFER) & Efer.LMA) != 0 && (registers.rights(CS) & AccessRights.L) != 0;
        return registers.plain(RegisterFile.RIP) + (flat ? 0 : registers.base(CS));
    }

    @Hot
    private void loop(Exit exit, long start) {
        long now = start;
        boolean shadow = controls.has(PrimaryControl.USE_TPR_SHADOW);
        boolean watching = controls.has(PrimaryControl.NMI_WINDOW_EXITING);
        while (true) {
            if (watching) {
                if (!injected && events.interruptibility() == 0) {
                    exit.begin(ExitReason.NMI_WINDOW, 0, 0);
                    return;
                }
                kicks.deadline(Math.min(deadline, now + WATCH_NANOS), now);
            } else if (timed && !loose) {
                kicks.deadline(deadline, now);
            }
            systemChanged = registers.isDirty(RegisterFile.SREGS);
            registers.flush();
            if (shadow) {
                vcpu.cr8(priority() >> 4);
            }
            int result = vcpu.enter();
            injected = false;
            mayWait = result != 0;
            registers.ran();
            pending.none();
            if (shadow && result != -Errno.EINVAL) {
                RawMemory.putInt(memory.address(controls.virtualApicAddress) + VTPR, vcpu.cr8() << 4);
            }
            if (writes != null && writes.any()) {
                draining = true;
                waitingResult = result;
                writes.take(exit);
                return;
            }
            if (result == 0 ? left(exit) : failed(exit, result)) {
                return;
            }
            now = kicks.now();
        }
    }

    private int priority() {
        return RawMemory.getInt(memory.address(controls.virtualApicAddress) + VTPR) & 0xff;
    }

    /** KVM_RUN has ended with an exit; false if it is none of the guest's. */
    private boolean left(Exit exit) {
        if (vcpu.exitReason() == KvmExits.SET_TPR) {
            exit.begin(ExitReason.TPR_BELOW_THRESHOLD, 0, 0);
            return vcpu.cr8() < (controls.tprThreshold & 0xf);
        }
        if (vcpu.exitReason() == KvmExits.DEBUG && breakpoints.any() && exits.isDebugException()) {
            return debugged(exit);
        }
        return exits.translate(exit, controls);
    }

    /** A debug exception while a debugger watches: its own, or else what the controls make of it. */
    private boolean debugged(Exit exit) {
        if (breakpoints.hit(exits.debugStatus(), exits.debugAddress())) {
            exit.begin(ExitReason.EXTERNAL_INTERRUPT, 0, 0);
            return true;
        }
        if (breakpoints.passed() && !controls.has(PrimaryControl.MONITOR_TRAP_FLAG)) {
            applied.apply(controls);
            return false;
        }
        return exits.translate(exit, controls);
    }

    /** KVM_RUN has ended with an error; false if the guest is to go on. */
    private boolean failed(Exit exit, int result) {
        if (result == -Errno.EINTR) {
            boolean wanted = kicks.take();
            loose = false;
            if (timed && kicks.now() - deadline >= 0) {
                lastTimer = 0;
                if (sleepsForGood()) {
                    exit.begin(ExitReason.HLT, 0, 0);
                    return true;
                }
                exit.begin(ExitReason.PREEMPTION_TIMER, 0, 0);
                return true;
            }
            exit.begin(ExitReason.EXTERNAL_INTERRUPT, 0, 0);
            return wanted;
        }
        if (result == -Errno.EAGAIN) {
            return false;
        }
        if (result == -Errno.EINVAL && systemChanged) {
            registers.drop();
            exit.beginEntryFailure(ExitReason.INVALID_STATE, 0);
            return true;
        }
        throw new BackendException("KVM_RUN fails: " + Errno.text(result));
    }

    /** Whether the guest has halted in the kernel with interrupts disabled, of which KVM says nothing. */
    private boolean sleepsForGood() {
        return irqchip != Irqchip.USER && activity() == Activity.HLT && (registers.plain(RegisterFile.RFLAGS) & Rflags.IF) == 0;
    }

    /** Before somebody looks at state that KVM has: an instruction that only waits for KVM is finished. */
    void settle() {
        finish();
    }

    HardwareBreakpoints breakpoints() {
        return breakpoints;
    }

    /** After a write that KVM had kept: the next one, or the exit that waited for them; true if that was no exit of the guest's. */
    private boolean drained(Exit exit) {
        if (writes.any()) {
            writes.take(exit);
            return false;
        }
        draining = false;
        return !(waitingResult == 0 ? left(exit) : failed(exit, waitingResult));
    }

    /** Has KVM finish an instruction whose accesses are all answered. */
    private void finish() {
        if (!pending.answered()) {
            return;
        }
        registers.flush();
        int result = vcpu.finish();
        registers.ran();
        pending.none();
        if (result < 0 && result != -Errno.EINTR) {
            throw new BackendException("KVM cannot finish an instruction: " + Errno.text(result));
        }
        queued = result == 0;
    }

    @Override
    public boolean complete(Exit exit) {
        if (draining) {
            return drained(exit);
        }
        switch (pending.kind()) {
            case PORT, MEMORY -> {
                return pending.answered() || pending.answer(exit);
            }
            case MSR -> answerMsr(exit.access());
            case HYPERCALL -> pending.answerHypercall(registers.gpr(Gpr.RAX));
            case NONE, HALT -> pending.none();
        }
        return true;
    }

    /** What the monitor does not answer is KVM's own, if it is only the filter that made it ask. */
    private void answerMsr(Access access) {
        if (access.answered()) {
            pending.answerMsr(access.data());
            if (access.isWrite() && access.address() == Msr.APIC_BASE) {
                registers.system(RegisterFile.APIC_BASE, access.data()); // CPUID tells of it
            }
            return;
        }
        int index = (int) access.address();
        boolean done = pending.filtered() && (access.isWrite() ? registers.writeMsr(index, access.data()) : registers.readMsr(index));
        if (!done) {
            pending.failMsr();
        } else {
            pending.answerMsr(access.isWrite() ? access.data() : registers.msrValue());
        }
    }

    @Override
    public void retry() {
        if (draining) {
            return;
        }
        switch (pending.kind()) {
            case PORT, HYPERCALL -> restart();
            case MEMORY -> reach();
            case MSR -> {
                pending.failMsr();
                finish();
                events.forgetGeneralProtection();
            }
            case HALT -> registers.plain(RegisterFile.RIP, registers.plain(RegisterFile.RIP) - 1);
            case NONE -> {}
        }
        if (!pending.answered()) {
            pending.none();
        }
    }

    /** KVM cannot be told to forget an instruction: it finishes, and its registers are put back. */
    private void restart() {
        MemorySegment now = registers.group(RegisterFile.REGS);
        byte[] before = now.toArray(JAVA_BYTE);
        pending.answerRest(-1);
        pending.answerHypercall(0);
        finish();
        queued = false;
        MemorySegment.copy(MemorySegment.ofArray(before), 0, registers.change(RegisterFile.REGS), 0, before.length);
    }

    /** Memory that has been mapped since: the access is made here, for KVM waits for its data. */
    private void reach() {
        long hpa = slots.toHost(pending.address());
        if (hpa < 0 || (slots.rights(pending.address()) & GuestMapping.READ) == 0) {
            pending.answerRest(-1);
            return;
        }
        pending.reach(memory, hpa, (slots.rights(pending.address()) & GuestMapping.WRITE) != 0);
    }

    @Override
    public boolean readMsr(int index) {
        finish();
        return registers.readMsr(index);
    }

    @Override
    public long msrValue() {
        return registers.msrValue();
    }

    @Override
    public boolean writeMsr(int index, long value) {
        finish();
        registers.flush();
        return registers.writeMsr(index, value);
    }

    @Override
    public void invept(int type, long eptPointer) {
        // there is no EPT pointer: KVM drops its mappings when a memory slot changes
    }

    @Override
    public void invvpid(int type, int vpid, long linearAddress) {
        // VPIDs are KVM's own
    }

    @Override
    public void flush() {
        // KVM flushes when it must
    }

    @Override
    public int physicalAddressWidth() {
        return physicalAddressWidth;
    }

    @Override
    public long gpr(int index) {
        finish();
        return registers.gpr(index);
    }

    @Override
    public void gpr(int index, long value) {
        finish();
        registers.gpr(index, value);
    }

    @Override
    public long cr2() {
        return registers.system(RegisterFile.CR2);
    }

    @Override
    public void cr2(long value) {
        finish();
        registers.system(RegisterFile.CR2, value);
    }

    @Override
    public long dr(int index) {
        return registers.debug(index < 4 ? 8L * index : RegisterFile.DR6);
    }

    @Override
    public void dr(int index, long value) {
        finish();
        registers.debug(index < 4 ? 8L * index : RegisterFile.DR6, value);
    }

    @Override
    public long xcr0() {
        return registers.xcr0();
    }

    /** KVM counts none. */
    @Override
    public long retired() {
        return 0;
    }

    @Override
    public long tsc() {
        return time.tsc();
    }

    @Override
    public long tscHz() {
        return time.hz();
    }

    void kick() {
        kicks.kick();
    }

    void close() {
        kicks.close();
    }
}
