package org.jvmx.bench;

import java.util.List;
import org.jvmx.bus.PortDevice;
import org.jvmx.isa.Assembler;
import org.jvmx.memory.GuestMemory;
import org.jvmx.software.SoftwareBackend;
import org.jvmx.vm.Machine;
import org.jvmx.vm.MachineSpec;
import org.jvmx.vm.MemoryRange;
import org.jvmx.vm.StopReason;
import org.jvmx.vm.VcpuState;

/** A guest in 64-bit mode with 4 KiB pages under EPT. It runs until it has written often enough to {@link #PORT}, and can run on from there. */
final class BenchGuest implements AutoCloseable {
    static final int PORT = 0x80;
    static final long CODE = 0x1_0000;
    static final long DATA = 0x2_0000;

    private static final long STACK = 0x8_0000;
    private static final long TABLES = 0x10_0000;
    private static final long MEMORY = 4 << 20;
    private static final long PRESENT_WRITABLE = 3;
    private static final int RSP = 4;
    private static final int RSI = 6;
    private static final int RDI = 7;

    private final Machine machine;
    private int writesLeft;

    BenchGuest(Assembler code) {
        machine = new Machine(MachineSpec.of(new SoftwareBackend(), List.of(new MemoryRange(0, MEMORY))));
        machine.ports().map(PORT, 1, new PortDevice() {
            @Override
            public int in(int offset, int size) {
                return 0;
            }

            @Override
            public void out(int offset, int size, int value) {
                if (--writesLeft == 0) {
                    machine.stop(StopReason.powerOff());
                }
            }
        });
        GuestMemory memory = machine.memory();
        byte[] bytes = code.assemble();
        memory.write(CODE, bytes, 0, bytes.length);
        for (int level = 0; level < 3; level++) {
            memory.writeLong(TABLES + 0x1000 * level, TABLES + 0x1000 * (level + 1) | PRESENT_WRITABLE);
        }
        for (int page = 0; page < 512; page++) {
            memory.writeLong(TABLES + 0x3000 + 8 * page, (long) page << 12 | PRESENT_WRITABLE);
        }
        machine.load(VcpuState.long64(CODE, TABLES).with(RSP, STACK).with(RSI, DATA).with(RDI, DATA + 0x8000));
    }

    /** Runs on until the guest has written to the port {@code writes} times; returns how many instructions that took. */
    long run(int writes) {
        long before = machine.clock().retired();
        writesLeft = writes;
        StopReason reason = machine.run();
        if (reason.kind() != StopReason.Kind.POWER_OFF) {
            throw new IllegalStateException("the guest stopped by itself: " + reason.message());
        }
        return machine.clock().retired() - before;
    }

    @Override
    public void close() {
        machine.close();
    }
}
