package org.jvmx.vm;

import java.util.List;
import java.util.function.IntFunction;
import org.jvmx.isa.Assembler;
import org.jvmx.memory.GuestMemory;
import org.jvmx.software.SoftwareBackend;

/** Some processors in 64-bit mode, each in a thread of its own, with the lowest 4 MiB mapped to themselves. A processor that halts is done. */
final class ParallelGuest implements AutoCloseable {
    static final long DATA = 0x10_0000;

    private static final long CODE = 0x1_0000;
    private static final long CODE_STEP = 0x1_0000;
    private static final long TABLES = 0x8_0000;
    private static final long STACKS = 0xa_0000;
    private static final long MEMORY = 4 << 20;
    private static final long PRESENT_WRITABLE = 3;
    private static final int RSP = 4;

    final Machine machine;
    final GuestMemory memory;

    /** Each processor's code is made by {@code code}, at an address of its own. */
    ParallelGuest(int cpus, IntFunction<Assembler> code) {
        machine = new Machine(MachineSpec.of(new SoftwareBackend(), List.of(new MemoryRange(0, MEMORY))).withCpus(cpus).withThreads());
        memory = machine.memory();
        for (int level = 0; level < 3; level++) {
            memory.writeLong(TABLES + 0x1000 * level, TABLES + 0x1000 * (level + 1) | PRESENT_WRITABLE);
        }
        memory.writeLong(TABLES + 0x2000 + 8, TABLES + 0x4000 | PRESENT_WRITABLE);
        for (int page = 0; page < 1024; page++) {
            memory.writeLong(TABLES + 0x3000 + 8 * page, (long) page << 12 | PRESENT_WRITABLE);
        }
        for (int n = 0; n < cpus; n++) {
            memory.write(origin(n), code.apply(n).assemble());
            boot(n);
        }
    }

    /** The address of a processor's code. */
    static long origin(int cpu) {
        return CODE + cpu * CODE_STEP;
    }

    /** An assembler for a processor's code. */
    static Assembler assembler(int cpu) {
        return new Assembler(64, origin(cpu));
    }

    /** Puts a processor to the start of its code. */
    void boot(int n) {
        Vcpu vcpu = machine.vcpus().get(n);
        vcpu.load(VcpuState.long64(origin(n), TABLES).with(RSP, STACKS + 0x1000 * (n + 1)));
    }

    /** Runs until all have halted. */
    void run() {
        StopReason reason = machine.run();
        if (reason.kind() != StopReason.Kind.HALTED_FOREVER) {
            throw new AssertionError(reason.message() + System.lineSeparator() + reason.report());
        }
    }

    @Override
    public void close() {
        machine.close();
    }
}
