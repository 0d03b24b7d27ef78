package org.jvmx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.jvmx.arch.Msr;
import org.jvmx.arch.Rflags;
import org.jvmx.bus.MsrDevice;
import org.jvmx.bus.PortDevice;
import org.jvmx.bus.Timer;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.Interruption;
import org.jvmx.vmx.IoQualification;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.VmcsField;

class RunLoopTest {
    private static final int PORT = 0x42;

    private final ScriptedBackend backend = new ScriptedBackend();
    private final ScriptedProcessor cpu = backend.processor;
    private final Wires wires = new Wires();
    private final List<Integer> written = new ArrayList<>();
    private Machine machine = machine(MachineSpec.of(backend, List.of(new MemoryRange(0, 1 << 20))));

    private Machine machine(MachineSpec spec) {
        Machine made = new Machine(spec);
        made.attach(wires);
        made.ports().map(PORT, 1, new PortDevice() {
            @Override
            public int in(int offset, int size) {
                return 0x17;
            }

            @Override
            public void out(int offset, int size, int value) {
                written.add(value);
                if (value == 0xff) {
                    made.stop(StopReason.powerOff());
                }
            }
        });
        made.load(VcpuState.real16(0, 0x7c00));
        return made;
    }

    private void respecify(MachineSpec spec) {
        machine.close();
        machine = machine(spec);
    }

    @AfterEach
    void close() {
        machine.close();
    }

    /** The guest does these one after another, then powers off. */
    private void guest(ScriptedProcessor.Guest... steps) {
        int[] at = {0};
        cpu.program = (processor, exit) -> {
            if (at[0] < steps.length) {
                steps[at[0]++].run(processor, exit);
            } else {
                out(exit, 0xff);
            }
        };
    }

    private static void out(Exit exit, int value) {
        exit.begin(ExitReason.IO_INSTRUCTION, IoQualification.of(PORT, 1, false, false, false, true), 2);
        exit.access().port(PORT, 1, true, value);
    }

    private static ScriptedProcessor.Guest exits(ExitReason reason) {
        return (_, exit) -> exit.begin(reason, 0, 1);
    }

    private static ScriptedProcessor.Guest halts() {
        return exits(ExitReason.HLT);
    }

    private void interruptsOn() {
        machine.vmx().write(VmcsField.GUEST_RFLAGS, Rflags.FIXED | Rflags.IF);
    }

    private static boolean has(int controls, PrimaryControl control) {
        return (controls & control.mask()) != 0;
    }

    @Test
    void portWritesReachTheDeviceAndReadsComeBack() {
        long[] read = {0};
        guest((_, exit) -> out(exit, 5), (_, exit) -> {
            exit.begin(ExitReason.IO_INSTRUCTION, IoQualification.of(PORT, 1, true, false, false, true), 2);
            exit.access().port(PORT, 1, false, 0);
        }, (_, exit) -> {
            read[0] = exit.access().data();
            exit.begin(ExitReason.CPUID, 0, 2);
            exit.access().cpuid(0, 0);
        });
        assertEquals(StopReason.Kind.POWER_OFF, machine.run().kind());
        assertEquals(List.of(5, 0xff), written);
        assertEquals(0x17, read[0]);
        assertEquals(4, machine.counters().exits());
        assertEquals(3, machine.counters().exits(ExitReason.IO_INSTRUCTION));
        assertEquals(1, machine.counters().launches());
        assertEquals(3, machine.counters().resumes());
        assertEquals(4, cpu.completions);
    }

    @Test
    void timersRunAtTheirInstruction() {
        List<Long> times = new ArrayList<>();
        Timer timer = machine.clock().timer(() -> times.add(machine.clock().nanos()));
        timer.arm(1234);
        guest((p, exit) -> p.retire(1_000_000, exit));
        machine.run();
        assertEquals(List.of(1234L), times);
        assertEquals(1, machine.counters().exits(ExitReason.PREEMPTION_TIMER));
    }

    @Test
    void aLookAtTheMailboxIsNoExit() {
        guest((p, exit) -> p.retire(Long.MAX_VALUE, exit), (p, exit) -> p.retire(Long.MAX_VALUE, exit));
        machine.run();
        assertEquals(1, machine.counters().exits());
        assertEquals(2, cpu.retries);
    }

    @Test
    void haltJumpsToTheNextTimerAndItsInterruptIsInjected() {
        machine.clock().timer(() -> wires.vector = 0x20).arm(5_000_000);
        interruptsOn();
        guest(halts());
        machine.run();
        assertEquals(Interruption.external(0x20), cpu.injected);
        assertEquals(5_000_000, machine.clock().nanos() - cpu.retired);
        assertEquals(machine.clock().nanos(), machine.clock().tsc());
        assertEquals(machine.clock().tsc() - cpu.retired, cpu.controls.tscOffset);
        assertEquals(1, machine.counters().interrupts());
    }

    @Test
    void haltedWithInterruptsDisabledIsForever() {
        machine.clock().timer(() -> wires.vector = 0x20).arm(5_000_000);
        guest(halts());
        StopReason reason = machine.run();
        assertEquals(StopReason.Kind.HALTED_FOREVER, reason.kind());
        assertEquals(12, reason.exitCode());
    }

    @Test
    void haltedWithNothingToComeIsForever() {
        interruptsOn();
        guest(halts());
        assertEquals(StopReason.Kind.HALTED_FOREVER, machine.run().kind());
    }

    @Test
    void anNmiEndsHaltWithInterruptsDisabled() {
        guest((_, exit) -> {
            wires.nmi = true;
            exit.begin(ExitReason.HLT, 0, 1);
        });
        assertEquals(StopReason.Kind.POWER_OFF, machine.run().kind());
        assertEquals(Interruption.of(Interruption.NMI, 2, false), cpu.injected);
        assertEquals(1, cpu.completions - 1);
    }

    @Test
    void whileInputMayComeAnIdleGuestWaitsInWallTime() {
        List<Long> waits = new ArrayList<>();
        Pacer pacer = new Pacer() {
            @Override
            public long nanos() {
                return 0;
            }

            @Override
            public long park(long nanos) {
                waits.add(nanos);
                if (waits.size() == 1) {
                    machine.post(() -> wires.vector = 0x24);
                    return 300;
                }
                return nanos;
            }

            @Override
            public void wake() {
                // nobody sleeps
            }
        };
        respecify(machine.spec().withPacer(pacer));
        machine.inputOpened();
        machine.clock().timer(() -> wires.vector = 0x20).arm(1000);
        interruptsOn();
        guest(halts(), halts());
        machine.run();
        assertEquals(List.of(1000L, 699L), waits);
        assertEquals(2, machine.counters().interrupts());
    }

    @Test
    void theInstructionLimitIsExact() {
        respecify(machine.spec().withMaxInstructions(12_345));
        cpu.program = (p, exit) -> {
            if (p.retire(1000, exit)) {
                out(exit, 1);
            }
        };
        StopReason reason = machine.run();
        assertEquals(124, reason.exitCode());
        assertEquals(12_345, cpu.retired);
        assertEquals(12_345, machine.counters().instructions());
    }

    @Test
    void theExitLimitIsExact() {
        respecify(machine.spec().withMaxExits(7));
        cpu.program = (_, exit) -> out(exit, 1);
        assertEquals(StopReason.Kind.LIMIT, machine.run().kind());
        assertEquals(7, machine.counters().exits());
    }

    @Test
    void aPolicyDecidesInPlaceOfTheHandler() {
        machine.attach(new ExitPolicy() {
            @Override
            public String name() {
                return "no-halt";
            }

            @Override
            public Set<ExitReason> reasons() {
                return Set.of(ExitReason.HLT);
            }

            @Override
            public Verdict decide(Exit exit, ExitHandler handler) {
                return handler.handle(exit) == Verdict.IDLE ? Verdict.NEXT : Verdict.STOP;
            }
        });
        guest(halts(), halts());
        assertEquals(StopReason.Kind.POWER_OFF, machine.run().kind());
        assertEquals(2, machine.counters().exits(ExitReason.HLT));
    }

    @Test
    void exitsCostWhatTheModelSays() {
        respecify(machine.spec().withCost(reason -> reason == ExitReason.CPUID ? 70 : 0));
        guest((_, exit) -> {
            exit.begin(ExitReason.CPUID, 0, 2);
            exit.access().cpuid(0, 0);
        });
        machine.run();
        assertEquals(70, machine.clock().nanos() - cpu.retired);
    }

    @Test
    void anInterruptWaitsForItsWindow() {
        wires.vector = 0x31;
        List<Boolean> asked = new ArrayList<>();
        guest((p, exit) -> {
            asked.add(has(p.controls.primary, PrimaryControl.INTERRUPT_WINDOW_EXITING));
            p.set(VmcsField.GUEST_RFLAGS, Rflags.FIXED | Rflags.IF);
            exit.begin(ExitReason.INTERRUPT_WINDOW, 0, 0);
        }, (p, exit) -> {
            asked.add(has(p.controls.primary, PrimaryControl.INTERRUPT_WINDOW_EXITING));
            out(exit, 1);
        });
        machine.run();
        assertEquals(List.of(true, false), asked);
        assertEquals(Interruption.external(0x31), cpu.injected);
    }

    @Test
    void anInterruptedDeliveryGoesBeforeANewInterrupt() {
        List<Integer> seen = new ArrayList<>();
        interruptsOn();
        guest((_, exit) -> {
            wires.vector = 0x40;
            exit.begin(ExitReason.EXTERNAL_INTERRUPT, 0, 0);
            exit.idtVectoring(Interruption.external(0x39), 0);
        }, (p, exit) -> {
            seen.add(p.injected);
            exit.begin(ExitReason.INTERRUPT_WINDOW, 0, 0);
        }, (p, exit) -> {
            seen.add(p.injected);
            out(exit, 1);
        });
        machine.run();
        assertEquals(List.of(Interruption.external(0x39), Interruption.external(0x40)), seen);
    }

    @Test
    void msrsGoToTheirDeviceElseToTheProcessor() {
        machine.attach(new MsrDevice() {
            @Override
            public boolean owns(int msr) {
                return msr == Msr.APIC_BASE;
            }

            @Override
            public boolean read(int msr) {
                return true;
            }

            @Override
            public long value() {
                return 0xfee0_0900L;
            }

            @Override
            public boolean write(int msr, long value) {
                return false;
            }
        });
        List<Object> seen = new ArrayList<>();
        guest((_, exit) -> {
            exit.begin(ExitReason.MSR_READ, 0, 2);
            exit.access().msr(Msr.APIC_BASE, false, 0);
        }, (_, exit) -> {
            seen.add(exit.access().data());
            exit.begin(ExitReason.MSR_WRITE, 0, 2);
            exit.access().msr(Msr.APIC_BASE, true, 1);
        }, (p, exit) -> {
            seen.add(Interruption.vector(p.injected));
            exit.begin(ExitReason.MSR_READ, 0, 2);
            exit.access().msr(0x1234, false, 0);
        }, (_, exit) -> {
            seen.add(exit.access().answered());
            out(exit, 1);
        });
        machine.run();
        assertEquals(List.of(0xfee0_0900L, 13, false), seen);
        assertEquals(1, machine.counters().unknownMsrs());
    }

    @Test
    void theTaskPriorityOfGuestAndControllerStayEqual() {
        wires.priority = 0x50;
        List<Integer> seen = new ArrayList<>();
        guest((p, exit) -> {
            long page = p.controls.virtualApicAddress + VmcsSetup.VTPR;
            seen.add(machine.host().readByte(page));
            seen.add(p.controls.tprThreshold);
            machine.host().writeByte(page, 0x20);
            exit.begin(ExitReason.TPR_BELOW_THRESHOLD, 0, 0);
        }, (p, exit) -> {
            seen.add(p.controls.tprThreshold);
            out(exit, 1);
        });
        machine.run();
        assertEquals(List.of(0x50, 5, 2), seen);
        assertEquals(0x20, wires.priority);
    }

    @Test
    void cpuidTellsWhatSoftwareHasEnabled() {
        List<Integer> seen = new ArrayList<>();
        guest((_, exit) -> {
            exit.begin(ExitReason.CPUID, 0, 2);
            exit.access().cpuid(1, 0);
        }, (_, exit) -> {
            seen.add(exit.access().ecx());
            seen.add(exit.access().edx());
            out(exit, 1);
        });
        machine.vmx().write(VmcsField.GUEST_CR4, machine.vmx().read(VmcsField.GUEST_CR4) | 1 << 18);
        machine.run();
        assertEquals(List.of(1 | 1 << 27, -1 & ~(1 << 9)), seen);
    }

    @Test
    void theTimeStampCounterIsWrittenByAnOffset() {
        guest((p, exit) -> {
            p.retire(100, exit);
            exit.begin(ExitReason.MSR_WRITE, 0, 2);
            exit.access().msr(Msr.TSC, true, 1_000_000);
        });
        machine.run();
        assertEquals(1_000_000 - 100, cpu.controls.tscOffset);
        assertEquals(machine.clock().nanos() + 5, machine.clock().nanosAtTsc(machine.clock().tsc() + 5));
        assertEquals(Long.MAX_VALUE, machine.clock().nanosAtTsc(-1));
    }

    @Test
    void romDropsWritesAndHolesReadAllOnes() {
        machine.rom(0xf_f000_0000L, new byte[] {1, 2, 3});
        List<Object> seen = new ArrayList<>();
        guest((_, exit) -> memory(exit, 0xf_f000_0000L, 4, true), (_, exit) -> {
            seen.add(exit.access().answered());
            memory(exit, 0xe_0000_0000L, 4, false);
        }, (_, exit) -> {
            seen.add(exit.access().data());
            out(exit, 1);
        });
        machine.run();
        assertEquals(List.of(true, 0xffff_ffffL), seen);
    }

    private static void memory(Exit exit, long gpa, int size, boolean write) {
        exit.begin(ExitReason.EPT_VIOLATION, write ? 2 : 1, 0);
        exit.physical(gpa);
        exit.access().memory(gpa, size, write, 0);
    }

    @Test
    void ramThatWasTakenAwayIsMappedAgain() {
        machine.mapping().unmap(0x5000, 0x1000);
        guest((_, exit) -> {
            exit.begin(ExitReason.EPT_VIOLATION, 1, 0);
            exit.physical(0x5123);
        });
        machine.run();
        assertEquals(7, machine.mapping().rights(0x5000));
        assertEquals(1, cpu.retries);
    }

    @Test
    void aFetchFromNowhereIsAnUndefinedInstruction() {
        guest((_, exit) -> {
            exit.begin(ExitReason.EPT_VIOLATION, 4, 0);
            exit.physical(0xe_0000_0000L);
        });
        machine.run();
        assertEquals(6, Interruption.vector(cpu.injected));
    }

    @Test
    void aWalkThroughNowhereFindsAllOnes() {
        guest((_, exit) -> {
            exit.begin(ExitReason.EPT_VIOLATION, 1, 0);
            exit.physical(0xe_0000_0008L);
        });
        machine.run();
        assertEquals(7, machine.mapping().rights(0xe_0000_0000L));
    }

    @Test
    void vmxInstructionsAreUndefinedAndHypercallsUnknown() {
        guest(exits(ExitReason.VMREAD), exits(ExitReason.VMCALL));
        machine.run();
        assertEquals(6, Interruption.vector(cpu.injected));
        assertEquals(-1000, cpu.gprs[0]);
    }

    @Test
    void aTripleFaultStopsWithAnAutopsy() {
        backend.deliveries.add(Interruption.of(Interruption.HARDWARE_EXCEPTION, 14, true), 2, 0x7c00, 0xdead_b000L, 9);
        guest((p, exit) -> {
            p.set(VmcsField.GUEST_RIP, 0x7c01);
            exit.begin(ExitReason.TRIPLE_FAULT, 0, 0);
        });
        StopReason reason = machine.run();
        assertEquals(4, reason.exitCode());
        assertTrue(reason.report().contains("#PF error code 0x2 at RIP 0x7c00, address 0xdeadb000"), reason.report());
        assertTrue(reason.report().contains("TRIPLE_FAULT"), reason.report());
    }

    @Test
    void aFailedEntryIsExplained() {
        machine.vmx().write(VmcsField.GUEST_RFLAGS, 0);
        StopReason reason = machine.run();
        assertEquals(6, reason.exitCode());
        assertTrue(reason.report().contains("GUEST_RFLAGS"), reason.report());
        assertEquals(0, cpu.runs);
    }

    @Test
    void aRefusedControlIsExplained() {
        machine.vmx().write(VmcsField.CR3_TARGET_COUNT, 99);
        StopReason reason = machine.run();
        assertEquals(6, reason.exitCode());
        assertTrue(reason.report().contains("CR3_TARGET_COUNT"), reason.report());
    }

    @Test
    void anErrorOfADeviceIsToldWithTheLastExits() {
        machine.ports().map(0x99, 1, new PortDevice() {
            @Override
            public int in(int offset, int size) {
                return 0;
            }

            @Override
            public void out(int offset, int size, int value) {
                throw new IllegalStateException("smoke");
            }
        });
        guest((_, exit) -> {
            exit.begin(ExitReason.IO_INSTRUCTION, 0, 2);
            exit.access().port(0x99, 1, true, 0);
        });
        StopReason reason = machine.run();
        assertEquals(10, reason.exitCode());
        assertTrue(reason.report().contains("smoke") && reason.report().contains("IO_INSTRUCTION"), reason.report());
    }

    @Test
    void aStoppedMachineRunsOn() {
        cpu.program = (_, exit) -> out(exit, written.size() < 3 ? 1 : 0xff);
        machine.post(() -> machine.stop(StopReason.of(StopReason.Kind.INTERRUPTED, "enough")));
        assertEquals(130, machine.run().exitCode());
        assertEquals(0, machine.run().exitCode());
        assertEquals(4, written.size());
    }

    @Test
    void anExitAllocatesNothing() {
        written.clear();
        int[] sum = {0};
        machine.ports().map(0x99, 1, new PortDevice() {
            @Override
            public int in(int offset, int size) {
                return 0;
            }

            @Override
            public void out(int offset, int size, int value) {
                sum[0] += value;
            }
        });
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] start = {0};
        long[] end = {0};
        cpu.program = (p, exit) -> {
            if (p.runs == 20_000) {
                start[0] = threads.getCurrentThreadAllocatedBytes();
            } else if (p.runs == 220_000) {
                end[0] = threads.getCurrentThreadAllocatedBytes();
                out(exit, 0xff);
                return;
            }
            exit.begin(ExitReason.IO_INSTRUCTION, 0, 2);
            exit.access().port(0x99, 1, true, 1);
        };
        machine.run();
        long bytes = end[0] - start[0];
        assertTrue(bytes < 20_000, bytes + " bytes for 200,000 exits");
        assertEquals(219_999, sum[0]);
    }
}
