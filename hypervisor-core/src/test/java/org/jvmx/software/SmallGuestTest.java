package org.jvmx.software;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.jvmx.arch.ModelName;
import org.jvmx.arch.Msr;
import org.jvmx.bus.MmioDevice;
import org.jvmx.bus.MsrDevice;
import org.jvmx.bus.Timer;
import org.jvmx.error.ConfigException;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Label;
import org.jvmx.trace.TraceHash;
import org.jvmx.vm.Machine;
import org.jvmx.vm.MachineSpec;
import org.jvmx.vm.MemoryRange;
import org.jvmx.vm.StopReason;
import org.jvmx.vm.VcpuState;
import org.jvmx.vmx.Backend;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.VmcsField;

class SmallGuestTest {
    private static Assembler code() {
        return new Assembler(64, SmallGuest.CODE);
    }

    private static Assembler powerOff(Assembler asm) {
        return asm.op(OUT, SmallGuest.POWER, AL).op(HLT);
    }

    private static void expectPowerOff(SmallGuest guest) {
        StopReason reason = guest.run();
        assertEquals(StopReason.Kind.POWER_OFF, reason.kind(), reason.message() + System.lineSeparator() + reason.report());
    }

    @Test
    void portsAreReadAndWritten() {
        try (SmallGuest guest = new SmallGuest()) {
            guest.load(powerOff(code().op(IN, AL, SmallGuest.SOURCE).op(ADD, AL, 1).op(OUT, SmallGuest.SINK, AL)));
            expectPowerOff(guest);
            assertEquals(List.of(0x31), guest.written);
            assertEquals(4, guest.machine.clock().retired());
            assertEquals(3, guest.machine.counters().exits());
        }
    }

    @Test
    void stringsGoThroughPortsByteByByte() {
        try (SmallGuest guest = new SmallGuest()) {
            guest.load(powerOff(code().op(MOV, EDX, SmallGuest.SOURCE).op(MOV, EDI, 0x5_0000).op(MOV, ECX, 3).rep().op(INSB)
                    .op(MOV, EDX, SmallGuest.SINK).op(MOV, ESI, 0x5_0000).op(MOV, ECX, 3).rep().op(OUTSB)));
            expectPowerOff(guest);
            assertEquals(List.of(0x30, 0x31, 0x32), guest.written);
        }
    }

    private static final class Echo implements MmioDevice {
        final List<String> accesses = new ArrayList<>();

        @Override
        public long read(long offset, int size) {
            accesses.add("r" + size + "@" + offset);
            return 0x1122_3344_5566_7788L;
        }

        @Override
        public void write(long offset, int size, long value) {
            accesses.add("w" + size + "@" + offset + "=" + Long.toHexString(size == 8 ? value : value & (1L << 8 * size) - 1));
        }
    }

    @Test
    void memoryMappedDevicesAreReadAndWritten() {
        Echo echo = new Echo();
        try (SmallGuest guest = new SmallGuest()) {
            guest.machine.mmio().map(0xc000_0000L, 0x1000, echo);
            guest.load(powerOff(code().op(MOV, EBX, 0xc000_0000L).op(MOV, EAX, mem(RBX, 4)).op(MOV, mem(RBX, 8), AX)
                    .op(ADD, mem(RBX, 16).q(), 1).op(LEA, RSI, mem(RBX, 32)).op(LEA, RDI, mem(RBX, 64)).op(MOVSD)));
            expectPowerOff(guest);
            assertEquals(List.of("r4@4", "w2@8=7788", "r8@16", "w8@16=1122334455667789", "r4@32", "w4@64=55667788"), echo.accesses);
        }
    }

    @Test
    void whereNothingIsReadsAreAllOnes() {
        try (SmallGuest guest = new SmallGuest()) {
            guest.load(
                    powerOff(code().op(MOV, EBX, 0xc800_0000L).op(MOV, mem(RBX), RBX).op(MOV, EAX, mem(RBX)).op(OUT, SmallGuest.SINK, AL)));
            expectPowerOff(guest);
            assertEquals(List.of(0xff), guest.written);
        }
    }

    @Test
    void romIsReadAndExecutedButNotWritten() {
        try (SmallGuest guest = new SmallGuest()) {
            guest.machine.rom(0xc_0000, new byte[] {(byte) 0xb0, 0x42, (byte) 0xc3});
            guest.load(powerOff(code().op(MOV, EBX, 0xc_0000).op(MOV, mem(RBX, 1).b(), 7).op(CALL, RBX).op(OUT, SmallGuest.SINK, AL)));
            expectPowerOff(guest);
            assertEquals(List.of(0x42), guest.written);
        }
    }

    @Test
    void msrsReachTheirDeviceAndBadOnesFault() {
        List<Long> written = new ArrayList<>();
        try (SmallGuest guest = new SmallGuest()) {
            guest.machine.attach(new MsrDevice() {
                @Override
                public boolean owns(int msr) {
                    return msr == Msr.TSC_DEADLINE;
                }

                @Override
                public boolean read(int msr) {
                    return true;
                }

                @Override
                public long value() {
                    return 0x1_0000_0055L;
                }

                @Override
                public boolean write(int msr, long value) {
                    return written.add(value);
                }
            });
            Assembler asm = code().op(MOV, ECX, Msr.TSC_DEADLINE).op(RDMSR).op(OUT, SmallGuest.SINK, AL).op(MOV, AL, 0x66).op(WRMSR)
                    .op(MOV, ECX, 0x1234).op(RDMSR);
            long handler = asm.here();
            guest.handler(13, handler).load(powerOff(asm.op(MOV, AL, 0x0d).op(OUT, SmallGuest.SINK, AL)));
            expectPowerOff(guest);
            assertEquals(List.of(0x55, 0x0d), guest.written);
            assertEquals(List.of(0x1_0000_0066L), written);
            assertEquals(1, guest.machine.counters().unknownMsrs());
        }
    }

    /** Ticks every 4 ms; the guest counts five of them between HLTs. */
    private static SmallGuest ticking(TraceHash hash) {
        SmallGuest guest = new SmallGuest();
        Timer[] timer = new Timer[1];
        timer[0] = guest.machine.clock().timer(() -> {
            guest.vector = 0x40;
            timer[0].arm(guest.machine.clock().nanos() + 4_000_000);
        });
        timer[0].arm(4_000_000);
        guest.machine.attach(hash);
        Assembler asm = code();
        Label wait = asm.newLabel();
        asm.op(XOR, EBX, EBX).op(STI).bind(wait).op(HLT).op(CMP, EBX, 5).op(JNZ, wait);
        powerOff(asm);
        guest.handler(0x40, asm.here());
        asm.op(INC, EBX).op(IN, AL, SmallGuest.SOURCE).op(OUT, SmallGuest.SINK, AL).op(IRETQ);
        return guest.load(asm);
    }

    @Test
    void timersWakeAHaltedGuest() {
        try (SmallGuest guest = ticking(new TraceHash())) {
            expectPowerOff(guest);
            assertEquals(List.of(0x30, 0x31, 0x32, 0x33, 0x34), guest.written);
            long nanos = guest.machine.clock().nanos();
            assertTrue(nanos > 20_000_000 && nanos < 20_000_100, nanos + " ns");
            assertEquals(5, guest.machine.counters().interrupts());
            assertTrue(guest.machine.clock().retired() < 100);
        }
    }

    @Test
    void theSameGuestHasTheSameTraceHash() {
        TraceHash first = new TraceHash();
        TraceHash second = new TraceHash();
        for (TraceHash hash : List.of(first, second)) {
            try (SmallGuest guest = ticking(hash)) {
                expectPowerOff(guest);
            }
        }
        assertEquals(first.footer(), second.footer());
        assertEquals(16, first.footer().exits());
    }

    @Test
    void anOpenInputChangesNoTrace() {
        TraceHash first = new TraceHash();
        TraceHash second = new TraceHash();
        try (SmallGuest guest = ticking(first)) {
            expectPowerOff(guest);
        }
        try (SmallGuest guest = ticking(second)) {
            guest.machine.inputOpened();
            expectPowerOff(guest);
        }
        assertEquals(first.footer(), second.footer());
    }

    @Test
    void timersInterruptABusyGuestAtTheirInstruction() {
        try (SmallGuest guest = new SmallGuest()) {
            Assembler asm = code();
            asm.op(STI);
            Label loop = asm.newLabel();
            asm.bind(loop).op(INC, RBX).op(JMP, loop);
            guest.handler(0x40, asm.here());
            guest.load(powerOff(asm));
            guest.machine.clock().timer(() -> guest.vector = 0x40).arm(3_000_001);
            expectPowerOff(guest);
            assertEquals(1_500_000, guest.machine.vmx().registers().gpr(3));
            assertEquals(3_000_002, guest.machine.clock().retired());
        }
    }

    @Test
    void anInterruptWaitsUntilTheGuestEnablesIt() {
        try (SmallGuest guest = new SmallGuest()) {
            guest.vector = 0x40;
            Assembler asm = code().op(MOV, AL, 1).op(OUT, SmallGuest.SINK, AL).op(STI).op(MOV, AL, 2).op(OUT, SmallGuest.SINK, AL);
            powerOff(asm);
            guest.handler(0x40, asm.here());
            guest.load(powerOff(asm.op(ADD, AL, 0x40).op(OUT, SmallGuest.SINK, AL)));
            expectPowerOff(guest);
            assertEquals(List.of(1, 0x42), guest.written);
            assertEquals(1, guest.machine.counters().exits(ExitReason.INTERRUPT_WINDOW));
        }
    }

    @Test
    void cr8HoldsInterruptsBack() {
        try (SmallGuest guest = new SmallGuest()) {
            guest.vector = 0x40;
            Assembler asm = code().op(MOV, EAX, 4).op(MOV_CR, CR8, RAX).op(STI).op(NOP).op(MOV_CR, RBX, CR8).op(MOV, AL, BL)
                    .op(OUT, SmallGuest.SINK, AL).op(MOV, EAX, 3).op(MOV_CR, CR8, RAX).op(NOP);
            guest.priority = 0x50;
            powerOff(asm);
            guest.handler(0x40, asm.here());
            guest.load(powerOff(asm.op(OUT, SmallGuest.SINK, AL)));
            expectPowerOff(guest);
            assertEquals(List.of(4, 3), guest.written);
            assertEquals(0x30, guest.priority);
        }
    }

    @Test
    void theBitsThatVmxNeedsAreHidden() {
        try (SmallGuest guest = new SmallGuest()) {
            Assembler asm = code().op(MOV_CR, RAX, CR4).op(SHR, EAX, 13).op(OUT, SmallGuest.SINK, AL)
                    .op(MOV_CR, RAX, CR0).op(MOV, EBX, EAX).op(SHR, EAX, 5).op(AND, AL, 1).op(OUT, SmallGuest.SINK, AL)
                    .op(OR, EBX, 0x20).op(MOV_CR, CR0, RBX).op(MOV_CR, RAX, CR0).op(SHR, EAX, 5).op(AND, AL, 1).op(OUT, SmallGuest.SINK, AL)
                    .op(MOV_CR, RAX, CR4).op(OR, EAX, 0x2000).op(MOV_CR, CR4, RAX);
            guest.handler(13, asm.here());
            guest.load(powerOff(asm.op(MOV, AL, 0x0d).op(OUT, SmallGuest.SINK, AL)));
            expectPowerOff(guest);
            assertEquals(List.of(0, 0, 1, 0x0d), guest.written);
        }
    }

    @Test
    void vmxIsNotOffered() {
        try (SmallGuest guest = new SmallGuest()) {
            Assembler asm = code().op(MOV, EAX, 1).op(CPUID).op(SHR, ECX, 5).op(MOV, AL, CL).op(AND, AL, 1).op(OUT, SmallGuest.SINK, AL)
                    .op(VMCALL).op(NEG, EAX).op(CMP, EAX, 1000).op(SETZ, AL).op(OUT, SmallGuest.SINK, AL).op(VMXOFF);
            guest.handler(6, asm.here());
            guest.load(powerOff(asm.op(MOV, AL, 6).op(OUT, SmallGuest.SINK, AL)));
            expectPowerOff(guest);
            assertEquals(List.of(0, 1, 6), guest.written);
        }
    }

    @Test
    void theTimeStampCounterCountsInstructionsAndIdleTime() {
        try (SmallGuest guest = new SmallGuest()) {
            guest.machine.clock().timer(() -> guest.vector = 0x40).arm(1_000_000);
            Assembler asm = code().op(STI).op(HLT).op(RDTSC).op(MOV, mem(0x5_0000).segment(DS), EAX);
            powerOff(asm);
            guest.handler(0x40, asm.here());
            guest.load(asm.op(IRETQ));
            expectPowerOff(guest);
            assertEquals(1_000_002, guest.machine.memory().readInt(0x5_0000));
        }
    }

    @Test
    void pagingStructuresWhereNothingIsAreAllOnes() {
        try (SmallGuest guest = new SmallGuest()) {
            guest.load(code().op(MOV, EAX, 0xc800_0000L).op(MOV_CR, CR3, RAX));
            StopReason reason = guest.run();
            assertEquals(StopReason.Kind.TRIPLE_FAULT, reason.kind(), reason.message());
            assertTrue(reason.report().contains("#PF error code 0x9 at RIP 0x10008"), reason.report());
        }
    }

    @Test
    void codeWhereNothingIsIsUndefined() {
        try (SmallGuest guest = new SmallGuest()) {
            Assembler asm = code().op(MOV, EAX, 0xc800_0000L).op(JMP, RAX);
            guest.handler(6, asm.here());
            guest.load(powerOff(asm.op(MOV, AL, 6).op(OUT, SmallGuest.SINK, AL)));
            expectPowerOff(guest);
            assertEquals(List.of(6), guest.written);
        }
    }

    @Test
    void anInterruptFrameMayGoToADevice() {
        Echo echo = new Echo();
        try (SmallGuest guest = new SmallGuest()) {
            guest.machine.mmio().map(0xc000_0000L, 0x1000, echo);
            Assembler asm = code().op(MOV, ESP, 0xc000_0040L).op(UD2);
            guest.handler(6, asm.here());
            guest.load(powerOff(asm.op(MOV, AL, 6).op(OUT, SmallGuest.SINK, AL)));
            expectPowerOff(guest);
            assertEquals(List.of(6), guest.written);
            assertEquals(List.of("w8@56=18", "w8@48=c0000040", "w8@40=10002", "w8@32=10", "w8@24=10005"), echo.accesses);
        }
    }

    @Test
    void aTripleFaultIsExplained() {
        try (SmallGuest guest = new SmallGuest()) {
            guest.load(code().op(MOV, EAX, 0x4000_0000).op(MOV, EBX, mem(RAX)));
            StopReason reason = guest.run();
            assertEquals(StopReason.Kind.TRIPLE_FAULT, reason.kind());
            String report = reason.report();
            assertTrue(report.contains("#PF error code 0x0 at RIP 0x10005, address 0x40000000, after 1 instructions"), report);
            assertTrue(report.contains("not present"), report);
            assertTrue(report.contains("#GP error code 0x73"), report);
            assertTrue(report.contains("#DF error code 0x0"), report);
            assertTrue(report.contains("linear 0x40000000: PML4E 0x2023 PDPTE 0x0 not mapped"), report);
            assertTrue(report.contains("mov    ebx,DWORD PTR [rax]"), report);
            assertTrue(report.contains("last VM exits:"), report);
        }
    }

    @Test
    void aFailedEntryIsExplained() {
        try (SmallGuest guest = new SmallGuest()) {
            guest.load(powerOff(code()));
            guest.machine.vmx().write(VmcsField.GUEST_CR3, 1L << 60);
            StopReason reason = guest.run();
            assertEquals(StopReason.Kind.ENTRY_FAILURE, reason.kind());
            assertTrue(reason.report().contains("GUEST_CR3") && reason.report().contains("hint"), reason.report());
        }
    }

    @Test
    void aHaltWithInterruptsDisabledIsForever() {
        try (SmallGuest guest = new SmallGuest()) {
            guest.load(code().op(CLI).op(HLT));
            assertEquals(12, guest.run().exitCode());
        }
    }

    @Test
    void theInstructionLimitIsExact() {
        MachineSpec spec = MachineSpec.of(new SoftwareBackend(), List.of(new MemoryRange(0, 0x10_0000))).withMaxInstructions(2_000_003);
        try (SmallGuest guest = new SmallGuest(spec)) {
            Assembler asm = code();
            Label loop = asm.newLabel();
            guest.load(asm.bind(loop).op(INC, RBX).op(OUT, SmallGuest.SINK, AL).op(JMP, loop));
            assertEquals(124, guest.run().exitCode());
            assertEquals(2_000_003, guest.machine.clock().retired());
            assertEquals((2_000_003 + 2) / 3, guest.machine.vmx().registers().gpr(3));
        }
    }

    @Test
    void realModeRuns() {
        try (Machine machine = new Machine(MachineSpec.of(new SoftwareBackend(), List.of(new MemoryRange(0, 0x10_0000))))) {
            Assembler asm = new Assembler(16, 0x7c00).op(MOV, AX, 0x1234).op(MOV, mem(0x500), AX).op(CLI).op(HLT);
            machine.memory().write(0x7c00, asm.assemble());
            machine.load(VcpuState.real16(0, 0x7c00));
            assertEquals(StopReason.Kind.HALTED_FOREVER, machine.run().kind());
            assertEquals(0x1234, machine.memory().readShort(0x500));
        }
    }

    @Test
    void theBackendIsFoundAndModelsAreNamed() {
        Backend backend = Backend.installed().stream().filter(b -> b.name().equals("software")).findFirst().orElseThrow();
        assertEquals("jvmx-v1", ModelName.parse("jvmx-v1").name());
        assertEquals("jvmx-v1,-sse42", ModelName.parse("jvmx-v1,-sse4.2,+aes").name());
        assertThrows(ConfigException.class, () -> ModelName.parse("pentium"));
        assertThrows(ConfigException.class, () -> ModelName.parse("jvmx-v1,+vmx"));
        assertThrows(ConfigException.class, () -> ModelName.parse("jvmx-v1,-frobnicate"));
        assertEquals(null, backend.obstacle());
    }
}
