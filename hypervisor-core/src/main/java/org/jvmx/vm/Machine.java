package org.jvmx.vm;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.bus.InterruptController;
import org.jvmx.bus.MmioBus;
import org.jvmx.bus.MsrDevice;
import org.jvmx.bus.PortBus;
import org.jvmx.error.ConfigException;
import org.jvmx.memory.GuestMemory;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.Backend;
import org.jvmx.vmx.CpuidTable;
import org.jvmx.vmx.DebugFacility;
import org.jvmx.vmx.GuestMapping;
import org.jvmx.vmx.VirtualProcessor;
import org.jvmx.vmx.Vmx;

/**
 * One virtual machine: RAM, buses, clock and a virtual processor. Wire devices to {@link #ports()}, {@link #mmio()} and {@link #clock()},
 * attach the interrupt controller, {@link #load} the processor's state, {@link #run}. Everything but {@link #stop}, {@link #post} and the
 * input calls belongs to the thread that runs it.
 */
public final class Machine implements AutoCloseable {
    private final MachineSpec spec;
    private final HostMemory host;
    private final GuestMemory memory;
    private final PortBus ports = new PortBus();
    private final MmioBus mmio = new MmioBus();
    private final MsrDevices msrs;
    private final MachineClock clock;
    private final Mailbox mailbox;
    private final VirtualProcessor processor;
    private final List<MemoryRange> roms = new ArrayList<>();
    private final RunLoop loop;
    private Inspector inspector;

    /**
     * Takes memory and a processor.
     *
     * @throws org.jvmx.error.JvmxException if the backend cannot
     */
    public Machine(MachineSpec spec) {
        this.spec = spec;
        boolean counting = spec.time() == MachineSpec.Time.VIRTUAL || spec.maxInstructions() != Long.MAX_VALUE;
        if (counting && !spec.backend().countsInstructions()) {
            throw new ConfigException("the %s backend counts no instructions: take the host's clock, and no limit of instructions"
                    .formatted(spec.backend().name()));
        }
        RamLayout layout = new RamLayout(spec.ram(), spec.backend()::memory);
        this.host = layout.host();
        this.memory = layout.memory();
        this.clock = spec.time() == MachineSpec.Time.VIRTUAL ? new VirtualClock() : new HostClock(spec.pacer());
        this.msrs = new MsrDevices(clock);
        this.mailbox = new Mailbox(spec.pacer());
        try {
            this.processor = spec.backend().open(new Backend.Setup(host, spec.model(), spec.seed()));
        } catch (RuntimeException e) {
            host.close();
            throw e;
        }
        clock.attach(processor.vmx().registers());
        try {
            for (GuestMemory.Range range : memory.ranges()) {
                processor.mapping().map(range.base(), range.size(), range.host(), GuestMapping.ALL);
            }
            this.loop = new RunLoop(this);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** What it was made from. */
    public MachineSpec spec() {
        return spec;
    }

    /** The guest's RAM. */
    public GuestMemory memory() {
        return memory;
    }

    /** The I/O address space. */
    public PortBus ports() {
        return ports;
    }

    /** The memory-mapped devices. */
    public MmioBus mmio() {
        return mmio;
    }

    /** The time. */
    public MachineClock clock() {
        return clock;
    }

    /** Asks {@code controller} for interrupts from now on. */
    public void attach(InterruptController controller) {
        loop.interrupts(controller);
    }

    /** Lets a device answer for model-specific registers. */
    public void attach(MsrDevice device) {
        msrs.add(device);
    }

    /** Lets a policy decide about the exits that it names; the last one that names a reason has it. */
    public void attach(ExitPolicy policy) {
        loop.policy(policy);
    }

    /** Shows every exit to an observer. */
    public void attach(ExitObserver observer) {
        loop.observe(observer);
    }

    /**
     * Lets a debugger hold the guest; before the machine runs.
     *
     * @throws ConfigException if the processor cannot be debugged
     */
    public Inspector inspect(Inspector.Listener listener) {
        DebugFacility facility = processor.debugFacility();
        if (facility == null) {
            throw new ConfigException("backend %s has no debug facility: leave --gdb out, or use --backend software"
                    .formatted(spec.backend().name()));
        }
        inspector = new Inspector(this, facility, listener);
        return inspector;
    }

    /** Puts read-only memory at {@code base}, filled up with zeros to a whole page; the guest's writes to it are lost. */
    public void rom(long base, byte[] content) {
        long size = content.length + HostMemory.PAGE - 1 & -HostMemory.PAGE;
        long hpa = host.allocate(size);
        host.write(hpa, content, 0, content.length);
        processor.mapping().map(base, size, hpa, GuestMapping.READ | GuestMapping.EXECUTE);
        roms.add(new MemoryRange(base, size));
    }

    /** Sets the virtual processor's state. */
    public void load(VcpuState state) {
        loop.load(state);
    }

    /** Runs the guest on this thread until something stops it. A machine that was stopped can run on. */
    public StopReason run() {
        return loop.run();
    }

    /** Stops the machine before its next instruction; from any thread. The first reason counts. */
    public void stop(StopReason reason) {
        mailbox.stop(reason);
        processor.kick();
    }

    /** Has something done on the vCPU's thread between two VM exits; from any thread. */
    public void post(Runnable action) {
        mailbox.post(action);
        processor.kick();
    }

    /** Says that input may come from outside: from now on an idle guest waits in wall time. From any thread. */
    public void inputOpened() {
        mailbox.sourceOpened();
    }

    /** Says that an input opened before has ended. From any thread. */
    public void inputEnded() {
        mailbox.sourceEnded();
    }

    /** The virtual processor, to look at while it does not run. */
    public Vmx vmx() {
        return processor.vmx();
    }

    /** What the processor model says of itself. */
    public CpuidTable cpuid() {
        return processor.cpuid();
    }

    /** What guest-physical addresses lead to. */
    public GuestMapping mapping() {
        return processor.mapping();
    }

    /** CR8 of the guest, while it does not run. */
    public int taskPriority() {
        return loop.taskPriority();
    }

    /** Counts; readable from any thread. */
    public VcpuCounters counters() {
        return loop.counters();
    }

    /** The last exits. */
    public FlightRecorder recorder() {
        return loop.recorder();
    }

    /** Bytes of native memory in use. */
    public long residentBytes() {
        return host.resident();
    }

    HostMemory host() {
        return host;
    }

    MsrDevices msrs() {
        return msrs;
    }

    Mailbox mailbox() {
        return mailbox;
    }

    VirtualProcessor processor() {
        return processor;
    }

    /** Who holds the guest for a debugger; null if nobody does. */
    Inspector inspector() {
        return inspector;
    }

    boolean isRom(long gpa) {
        for (int n = 0; n < roms.size(); n++) {
            MemoryRange rom = roms.get(n);
            if (Long.compareUnsigned(gpa - rom.base(), rom.size()) < 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        processor.close();
        host.close();
    }
}
