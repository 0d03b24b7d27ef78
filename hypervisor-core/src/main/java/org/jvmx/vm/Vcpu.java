package org.jvmx.vm;

import org.jvmx.bus.InterruptController;
import org.jvmx.bus.MmioBus;
import org.jvmx.bus.MsrDevice;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.CpuidTable;
import org.jvmx.vmx.VirtualProcessor;
import org.jvmx.vmx.Vmx;

/**
 * One virtual processor of a machine, with what is its own: VMCS, time-stamp counter, interrupt controller, model-specific registers, counters.
 * Everything but the counters belongs to the thread that runs it.
 */
public final class Vcpu {
    private final Machine machine;
    private final int index;
    private final VirtualProcessor processor;
    private final CpuidTable cpuid;
    private final VcpuClock clock;
    private final MsrDevices msrs;
    private final MmioBus mmio = new MmioBus();
    private final VmcsSetup setup;
    private final VcpuCounters counters = new VcpuCounters();
    private final FlightRecorder recorder = new FlightRecorder();
    private final EventInjector events;
    private final Signals signals = new Signals();
    private final RunLoop loop;

    Vcpu(Machine machine, int index, VirtualProcessor processor) {
        this.machine = machine;
        this.index = index;
        this.processor = processor;
        this.cpuid = processor.cpuid();
        this.clock = machine.clock().attach(processor.vmx().registers());
        this.msrs = new MsrDevices(clock);
        this.setup = new VmcsSetup(processor, machine.host(), index + 1);
        this.events = new EventInjector(processor.vmx(), setup, machine, counters);
        this.loop = new RunLoop(this);
    }

    /** Its number in the machine; the first, which boots, is 0. */
    public int index() {
        return index;
    }

    /** Asks {@code controller} for interrupts from now on. */
    public void attach(InterruptController controller) {
        events.controller(controller);
    }

    /** Lets a device answer for model-specific registers of this processor. */
    public void attach(MsrDevice device) {
        msrs.add(device);
    }

    /** Memory-mapped devices that this processor alone sees; they come before the machine's. */
    public MmioBus mmio() {
        return mmio;
    }

    /** The time, with this processor's time-stamp counter. */
    public VcpuClock clock() {
        return clock;
    }

    /** Sets its state: it begins there, and does not wait for a start-up IPI. */
    public void load(VcpuState state) {
        setup.guestState(state);
        signals.started();
    }

    /** An INIT signal arrives: the processor will reset itself and wait for a start-up IPI; the first processor's INIT resets the machine. */
    public void init() {
        signals.init();
    }

    /** A start-up IPI arrives: if the processor waits for one it will start in real-address mode at {@code vector << 12}. */
    public void startup(int vector) {
        signals.startup(vector);
    }

    /** INIT has happened. */
    void reset() {
        Access signature = new Access();
        cpuid.answer(1, 0, signature);
        setup.init(signature.eax());
        signals.await();
    }

    /** The start-up IPI has happened. */
    void start(int vector) {
        setup.startup(vector);
        signals.started();
    }

    /** The processor itself, to look at while it does not run. */
    public Vmx vmx() {
        return processor.vmx();
    }

    /** What the processor model says of itself. */
    public CpuidTable cpuid() {
        return cpuid;
    }

    /** CR8 of the guest, while it does not run. */
    public int taskPriority() {
        return events.taskPriority();
    }

    /** Counts; readable from any thread. */
    public VcpuCounters counters() {
        return counters;
    }

    /** The last exits. */
    public FlightRecorder recorder() {
        return recorder;
    }

    /**
     * How long interrupts waited, from the moment at which they were due (that of the timer that brought them, where one did) to their delivery.
     * Measured while there is a policy or a cost model.
     */
    public Latencies interruptLatencies() {
        return events.latencies();
    }

    Machine machine() {
        return machine;
    }

    VirtualProcessor processor() {
        return processor;
    }

    MsrDevices msrs() {
        return msrs;
    }

    EventInjector events() {
        return events;
    }

    Signals signals() {
        return signals;
    }

    RunLoop loop() {
        return loop;
    }
}
