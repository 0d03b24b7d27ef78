package org.jvmx.vm;

import java.util.List;
import org.jvmx.error.ConfigException;
import org.jvmx.vmx.Backend;

/**
 * What a machine is made from.
 *
 * @param backend the processor below it
 * @param model the processor model ({@link Backend.Setup#model})
 * @param ram where RAM is, in ascending order
 * @param seed where the guest's random numbers start
 * @param time what the machine's clock counts
 * @param maxInstructions the run ends after exactly so many instructions
 * @param maxExits the run ends after exactly so many VM exits
 * @param cost what exits cost in virtual time
 * @param pacer how an idle machine waits for wall time and input
 * @param cpus how many virtual processors it has
 * @param quantum how many instructions one of several virtual processors may run before it is another one's turn
 * @param lazyMemory whether RAM is mapped page by page when the guest first touches it
 * @param parallel whether each virtual processor has a thread of its own; then no run is like another, and time is the host's
 */
public record MachineSpec(Backend backend, String model, List<MemoryRange> ram, long seed, Time time, long maxInstructions, long maxExits,
        ExitCost cost, Pacer pacer, int cpus, long quantum,
        boolean lazyMemory, boolean parallel) {
    /** The quantum of a machine that nobody gave one. */
    public static final long DEFAULT_QUANTUM = 5_000;

    /** Most virtual processors that a machine can have. */
    public static final int MAX_CPUS = 64;

    /** What a clock counts. */
    public enum Time {
        /** Retired instructions, at 1 GHz. */
        VIRTUAL,
        /** The host's nanoseconds. */
        HOST
    }

    public MachineSpec {
        ram = List.copyOf(ram);
        if (cpus < 1 || cpus > MAX_CPUS) {
            throw new ConfigException("%d processors are not possible: 1 to %d are".formatted(cpus, MAX_CPUS));
        }
        if (parallel && time != Time.HOST) {
            throw new ConfigException("processors that run in parallel share the host's clock: virtual time is not possible");
        }
        if (quantum < 1) {
            throw new ConfigException("a quantum of %d instructions is not possible: 1 or more is".formatted(quantum));
        }
    }

    /** The usual machine: virtual time where the backend can tell it, no limits. */
    public static MachineSpec of(Backend backend, List<MemoryRange> ram) {
        return new MachineSpec(backend, Backend.DEFAULT_MODEL, ram, 0, backend.countsInstructions() ? Time.VIRTUAL : Time.HOST,
                Long.MAX_VALUE, Long.MAX_VALUE, ExitCost.NONE, new WallPacer(), 1,
                DEFAULT_QUANTUM, false, false);
    }

    public MachineSpec withModel(String name) {
        return new MachineSpec(backend, name, ram, seed, time, maxInstructions, maxExits, cost, pacer, cpus, quantum,
                lazyMemory, parallel);
    }

    public MachineSpec withSeed(long start) {
        return new MachineSpec(backend, model, ram, start, time, maxInstructions, maxExits, cost, pacer, cpus, quantum,
                lazyMemory, parallel);
    }

    public MachineSpec withTime(Time kind) {
        return new MachineSpec(backend, model, ram, seed, kind, maxInstructions, maxExits, cost, pacer, cpus, quantum,
                lazyMemory, parallel);
    }

    public MachineSpec withMaxInstructions(long count) {
        return new MachineSpec(backend, model, ram, seed, time, count, maxExits, cost, pacer, cpus, quantum,
                lazyMemory, parallel);
    }

    public MachineSpec withMaxExits(long count) {
        return new MachineSpec(backend, model, ram, seed, time, maxInstructions, count, cost, pacer, cpus, quantum,
                lazyMemory, parallel);
    }

    public MachineSpec withCost(ExitCost model) {
        return new MachineSpec(backend, this.model, ram, seed, time, maxInstructions, maxExits, model, pacer, cpus, quantum,
                lazyMemory, parallel);
    }

    public MachineSpec withPacer(Pacer how) {
        return new MachineSpec(backend, model, ram, seed, time, maxInstructions, maxExits, cost, how, cpus, quantum,
                lazyMemory, parallel);
    }

    public MachineSpec withCpus(int count) {
        return new MachineSpec(backend, model, ram, seed, time, maxInstructions, maxExits, cost, pacer, count, quantum,
                lazyMemory, parallel);
    }

    public MachineSpec withQuantum(long instructions) {
        return new MachineSpec(backend, model, ram, seed, time, maxInstructions, maxExits, cost, pacer, cpus, instructions,
                lazyMemory, parallel);
    }

    public MachineSpec withLazyMemory(boolean lazy) {
        return new MachineSpec(backend, model, ram, seed, time, maxInstructions, maxExits, cost, pacer, cpus, quantum, lazy, parallel);
    }

    /** A thread for each virtual processor, on the host's clock. */
    public MachineSpec withThreads() {
        return new MachineSpec(backend, model, ram, seed, Time.HOST, maxInstructions, maxExits, cost, pacer, cpus, quantum, lazyMemory,
                true);
    }
}
