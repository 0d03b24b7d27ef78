package org.jvmx.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.jvmx.bus.PortDevice;
import org.jvmx.error.BackendException;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.Reg;
import org.jvmx.kvm.ffi.Ioctl;
import org.jvmx.kvm.ffi.LinuxCalls;
import org.jvmx.kvm.ffi.SystemCalls;
import org.jvmx.vm.Machine;
import org.jvmx.vm.MachineSpec;
import org.jvmx.vm.MemoryRange;
import org.jvmx.vm.StopReason;
import org.jvmx.vm.VcpuState;
import org.jvmx.vmx.Activity;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.HostInterrupts;
import org.jvmx.vmx.Irqchip;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;

/** Machines whose interrupt controllers are in the kernel. */
class KernelInterruptsTest {
    private static final int PORT = 0x10;
    private static final long CODE = 0x1000;
    private static final long HANDLER = 0x2000;
    private static final long LOCAL_APIC = 0xfee0_0000L;
    private static final int VECTOR = 0x48;

    private final List<Integer> written = new ArrayList<>();
    private int wanted = 1;

    @BeforeEach
    void needsKvm() {
        String obstacle = new KvmBackend().obstacle();
        assumeTrue(obstacle == null, obstacle);
    }

    /** A guest in real mode that halts for ever and writes AL to a port for each interrupt; that ends the run when it is enough. */
    private Machine machine(SystemCalls calls, Irqchip place, boolean endOfInterrupt) {
        Machine machine = new Machine(MachineSpec.of(new KvmBackend(calls).with(place), List.of(new MemoryRange(0, 0x10_0000))));
        Assembler main = new Assembler(16, CODE).op(Mnemonic.STI).op(Mnemonic.HLT).op(Mnemonic.JMP, CODE);
        Assembler handler = new Assembler(16, HANDLER).op(Mnemonic.MOV, Reg.AL, 0x77).op(Mnemonic.OUT, PORT, Reg.AL);
        if (endOfInterrupt) {
            handler.op(Mnemonic.MOV, Reg.AL, 0x20).op(Mnemonic.OUT, 0x20, Reg.AL);
        }
        machine.memory().write(CODE, main.assemble());
        machine.memory().write(HANDLER, handler.op(Mnemonic.IRET).assemble());
        for (int vector : new int[] {VECTOR, 0x0b}) {
            machine.memory().writeInt(4L * vector, (int) HANDLER);
        }
        machine.load(VcpuState.real16(0, CODE));
        machine.ports().map(PORT, 1, new PortDevice() {
            @Override
            public int in(int offset, int size) {
                return 0;
            }

            @Override
            public void out(int offset, int size, int value) {
                written.add(value);
                if (written.size() == wanted) {
                    machine.stop(StopReason.powerOff());
                }
            }
        });
        machine.inputOpened();
        return machine;
    }

    private static void initialize(HostInterrupts kernel) {
        kernel.writeApic(HostInterrupts.SPURIOUS, 0x1ff);
        kernel.writeApic(HostInterrupts.LVT_LINT0, 0x700);
        if (kernel.place() == Irqchip.KERNEL) {
            kernel.initialize8259(false, 8, 0xfb & ~(1 << 3));
        }
    }

    @Test
    void anEdgeFromAnyThreadWakesAHaltedGuest() throws InterruptedException {
        wanted = 3;
        try (Machine machine = machine(new LinuxCalls(), Irqchip.KERNEL, true)) {
            initialize(machine.hostInterrupts());
            HostInterrupts.Line line = machine.hostInterrupts().isa(3, true);
            Thread device = Thread.ofPlatform().start(() -> {
                for (int n = 0; n < 1000 && machine.counters().exits(ExitReason.IO_INSTRUCTION) < 3; n++) {
                    line.set(true);
                    line.set(false);
                    sleep();
                }
            });
            assertEquals(StopReason.Kind.POWER_OFF, machine.run().kind());
            device.join();
            assertEquals(List.of(0x77, 0x77, 0x77), written);
            assertEquals(0, machine.counters().exits(ExitReason.HLT));
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aSharedLineIsDrivenByItsLevel() {
        try (Machine machine = machine(new LinuxCalls(), Irqchip.KERNEL, true)) {
            initialize(machine.hostInterrupts());
            HostInterrupts.Line line = machine.hostInterrupts().isa(3, false);
            machine.post(() -> line.set(true));
            assertEquals(StopReason.Kind.POWER_OFF, machine.run().kind());
            assertEquals(List.of(0x77), written);
        }
    }

    @Test
    void aMessageOfOurIoApicReachesTheLocalApic() {
        try (Machine machine = machine(new LinuxCalls(), Irqchip.SPLIT, false)) {
            HostInterrupts kernel = machine.hostInterrupts();
            initialize(kernel);
            kernel.message(5, LOCAL_APIC, VECTOR);
            assertEquals(StopReason.Kind.POWER_OFF, machine.run().kind());
            assertEquals(List.of(0x77), written);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SPLIT", "KERNEL"})
    void aGuestThatHaltsWithInterruptsDisabledIsFound(Irqchip place) {
        try (Machine machine = machine(new LinuxCalls(), place, false)) {
            initialize(machine.hostInterrupts());
            machine.memory().write(CODE, new byte[] {(byte) 0xfa, (byte) 0xf4});
            assertEquals(StopReason.Kind.HALTED_FOREVER, machine.run().kind());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SPLIT", "KERNEL"})
    void stateThatOnlyAKernelsLocalApicHas(Irqchip place) {
        try (Machine machine = machine(new LinuxCalls(), place, false)) {
            HostInterrupts kernel = machine.hostInterrupts();
            initialize(kernel);
            assertEquals(0x700, kernel.readApic(HostInterrupts.LVT_LINT0));
            assertEquals(0x1ff, kernel.readApic(HostInterrupts.SPURIOUS));
            Vmx vmx = machine.vcpus().getFirst().vmx();
            assertFalse(vmx.capabilities().allows(PrimaryControl.HLT_EXITING));
            assertFalse(vmx.capabilities().has(VmcsField.TPR_THRESHOLD));
            machine.memory().write(CODE, new byte[] {(byte) 0xe6, PORT, (byte) 0xf4});
            vmx.write(VmcsField.GUEST_ACTIVITY_STATE, Activity.HLT);
            machine.stop(StopReason.reset());
            assertEquals(StopReason.Kind.RESET, machine.run().kind());
            assertEquals(Activity.HLT, vmx.read(VmcsField.GUEST_ACTIVITY_STATE));
            assertTrue(written.isEmpty());
            vmx.write(VmcsField.GUEST_ACTIVITY_STATE, Activity.ACTIVE);
            assertEquals(StopReason.Kind.POWER_OFF, machine.run().kind());
        }
    }

    @Test
    void aKernelWithoutSplitControllersIsToldApart() {
        FaultyCalls calls = new FaultyCalls(new LinuxCalls(), Ioctl.CHECK_EXTENSION, (n, which) -> which == 121 ? 0 : 1);
        String message = "";
        try (Machine machine = machine(calls, Irqchip.SPLIT, false)) {
            machine.run();
        } catch (BackendException e) {
            message = e.getMessage();
        }
        assertTrue(message.contains("SPLIT_IRQCHIP") && message.contains("--irqchip user"), message);
    }
}
