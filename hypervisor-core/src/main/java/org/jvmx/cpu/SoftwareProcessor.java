package org.jvmx.cpu;

import java.util.function.LongSupplier;

import org.jvmx.arch.ProcessorModel;
import org.jvmx.cpu.interp.Interpreter;
import org.jvmx.cpu.semantics.Boundary;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.cpu.semantics.Interrupts;
import org.jvmx.cpu.semantics.Meanings;
import org.jvmx.cpu.semantics.Msrs;
import org.jvmx.cpu.semantics.TableModel;
import org.jvmx.cpu.state.Attention;
import org.jvmx.cpu.state.Completion;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.CapabilityMsrs;
import org.jvmx.vmx.DebugFacility;
import org.jvmx.vmx.ExecutionControls;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.LogicalProcessor;
import org.jvmx.vmx.PinBasedControl;
import org.jvmx.vmx.VmcsField;

/** The software x86-64 processor: one logical processor in VMX non-root operation over a host-physical address space. */
public final class SoftwareProcessor implements LogicalProcessor {
    /** The type of INVVPID that drops the mappings of one linear address. */
    private static final int INDIVIDUAL_ADDRESS = 0;

    private final Cpu cpu;
    private final Interpreter interpreter;
    private final GuestStateFields fields;
    private final Debugging debugging;
    private final Emulator emulator = this::execute;
    private long eptPointer;
    private int vpid;

    /**
     * A processor after reset, waiting for guest state.
     *
     * @param seed where RDRAND and RDSEED start
     */
    public SoftwareProcessor(HostMemory host, ProcessorModel model, long seed) {
        cpu = new Cpu(host, new TableModel(model, seed));
        interpreter = new Interpreter(cpu, Meanings.ALL);
        fields = new GuestStateFields(cpu);
        debugging = new Debugging(cpu);
    }

    /** Lets the time-stamp counter show a clock that all processors share, instead of instructions. */
    public void timeStamps(LongSupplier nanos) {
        cpu.wallTime = nanos;
    }

    /** Makes the processor leave the guest soon, if its space is shared by several threads; from any thread. */
    public void kick() {
        if (cpu.parallel) {
            cpu.dismiss();
        }
    }

    /** The state behind the fields, for those who look into the processor. */
    public Cpu cpu() {
        return cpu;
    }

    /** What a debugger needs. */
    public DebugFacility debugFacility() {
        return debugging;
    }

    // --- guest state

    @Override
    public long guestState(VmcsField field) {
        return fields.read(field);
    }

    @Override
    public void loadGuestState(VmcsField field, long value) {
        fields.write(field, value);
    }

    @Override
    public void guestStateLoaded() {
        fields.loaded();
    }

    @Override
    public void controls(ExecutionControls controls) {
        cpu.controls = controls;
        if (eptPointer != controls.eptPointer) {
            eptPointer = controls.eptPointer;
            cpu.flushEpt();
        }
        if (vpid != controls.vpid) {
            vpid = controls.vpid;
            cpu.flushTlb();
        }
        cpu.modeChanged();
    }

    @Override
    public void inject(int interruptionInformation, int errorCode, int instructionLength) {
        cpu.delivery.entryInformation = interruptionInformation;
        cpu.delivery.entryErrorCode = errorCode;
        cpu.delivery.entryLength = instructionLength;
    }

    // --- signals

    /** An INIT signal, which leaves the guest at the next boundary. */
    public void init() {
        cpu.initPending = true;
    }

    /** A start-up IPI, which a processor in the wait-for-SIPI state takes in its next run. */
    public void startup(int vector) {
        cpu.startupVector = vector;
    }

    // --- running

    @Override
    public void run(Exit exit) {
        cpu.exit = exit;
        forget();
        cpu.delivery.paused = false;
        cpu.deadline = Long.MAX_VALUE;
        if (cpu.controls.has(PinBasedControl.ACTIVATE_PREEMPTION_TIMER)) {
            long ticks = (cpu.controls.preemptionTimer & 0xffff_ffffL) << CapabilityMsrs.PREEMPTION_TIMER_SHIFT;
            cpu.deadline = cpu.retired + ticks;
        }
        beginWatch();
        cpu.attention |= Attention.BOUNDARY;
        cpu.enterBus();
        try {
            interpreter.run();
        } finally {
            cpu.leaveBus();
        }
        Boundary.abandon(cpu);
    }

    @Override
    public boolean complete(Exit exit) {
        cpu.exit = exit;
        answer(exit.access());
        cpu.attention &= ~Attention.EXIT;
        beginWatch();
        cpu.enterBus();
        boolean done;
        try {
            done = again();
        } finally {
            cpu.leaveBus();
        }
        if (done) {
            Boundary.completed(cpu);
            cpu.completion.clear();
        } else {
            Boundary.abandon(cpu);
        }
        return done;
    }

    @Override
    public Emulator emulator() {
        return emulator;
    }

    private boolean execute(Exit exit) {
        cpu.exit = exit;
        forget();
        Boundary.settle(cpu);
        Boundary.completed(cpu);
        Boundary.arm(cpu);
        cpu.enterBus();
        boolean done;
        try {
            done = interpreter.complete();
        } finally {
            cpu.leaveBus();
        }
        if (done) {
            Boundary.completed(cpu);
            cpu.completion.clear();
        } else {
            Boundary.abandon(cpu);
        }
        return done;
    }

    private boolean again() {
        if (cpu.delivery.interrupted) {
            return Interrupts.redeliver(cpu);
        }
        cpu.delivery.information = 0;
        Boundary.arm(cpu);
        return interpreter.complete();
    }

    private void beginWatch() {
        if ((cpu.attention & Attention.WATCH) != 0) {
            cpu.watches.begin(cpu);
        }
    }

    /** Hands the monitor's answer to the instruction, or asks it to do without. */
    private void answer(Access access) {
        Completion completion = cpu.completion;
        boolean carriedOut = access.kind() == Access.Kind.PORT || access.kind() == Access.Kind.MEMORY || access.answered();
        if (!carriedOut) {
            completion.restart();
            completion.interceptsOff = true;
            return;
        }
        switch (access.kind()) {
            case PORT -> completion.answer(Completion.PORT, access.address(), access.size(), access.isWrite(), access.data());
            case MEMORY -> completion.answer(Completion.MEMORY, access.address(), access.size(), access.isWrite(), access.data());
            case MSR -> completion.answer(Completion.MSR, access.address(), access.size(), access.isWrite(), access.data());
            default -> {
                completion.restart();
                completion.interceptsOff = true;
            }
        }
    }

    @Override
    public void retry() {
        forget();
    }

    private void forget() {
        cpu.completion.clear();
        cpu.delivery.information = 0;
        cpu.delivery.interrupted = false;
        cpu.delivery.ext = 0;
    }

    // --- MSR lists

    @Override
    public boolean readMsr(int index) {
        return Msrs.read(cpu, index);
    }

    @Override
    public long msrValue() {
        return Msrs.value(cpu);
    }

    @Override
    public boolean writeMsr(int index, long value) {
        return Msrs.write(cpu, index, value);
    }

    // --- invalidation

    @Override
    public void invept(int type, long pointer) {
        cpu.flushEpt();
    }

    @Override
    public void invvpid(int type, int tag, long linearAddress) {
        if (type == INDIVIDUAL_ADDRESS) {
            cpu.flushPage(linearAddress);
        } else {
            cpu.flushTlb();
        }
    }

    @Override
    public void flush() {
        cpu.flushTlb();
    }

    @Override
    public int physicalAddressWidth() {
        return Cpu.PHYSICAL_BITS;
    }

    // --- registers that a VMCS does not hold

    @Override
    public long gpr(int index) {
        return cpu.gpr[index];
    }

    @Override
    public void gpr(int index, long value) {
        cpu.gpr[index & 15] = value;
    }

    @Override
    public long cr2() {
        return cpu.cr2;
    }

    @Override
    public void cr2(long value) {
        cpu.cr2 = value;
    }

    @Override
    public long dr(int index) {
        return index < 4 ? cpu.dr[index] : cpu.dr6;
    }

    @Override
    public void dr(int index, long value) {
        if (index < 4) {
            cpu.dr[index] = value;
        } else {
            cpu.dr6 = value;
        }
    }

    @Override
    public long xcr0() {
        return cpu.xcr0;
    }

    @Override
    public long retired() {
        return cpu.retired;
    }

    @Override
    public long tsc() {
        return cpu.tsc();
    }

    /** Lets time pass in which no instruction runs: the time-stamp counter is ahead by so much more. */
    public void advance(long ticks) {
        cpu.tscBase += ticks;
    }
}
