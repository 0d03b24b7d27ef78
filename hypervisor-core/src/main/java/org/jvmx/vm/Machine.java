package org.jvmx.vm;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jvmx.bus.InterruptController;
import org.jvmx.bus.IrqLine;
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
import org.jvmx.vmx.HostDevices;
import org.jvmx.vmx.HostInterrupts;
import org.jvmx.vmx.VirtualProcessor;
import org.jvmx.vmx.Vmx;

/**
 * One virtual machine: RAM, buses, clock and virtual processors. Wire devices to {@link #ports()}, {@link #mmio()} and {@link #clock()},
 * attach the interrupt controllers, {@link #load} the first processor's state, {@link #run}. Everything but {@link #stop}, {@link #post} and the
 * input calls belongs to the thread that runs it.
 */
public final class Machine implements AutoCloseable {
    /** How long, in wall time, a policy may take for one decision if nobody says otherwise. */
    public static final long POLICY_PATIENCE = 5_000_000_000L;

    private final MachineSpec spec;
    private final HostMemory host;
    private final GuestMemory memory;
    private final PortBus ports = new PortBus();
    private final MmioBus mmio = new MmioBus();
    private final MachineClock clock;
    private final Mailbox mailbox;
    private final List<VirtualProcessor> processors;
    private final List<Vcpu> vcpus = new ArrayList<>();
    private final OpenPages openPages;
    private final RunLimits limits;
    private final Scheduler scheduler;
    private final PolicyStack policies = new PolicyStack(this);
    private final KeptWrites kept = new KeptWrites(this);
    private final List<PolicySwap> swaps = new CopyOnWriteArrayList<>();
    private final List<MemoryRange> roms = new ArrayList<>();
    private Inspector inspector;
    private long policyPatience = POLICY_PATIENCE;
    private Consumer<StopReason> stuck = _ -> {};

    /**
     * Takes memory and processors.
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
        this.mailbox = new Mailbox(spec.pacer());
        if (spec.parallel()) {
            host.share();
            clock.runTogether();
        }
        this.limits = new RunLimits(this);
        try {
            this.processors = spec.backend()
                    .open(new Backend.Setup(host, spec.model(), spec.seed(), spec.cpus(), spec.parallel() ? clock::nanos : null));
        } catch (RuntimeException e) {
            host.close();
            throw e;
        }
        this.openPages = new OpenPages(host, mapping());
        try {
            for (VirtualProcessor processor : processors) {
                vcpus.add(new Vcpu(this, vcpus.size(), processor));
            }
            if (spec.lazyMemory() && !PolicyNeeds.hasEpt(this)) {
                throw new ConfigException("backend %s maps all memory at once: leave out lazy memory, and policies that need it"
                        .formatted(spec.backend().name()));
            }
            if (!spec.lazyMemory()) {
                memory.ranges().forEach(range -> mapping().map(range.base(), range.size(), range.host(), GuestMapping.ALL));
            }
            vcpus.stream().skip(1).forEach(Vcpu::reset);
            this.scheduler = spec.parallel() ? new ParallelScheduler(this, vcpus) : new TurnScheduler(this, vcpus);
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

    /** The virtual processors; the first one boots. */
    public List<Vcpu> vcpus() {
        return Collections.unmodifiableList(vcpus);
    }

    /** The virtual processor that runs, or ran last. */
    public Vcpu current() {
        return scheduler.current();
    }

    /** Asks {@code controller} for the first processor's interrupts from now on. */
    public void attach(InterruptController controller) {
        boot().attach(controller);
    }

    /** Lets a device answer for model-specific registers of all processors. */
    public void attach(MsrDevice device) {
        vcpus.forEach(vcpu -> vcpu.attach(device));
    }

    /**
     * Lets a policy decide, behind those that were attached before.
     *
     * @throws ConfigException if it needs what this machine has not
     */
    public void attach(ExitPolicy policy) {
        PolicyNeeds.check(this, policy);
        policies.add(policy);
    }

    /**
     * Lets a policy take the place of the one of that name, which the new one may learn from, between two VM exits. For the vCPU's thread: come
     * through {@link #post} while the machine runs.
     *
     * @throws ConfigException if there is none of that name, or the new one needs what this machine has not
     */
    public void swap(String name, ExitPolicy policy) {
        PolicyLink old = policies.named(name);
        PolicyNeeds.check(this, policy);
        policies.replace(old, policy);
        swaps.add(new PolicySwap(name, policy.name(), counters().exits(), clock.nanos()));
    }

    /** The policies that were put in the place of others so far; from any thread. */
    public List<PolicySwap> swaps() {
        return List.copyOf(swaps);
    }

    /** What the policies have to say at the end of a run, in lines; empty if nothing. */
    public String policyReport() {
        return policies.report();
    }

    /**
     * An interrupt line of a device that policies may hold back.
     *
     * @param number what they know it by: the ISA interrupt
     */
    public IrqLine line(int number, IrqLine line) {
        return new HeldLine(this, number, line);
    }

    /**
     * Who is told, on another thread, that a policy does not return and cannot be interrupted, so that {@link #run} will not either; before the run.
     *
     * @param patienceNanos how long a policy may take for one decision, in wall time
     */
    public void whenStuck(long patienceNanos, Consumer<StopReason> told) {
        policyPatience = patienceNanos;
        stuck = told;
    }

    /** What came of the policies; readable from any thread. */
    public PolicyCounters policyCounters() {
        return policies.counters();
    }

    /** Shows every exit to an observer. */
    public void attach(ExitObserver observer) {
        vcpus.forEach(vcpu -> vcpu.loop().observe(observer));
    }

    /**
     * Lets a debugger hold the guest; before the machine runs.
     *
     * @throws ConfigException if the processor cannot be debugged
     */
    public Inspector inspect(Inspector.Listener listener) {
        List<DebugFacility> facilities = new ArrayList<>();
        for (VirtualProcessor processor : processors) {
            DebugFacility facility = processor.debugFacility();
            if (facility == null) {
                throw new ConfigException("backend %s has no debug facility: leave --gdb out, or use --backend software"
                        .formatted(spec.backend().name()));
            }
            facilities.add(facility);
        }
        inspector = new Inspector(this, facilities, listener);
        return inspector;
    }

    /**
     * Puts a doorbell on a bus: {@code ring} is called soon after the guest has written {@code size} bytes there, on any thread, once for writes that are
     * close together; reads give all ones. Where the host's kernel can listen, a write is no VM exit.
     */
    public void doorbell(HostDevices.Space space, long address, int size, Runnable ring) {
        Doorbell bell = new Doorbell(ring);
        if (space == HostDevices.Space.PORT) {
            ports.map((int) address, size, bell);
        } else {
            mmio.map(address, size, bell);
        }
        HostDevices kernel = processors.getFirst().hostDevices();
        if (kernel != null) {
            kernel.doorbell(space, address, size, ring);
        }
    }

    /** The first processor's interrupt controllers in the host's kernel; null if there are none. */
    public HostInterrupts hostInterrupts() {
        return processors.getFirst().hostInterrupts();
    }

    /**
     * Says of a device's range that writes to it do nothing until another access comes: where the host's kernel can keep them until the next VM exit, they are
     * none themselves. The device sees the same accesses in the same order.
     */
    public void coalesce(HostDevices.Space space, long address, int size) {
        HostDevices kernel = processors.getFirst().hostDevices();
        if (kernel != null) {
            kernel.coalesce(space, address, size);
        }
    }

    /** Puts read-only memory at {@code base}, filled up with zeros to a whole page; the guest's writes to it are lost. */
    public void rom(long base, byte[] content) {
        long size = content.length + HostMemory.PAGE - 1 & -HostMemory.PAGE;
        long hpa = host.allocate(size);
        host.write(hpa, content, 0, content.length);
        mapping().map(base, size, hpa, GuestMapping.READ | GuestMapping.EXECUTE);
        roms.add(new MemoryRange(base, size));
    }

    /** Sets the first processor's state. */
    public void load(VcpuState state) {
        boot().load(state);
    }

    /**
     * Runs the guest on this thread until something stops it. An error of ours, too, becomes a reason, with what was recorded. A machine that
     * was stopped can run on.
     */
    public StopReason run() {
        try (PolicyWatchdog _ = PolicyWatchdog.over(this, policyPatience, stuck)) {
            return watched();
        }
    }

    private StopReason watched() {
        StopReason reason;
        try {
            vcpus.forEach(vcpu -> vcpu.loop().begin());
            policies.start();
            scheduler.run();
            kept.deliver();
            policies.end();
            reason = mailbox.takeStopReason();
            if (inspector != null) {
                inspector.ended(reason);
            }
        } catch (RuntimeException | Error e) {
            reason = Report.crash(current(), e);
        }
        for (Vcpu vcpu : vcpus) {
            vcpu.counters().progress(vcpu.loop().retired(), clock.nanos());
        }
        return reason;
    }

    /** Stops the machine before its next instruction; from any thread. The first reason counts. */
    public void stop(StopReason reason) {
        mailbox.stop(reason);
        kick();
    }

    /** Has something done on the vCPU's thread between two VM exits; from any thread. */
    public void post(Runnable action) {
        mailbox.post(action);
        kick();
    }

    private void kick() {
        for (VirtualProcessor processor : processors) {
            processor.kick();
        }
        scheduler.wake();
    }

    /** Says that input may come from outside: from now on an idle guest waits in wall time. From any thread. */
    public void inputOpened() {
        mailbox.sourceOpened();
    }

    /** Says that an input opened before has ended. From any thread. */
    public void inputEnded() {
        mailbox.sourceEnded();
        kick();
    }

    /** The first processor itself, to look at while it does not run. */
    public Vmx vmx() {
        return boot().vmx();
    }

    /** What guest-physical addresses lead to. */
    public GuestMapping mapping() {
        return processors.getFirst().mapping();
    }

    /** The counts of all processors, as they are now; from any thread. */
    public VcpuCounters counters() {
        return VcpuCounters.sum(vcpus);
    }

    /** Bytes of native memory in use. */
    public long residentBytes() {
        return host.resident();
    }

    HostMemory host() {
        return host;
    }

    /** The policies. */
    PolicyStack policies() {
        return policies;
    }

    /** Writes to devices that policies keep for later. */
    KeptWrites keptWrites() {
        return kept;
    }

    Mailbox mailbox() {
        return mailbox;
    }

    Passage passage() {
        return scheduler instanceof Passage passage ? passage : Passage.FREE;
    }

    RunLimits limits() {
        return limits;
    }

    OpenPages openPages() {
        return openPages;
    }

    private Vcpu boot() {
        return vcpus.getFirst();
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
        processors.forEach(VirtualProcessor::close);
        host.close();
    }
}
