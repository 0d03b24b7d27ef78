package org.jvmx.tools.pc;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jvmx.error.BackendException;
import org.jvmx.error.ConfigException;
import org.jvmx.loader.BootModule;
import org.jvmx.loader.BootOptions;
import org.jvmx.loader.format.GuestImage;
import org.jvmx.vm.ExitCost;
import org.jvmx.vm.ExitObserver;
import org.jvmx.vm.ExitPolicy;
import org.jvmx.vm.MachineSpec;
import org.jvmx.vmx.Backend;

/**
 * What a {@link Pc} is made from.
 *
 * @param image the kernel
 * @param boot what goes with it; the memory map and the ACPI tables are the PC's business
 * @param memory bytes of RAM
 * @param backend the kind of processor
 * @param model the processor model
 * @param seed where the guest's random numbers start
 * @param time what the machine's clock counts
 * @param epochSeconds what the real-time clock shows at power-on, UTC since 1970
 * @param maxInstructions the run ends after exactly so many instructions
 * @param maxExits the run ends after exactly so many VM exits
 * @param serial what is connected to the first serial port
 * @param devices what the PC has beside the usual
 * @param reboot whether the machine starts again when the guest resets it
 * @param counting whether accesses to devices are counted by device
 * @param cost what VM exits cost in virtual time
 * @param lazyMemory whether RAM is mapped when the guest first touches it
 * @param policies who decides about VM exits
 * @param observers who sees VM exits
 * @param cpus how many processors it has
 * @param quantum how many instructions a processor may run before it is another one's turn
 * @param parallel whether each processor has a thread of its own
 */
public record PcSpec(GuestImage image, BootOptions boot, long memory, Backend backend, String model, long seed, MachineSpec.Time time,
        long epochSeconds, long maxInstructions, long maxExits, SerialPeer serial, Set<OptionalDevice> devices, boolean reboot,
        boolean counting,
        ExitCost cost, boolean lazyMemory, List<ExitPolicy> policies, List<ExitObserver> observers, int cpus, long quantum,
        boolean parallel) {
    /** The memory of a machine that nobody gave a size. */
    public static final long DEFAULT_MEMORY = 256L << 20;

    /** What the real-time clock of a machine on virtual time shows at power-on: 2026-01-01T00:00:00Z. */
    public static final long DEFAULT_EPOCH_SECONDS = 1_767_225_600L;

    /** Copies the collections. */
    public PcSpec {
        devices = Set.copyOf(devices);
        policies = List.copyOf(policies);
        observers = List.copyOf(observers);
    }

    /** The usual PC for a kernel. */
    public static Builder of(GuestImage image) {
        return new Builder(image);
    }

    /**
     * The backend of that name.
     *
     * @throws ConfigException if there is none
     * @throws BackendException if this host cannot run it
     */
    public static Backend backend(String name) {
        for (Backend backend : Backend.installed()) {
            if (backend.name().equals(name)) {
                if (backend.obstacle() != null) {
                    throw new BackendException("backend %s cannot be used here: %s".formatted(name, backend.obstacle()));
                }
                return backend;
            }
        }
        throw new ConfigException("there is no backend '%s'; installed: %s".formatted(name,
                String.join(", ", Backend.installed().stream().map(Backend::name).toList())));
    }

    MachineSpec machine(RamMap ram, long instructionsLeft, long exitsLeft) {
        MachineSpec turns = MachineSpec.of(backend, ram.ranges()).withModel(model).withSeed(seed).withTime(time)
                .withMaxInstructions(instructionsLeft).withMaxExits(exitsLeft)
                .withCost(cost).withLazyMemory(lazyMemory).withCpus(cpus).withQuantum(quantum);
        return parallel ? turns.withThreads() : turns;
    }

    /** Collects what a PC is made from; each method changes one thing. */
    public static final class Builder {
        private final GuestImage image;
        private BootOptions boot;
        private long memory = DEFAULT_MEMORY;
        private Backend backend;
        private String model = Backend.DEFAULT_MODEL;
        private long seed;
        private MachineSpec.Time time;
        private long epochSeconds = DEFAULT_EPOCH_SECONDS;
        private long maxInstructions = Long.MAX_VALUE;
        private long maxExits = Long.MAX_VALUE;
        private SerialPeer serial = SerialPeer.NONE;
        private final Set<OptionalDevice> devices = EnumSet.noneOf(OptionalDevice.class);
        private boolean reboot;
        private boolean counting;
        private ExitCost cost = ExitCost.NONE;
        private boolean lazyMemory;
        private final List<ExitPolicy> policies = new ArrayList<>();
        private final List<ExitObserver> observers = new ArrayList<>();
        private int cpus = 1;
        private long quantum = MachineSpec.DEFAULT_QUANTUM;
        private boolean parallel;

        Builder(GuestImage image) {
            this.image = image;
            this.boot = BootOptions.plain().withKernelName(image.file().name());
        }

        /** Bytes of RAM. */
        public Builder memory(long bytes) {
            memory = bytes;
            return this;
        }

        /** The initial RAM disk. */
        public Builder initrd(byte[] bytes) {
            boot = boot.withInitrd(bytes);
            return this;
        }

        /** The kernel's command line. */
        public Builder append(String commandLine) {
            boot = boot.withCommandLine(commandLine);
            return this;
        }

        /** Multiboot modules. */
        public Builder modules(List<BootModule> modules) {
            boot = boot.withModules(modules);
            return this;
        }

        /** In which mode the kernel is entered. */
        public Builder entry(BootOptions.Entry entry) {
            boot = boot.withEntry(entry);
            return this;
        }

        /** Whether the kernel inside a bzImage is unpacked here and entered directly. */
        public Builder unpackPayload(boolean unpack) {
            boot = boot.withUnpackPayload(unpack);
            return this;
        }

        /** The kind of processor; the software processor unless something else is said. */
        public Builder backend(Backend kind) {
            backend = kind;
            return this;
        }

        /** The processor model. */
        public Builder model(String name) {
            model = name;
            return this;
        }

        /** Where the guest's random numbers start. */
        public Builder seed(long start) {
            seed = start;
            return this;
        }

        /** What the clock counts; instructions unless something else is said, or the host's time where the backend counts none. */
        public Builder time(MachineSpec.Time kind) {
            time = kind;
            return this;
        }

        /** What the real-time clock shows at power-on. */
        public Builder epochSeconds(long seconds) {
            epochSeconds = seconds;
            return this;
        }

        /** Ends the run after exactly so many instructions. */
        public Builder maxInstructions(long count) {
            maxInstructions = count;
            return this;
        }

        /** Ends the run after exactly so many VM exits. */
        public Builder maxExits(long count) {
            maxExits = count;
            return this;
        }

        /** What is connected to the first serial port. */
        public Builder serial(SerialPeer peer) {
            serial = peer;
            return this;
        }

        /** Adds a device. */
        public Builder device(OptionalDevice device) {
            devices.add(device);
            return this;
        }

        /** Whether the machine starts again when the guest resets it. */
        public Builder reboot(boolean again) {
            reboot = again;
            return this;
        }

        /** Whether accesses to devices are counted by device. */
        public Builder counting(boolean count) {
            counting = count;
            return this;
        }

        /** What VM exits cost in virtual time; nothing unless something is said. */
        public Builder cost(ExitCost model) {
            cost = model;
            return this;
        }

        /** Whether RAM is mapped when the guest first touches it, each time by a VM exit, as monitors do. */
        public Builder lazyMemory(boolean lazy) {
            lazyMemory = lazy;
            return this;
        }

        /** Adds who decides about VM exits. */
        public Builder policy(ExitPolicy policy) {
            policies.add(policy);
            return this;
        }

        /** Adds who sees VM exits. */
        public Builder observer(ExitObserver observer) {
            observers.add(observer);
            return this;
        }

        /** How many processors it has. */
        public Builder cpus(int count) {
            cpus = count;
            return this;
        }

        /** A thread for each processor, on the host's clock: no run is like another. */
        public Builder parallel() {
            parallel = true;
            return time(MachineSpec.Time.HOST);
        }

        /** How many instructions a processor may run before it is another one's turn. */
        public Builder quantum(long instructions) {
            quantum = instructions;
            return this;
        }

        /**
         * The specification.
         *
         * @throws org.jvmx.error.JvmxException if no such machine can be
         */
        public PcSpec build() {
            Backend kind = backend == null ? PcSpec.backend("software") : backend;
            MachineSpec.Time clock = time != null ? time : kind.countsInstructions() ? MachineSpec.Time.VIRTUAL : MachineSpec.Time.HOST;
            RamMap map = new RamMap(memory);
            return new PcSpec(image, boot.withMemoryMap(map.e820()), memory, kind, model, seed, clock, epochSeconds, maxInstructions,
                    maxExits,
                    serial, devices, reboot, counting, cost, lazyMemory, policies, observers, cpus, quantum, parallel);
        }
    }
}
