package org.jvmx.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.jvmx.bus.MmioDevice;
import org.jvmx.bus.PortDevice;
import org.jvmx.isa.Assembler;
import org.jvmx.kvm.KvmBackend;
import org.jvmx.software.SoftwareBackend;
import org.jvmx.vm.Machine;
import org.jvmx.vm.MachineSpec;
import org.jvmx.vm.MemoryRange;
import org.jvmx.vm.StopReason;
import org.jvmx.vm.VcpuState;
import org.jvmx.vmx.Backend;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.HostDevices.Space;

/** Doorbells and writes that may come late: a machine does the same by them whether its host's kernel helps or not, but for the number of exits. */
class HostDevicesTest {
    private static final long CODE = 0x1000;
    private static final int BELL = 0x310;
    private static final int INDEX = 0x70;
    private static final long DEVICE = 0xa_0000;
    private static final int WRITES = 400;

    static Stream<Backend> backends() {
        return Stream.of(new SoftwareBackend(), new KvmBackend());
    }

    private static Machine machine(Backend backend, Consumer<Assembler> program) {
        assumeTrue(backend.obstacle() == null, backend::obstacle);
        Machine machine = new Machine(MachineSpec.of(backend, List.of(new MemoryRange(0, 0x10_0000 - 0x6_0000))));
        Assembler asm = new Assembler(16, CODE);
        program.accept(asm);
        machine.memory().write(CODE, asm.assemble());
        machine.load(VcpuState.real16(0, CODE));
        return machine;
    }

    private static boolean kernelHelps(Backend backend) {
        return backend instanceof KvmBackend;
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aDoorbellRingsWhileTheGuestRunsOn(Backend backend) throws InterruptedException {
        Semaphore rung = new Semaphore(0);
        try (Machine machine = machine(backend, asm -> asm.op(MOV, DX, BELL).op(OUT, DX, AX).op(MOV, AX, 0xa000).op(MOV, DS, AX)
                .op(MOV, mem(BX, 0x20).w(), 1).op(JMP, CODE + 3))) {
            machine.doorbell(Space.PORT, BELL, 2, rung::release);
            machine.doorbell(Space.MEMORY, DEVICE + 0x20, 2, rung::release);
            Thread waiter = Thread.ofPlatform().start(() -> {
                rung.acquireUninterruptibly(5);
                machine.stop(StopReason.powerOff());
            });
            assertEquals(StopReason.Kind.POWER_OFF, machine.run().kind());
            assertTrue(waiter.join(java.time.Duration.ofSeconds(10)));
            if (kernelHelps(backend)) {
                assertEquals(0, machine.counters().exits(ExitReason.IO_INSTRUCTION));
                assertEquals(0, machine.counters().exits(ExitReason.EPT_VIOLATION));
            }
        }
    }

    /** Other sizes are other accesses: the device on the bus hears of them. */
    @ParameterizedTest
    @MethodSource("backends")
    void eachBellHasItsOwnVoice(Backend backend) throws InterruptedException {
        Semaphore first = new Semaphore(0);
        Semaphore second = new Semaphore(0);
        try (Machine machine = machine(backend, asm -> asm.op(MOV, DX, BELL).op(OUT, DX, AX).op(MOV, DX, BELL + 4).op(OUT, DX, AL).op(CLI)
                .op(HLT))) {
            machine.doorbell(Space.PORT, BELL, 2, first::release);
            machine.doorbell(Space.PORT, BELL + 4, 2, second::release);
            assertEquals(StopReason.Kind.HALTED_FOREVER, machine.run().kind());
            assertTrue(first.tryAcquire(10, TimeUnit.SECONDS));
            assertTrue(second.tryAcquire(10, TimeUnit.SECONDS));
            assertEquals(0, first.availablePermits());
        }
    }

    /** A device that writes down what comes to it. */
    private record Diary(String name, List<String> lines) implements PortDevice, MmioDevice {
        @Override
        public int in(int offset, int size) {
            lines.add("%s in %d %d".formatted(name, offset, size));
            return lines.size();
        }

        @Override
        public void out(int offset, int size, int value) {
            lines.add("%s out %d %d %x".formatted(name, offset, size, value & (size == 1 ? 0xff : 0xffff)));
        }

        @Override
        public long read(long offset, int size) {
            lines.add("%s read %d %d".formatted(name, offset, size));
            return lines.size();
        }

        @Override
        public void write(long offset, int size, long value) {
            lines.add("%s write %d %d %x".formatted(name, offset, size, value));
        }
    }

    /** More writes than the kernel keeps, to ports and memory, with reads and other writes between them. */
    private static void mixed(Assembler asm) {
        asm.op(MOV, AX, 0xa000).op(MOV, DS, AX).op(XOR, BX, BX).op(MOV, CX, WRITES);
        long loop = CODE + 10;
        asm.op(MOV, AX, CX).op(OUT, INDEX, AL).op(MOV, mem(BX, 0x40).w(), 7).op(MOV, mem(BX, 0x44), CX).op(TEST, CL, 0x1f).op(MOV, DX,
                0x71);
        asm.op(JNZ, loop + 24).op(IN, AL, DX).op(MOV, AX, mem(BX, 0x60)).op(NOP);
        asm.op(DEC, CX).op(JNZ, loop).op(OUT, DX, AL).op(CLI).op(HLT);
    }

    private static long diary(Backend backend, boolean coalesced, List<String> lines) {
        List<String> guest = lines;
        try (Machine machine = machine(backend, HostDevicesTest::mixed)) {
            machine.ports().map(INDEX, 2, new Diary("port", guest));
            machine.mmio().map(DEVICE, 0x1000, new Diary("memory", guest));
            if (coalesced) {
                machine.coalesce(Space.PORT, INDEX, 1);
                machine.coalesce(Space.MEMORY, DEVICE + 0x40, 8);
            }
            assertEquals(StopReason.Kind.HALTED_FOREVER, machine.run().kind());
            return machine.counters().exits();
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void writesThatMayComeLateComeInOrderAndBeforeAnythingElse(Backend backend) {
        List<String> expected = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        diary(new SoftwareBackend(), false, expected);
        diary(backend, true, seen);
        assertTrue(expected.size() > 3 * WRITES, "%d accesses".formatted(expected.size()));
        assertEquals(String.join("\n", expected), String.join("\n", seen));
    }
}
