package org.jvmx.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.jvmx.vmx.VmcsField.GUEST_CR0;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvmx.bus.PortDevice;
import org.jvmx.error.BackendException;
import org.jvmx.error.ConfigException;
import org.jvmx.kvm.ffi.Errno;
import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.LinuxCalls;
import org.jvmx.kvm.ffi.SystemCalls;
import org.jvmx.memory.HostMemory;
import org.jvmx.vm.Machine;
import org.jvmx.vm.MachineSpec;
import org.jvmx.vm.MemoryRange;
import org.jvmx.vm.StopReason;
import org.jvmx.vm.VcpuState;
import org.jvmx.vmx.Backend;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.GuestMapping;
import org.jvmx.vmx.HostDevices.Space;
import org.jvmx.vmx.HostInterrupts;
import org.jvmx.vmx.Irqchip;
import org.jvmx.vmx.VirtualProcessor;

/** What goes wrong on a host is said in a sentence, and leaves nothing behind. */
class KvmFailureTest {
    private static final int KERNELS_OWN = 1;
    private static final byte[] SPIN = {(byte) 0xeb, (byte) 0xfe};

    @BeforeEach
    void needsKvm() {
        String obstacle = new KvmBackend().obstacle();
        assumeTrue(obstacle == null, obstacle);
    }

    private static FaultyCalls faulty(Ioctl request, java.util.function.IntBinaryOperator fault) {
        return new FaultyCalls(new LinuxCalls(), request, fault);
    }

    private static Machine machine(SystemCalls calls) {
        Machine machine = new Machine(MachineSpec.of(new KvmBackend(calls), List.of(new MemoryRange(0, 0x10_0000))));
        machine.load(VcpuState.real16(0, 0x1000));
        return machine;
    }

    private static void saysAndLeavesNothing(SystemCalls calls, String... words) throws IOException {
        long descriptors = descriptors();
        BackendException failure = assertThrows(BackendException.class, () -> machine(calls).close());
        for (String word : words) {
            assertTrue(failure.getMessage().contains(word), failure::getMessage);
        }
        assertEquals(descriptors, descriptors());
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    private static long kvmMappings() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains("kvm")).count();
        }
    }

    private static long mappedKilobytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmSize:")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).sum();
        }
    }

    @Test
    void noPermission() throws IOException {
        FaultyCalls calls = faulty(Ioctl.RUN, (n, _) -> KERNELS_OWN);
        calls.openResult = -Errno.EACCES;
        assertTrue(new KvmBackend(calls).obstacle().contains("group"), () -> new KvmBackend(calls).obstacle());
        saysAndLeavesNothing(calls, "/dev/kvm", "permission denied", "group");
    }

    @Test
    void noDevice() throws IOException {
        FaultyCalls calls = faulty(Ioctl.RUN, (n, _) -> KERNELS_OWN);
        calls.openResult = -Errno.ENOENT;
        saysAndLeavesNothing(calls, "no such file", "kvm_intel");
    }

    @Test
    void anOldInterface() throws IOException {
        saysAndLeavesNothing(faulty(Ioctl.GET_API_VERSION, (n, _) -> 11), "version 11", "not 12");
    }

    @Test
    void aKvmWithoutImmediateExits() throws IOException {
        saysAndLeavesNothing(faulty(Ioctl.CHECK_EXTENSION, (n, which) -> which == 136 ? 0 : KERNELS_OWN), "IMMEDIATE_EXIT", "newer Linux");
    }

    @Test
    void everyStepOfTheWayToAProcessorMayFail() throws IOException {
        for (Ioctl request : List.of(Ioctl.CREATE_VM, Ioctl.CREATE_VCPU, Ioctl.GET_VCPU_MMAP_SIZE, Ioctl.GET_SUPPORTED_CPUID,
                Ioctl.SET_CPUID2,
                Ioctl.SET_USER_MEMORY_REGION)) {
            saysAndLeavesNothing(faulty(request, (n, _) -> -Errno.ENOMEM), "KVM refuses", "out of memory");
        }
        FaultyCalls calls = faulty(Ioctl.RUN, (n, _) -> KERNELS_OWN);
        calls.refuseMaps = true;
        saysAndLeavesNothing(calls, "address space for the guest");
    }

    @Test
    void memorySlotsRunOut() {
        FaultyCalls calls = faulty(Ioctl.CHECK_EXTENSION, (n, which) -> which == 10 ? 32 : KERNELS_OWN);
        Backend backend = new KvmBackend(calls);
        HostMemory memory = backend.memory(1 << 20);
        try (VirtualProcessor processor = backend.open(new Backend.Setup(memory, Backend.DEFAULT_MODEL, 0)).getFirst()) {
            for (int n = 0; n < 32; n++) {
                processor.mapping().map(0x2000L * n, HostMemory.PAGE, 0x1000, GuestMapping.ALL);
            }
            BackendException failure = assertThrows(BackendException.class,
                    () -> processor.mapping().map(0x10_0000, HostMemory.PAGE, 0, GuestMapping.ALL));
            assertTrue(failure.getMessage().contains("all 32 memory slots"), failure::getMessage);
        } finally {
            memory.close();
        }
    }

    @Test
    void aStormOfInterruptionsOnlyCostsTime() {
        FaultyCalls calls = faulty(Ioctl.RUN, (n, _) -> n % 4 != 3 ? -Errno.EINTR : KERNELS_OWN);
        try (Machine machine = machine(calls)) {
            machine.memory().write(0x1000,
                    new byte[] {(byte) 0xb1, 100, (byte) 0xe6, 0x10, (byte) 0xfe, (byte) 0xc9, 0x75, (byte) 0xfa, (byte) 0xf4});
            int[] writes = new int[1];
            machine.ports().map(0x10, 1, new PortDevice() {
                @Override
                public int in(int offset, int size) {
                    return 0;
                }

                @Override
                public void out(int offset, int size, int value) {
                    writes[0]++;
                }
            });
            assertEquals(StopReason.Kind.HALTED_FOREVER, machine.run().kind());
            assertEquals(100, writes[0]);
            assertTrue(machine.counters().exits(ExitReason.EXTERNAL_INTERRUPT) >= 100);
        }
    }

    @Test
    void aProcessorThatDiesStopsItsMachine() {
        try (Machine machine = machine(faulty(Ioctl.RUN, (n, _) -> n < 3 ? KERNELS_OWN : -Errno.EFAULT))) {
            machine.memory().write(0x1000, new byte[] {(byte) 0xe6, 0x10, (byte) 0xeb, (byte) 0xfc});
            StopReason reason = machine.run();
            assertEquals(StopReason.Kind.HOST_FAILURE, reason.kind());
            assertTrue(reason.message().contains("KVM_RUN fails: bad address"), reason::message);
        }
    }

    /** KVM's exit 9, KVM_EXIT_FAIL_ENTRY: the hardware says that the guest state is invalid. */
    @Test
    void anEntryThatTheHardwareRefusesHasItsReason() {
        FaultyCalls calls = faulty(Ioctl.RUN, (n, _) -> KERNELS_OWN);
        try (Machine machine = machine(calls)) {
            machine.memory().write(0x1000, new byte[] {(byte) 0xe6, 0x10, (byte) 0xf4});
            calls.forgedReason = 9;
            calls.forgedDetail = 0x8000_0021L;
            StopReason reason = machine.run();
            assertEquals(StopReason.Kind.ENTRY_FAILURE, reason.kind());
            assertTrue(reason.message().contains("0x80000021"), reason::message);
            assertEquals(6, reason.exitCode());
        }
    }

    /** The same with registers that KVM has spoiled: the checks run again, on the state as KVM has it, and name what is wrong with it. */
    @Test
    void aStateThatWentBadBehindOurBackIsNamed() {
        FaultyCalls calls = faulty(Ioctl.RUN, (n, _) -> KERNELS_OWN);
        try (Machine machine = machine(calls)) {
            calls.forgedReason = 9;
            calls.forgedDetail = 0x8000_0021L;
            calls.spoilCr0 = true;
            StopReason reason = machine.run();
            assertEquals(StopReason.Kind.ENTRY_FAILURE, reason.kind());
            assertTrue(reason.report().contains("GUEST_CR0"), reason::report);
            assertEquals(GUEST_CR0, machine.vcpus().getFirst().vmx().failure().field());
        }
    }

    @Test
    void hostFailuresEndWithExitCodeTen() {
        try (Machine machine = machine(faulty(Ioctl.RUN, (n, _) -> -Errno.EBADF))) {
            StopReason reason = machine.run();
            assertEquals(10, reason.exitCode());
            assertTrue(reason.message().contains("bad file descriptor"), reason::message);
        }
    }

    @Test
    void anotherThreadStopsAGuestThatNeverLeaves() throws InterruptedException {
        try (Machine machine = machine(new LinuxCalls())) {
            machine.memory().write(0x1000, SPIN);
            Thread stopper = new Thread(() -> machine.stop(StopReason.powerOff()));
            stopper.start();
            assertEquals(StopReason.Kind.POWER_OFF, machine.run().kind());
            stopper.join();
        }
    }

    @Test
    void aMachineMayRunOnAnotherThreadNextTime() throws InterruptedException {
        try (Machine machine = machine(new LinuxCalls())) {
            machine.memory().write(0x1000, SPIN);
            for (int n = 0; n < 3; n++) {
                StopReason[] reason = new StopReason[1];
                Thread runner = new Thread(() -> reason[0] = machine.run());
                runner.start();
                machine.stop(StopReason.reset());
                runner.join();
                assertEquals(StopReason.Kind.RESET, reason[0].kind());
            }
        }
    }

    /** The thread ends with a signal of ours pending, which Java unblocks then. */
    @Test
    void aThreadThatDiesWithItsMachineOpenTakesNothingWithIt() throws InterruptedException {
        try (Machine machine = machine(new LinuxCalls())) {
            machine.memory().write(0x1000, SPIN);
            Thread runner = new Thread(() -> {
                machine.stop(StopReason.powerOff());
                machine.run();
                LinuxCalls calls = new LinuxCalls();
                assertEquals(0, calls.signalThread(calls.threadId(), 44));
            });
            runner.start();
            runner.join();
            machine.stop(StopReason.reset());
            assertEquals(StopReason.Kind.RESET, machine.run().kind());
        }
    }

    @Test
    void limitsByInstructionsAreRefused() {
        MachineSpec spec = MachineSpec.of(new KvmBackend(), List.of(new MemoryRange(0, 0x10_0000)));
        assertThrows(ConfigException.class, () -> new Machine(spec.withMaxInstructions(5)));
        assertThrows(ConfigException.class, () -> new Machine(spec.withTime(MachineSpec.Time.VIRTUAL)));
    }

    /** A doorbell that KVM refuses is a device on the bus. */
    @Test
    void aDoorbellThatIsRefusedStillRings() throws IOException {
        long descriptors = descriptors();
        int[] rings = new int[1];
        try (Machine machine = machine(faulty(Ioctl.IOEVENTFD, (n, _) -> -Errno.ENOSPC))) {
            machine.doorbell(Space.PORT, 0x10, 1, () -> rings[0]++);
            machine.memory().write(0x1000, new byte[] {(byte) 0xe6, 0x10, (byte) 0xf4});
            assertEquals(StopReason.Kind.HALTED_FOREVER, machine.run().kind());
            assertEquals(1, rings[0]);
        }
        assertEquals(descriptors, descriptors());
    }

    /** The writes are exits of the machine's, but KVM makes one for all of them. */
    @Test
    void writesThatMayComeLateCostNoExitOfKvms() {
        int[] runs = new int[1];
        FaultyCalls calls = faulty(Ioctl.RUN, (n, _) -> {
            runs[0]++;
            return KERNELS_OWN;
        });
        try (Machine machine = machine(calls)) {
            machine.coalesce(Space.PORT, 0x70, 1);
            machine.memory().write(0x1000,
                    new byte[] {(byte) 0xb1, 100, (byte) 0xe6, 0x70, (byte) 0xfe, (byte) 0xc9, 0x75, (byte) 0xfa, (byte) 0xf4});
            assertEquals(StopReason.Kind.HALTED_FOREVER, machine.run().kind());
            assertEquals(100, machine.counters().exits(ExitReason.IO_INSTRUCTION));
            assertTrue(runs[0] < 20, () -> "KVM ran the guest %d times".formatted(runs[0]));
        }
    }

    @Test
    void aThousandMachinesWithInterruptsInTheKernelLeaveNothingBehind() throws IOException {
        cycleInKernel(20);
        long descriptors = descriptors();
        cycleInKernel(1000);
        assertEquals(descriptors, descriptors());
    }

    private static void cycleInKernel(int count) {
        for (int n = 0; n < count; n++) {
            Backend backend = new KvmBackend(new LinuxCalls()).with(n % 2 == 0 ? Irqchip.KERNEL : Irqchip.SPLIT);
            try (Machine machine = new Machine(MachineSpec.of(backend, List.of(new MemoryRange(0, 0x10_0000))))) {
                HostInterrupts kernel = machine.hostInterrupts();
                if (kernel.place() == Irqchip.KERNEL) {
                    kernel.isa(4, true).set(true);
                } else {
                    kernel.message(4, 0xfee0_0000L, 0x40);
                }
                machine.doorbell(Space.PORT, 0x310, 2, () -> {});
            }
        }
    }

    @Test
    void aThousandMachinesLeaveNothingBehind() throws IOException {
        cycle(20);
        long descriptors = descriptors();
        long mappings = kvmMappings();
        long kilobytes = mappedKilobytes();
        cycle(1000);
        assertEquals(descriptors, descriptors());
        assertEquals(mappings, kvmMappings());
        assertTrue(mappedKilobytes() - kilobytes < 1 << 20, "%d KiB more are mapped".formatted(mappedKilobytes() - kilobytes));
    }

    private static void cycle(int count) {
        for (int n = 0; n < count; n++) {
            try (Machine machine = machine(new LinuxCalls())) {
                machine.doorbell(Space.PORT, 0x310, 2, () -> {});
                machine.doorbell(Space.MEMORY, 0x20_0000, 4, () -> {});
                machine.coalesce(Space.PORT, 0x70, 1);
                machine.memory().write(0x1000, new byte[] {(byte) 0xf4});
                assertEquals(StopReason.Kind.HALTED_FOREVER, machine.run().kind());
            }
        }
    }
}
