package org.jvmx.software;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.jvmx.bus.PortDevice;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Label;
import org.jvmx.trace.TraceHash;
import org.jvmx.vm.Machine;
import org.jvmx.vm.MachineSpec;
import org.jvmx.vm.MemoryRange;
import org.jvmx.vm.StopReason;
import org.jvmx.vm.Vcpu;
import org.jvmx.vm.VcpuState;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.VmcsField;

/** Several processors in real-address mode, which take turns; ports stand in for interprocessor interrupts. */
class TurnsTest {
    private static final int INIT = 0x20;
    private static final int STARTUP = 0x21;
    private static final int POWER = 0x22;
    private static final int BOOT = 0x7c00;
    private static final int VECTOR = 0x9;
    private static final int SECOND = VECTOR << 12;
    private static final int FLAG = 0x500;
    private static final int COUNT = 0x510;
    private static final long QUANTUM = 1000;

    private static Machine machine(int cpus) {
        Machine machine = new Machine(MachineSpec.of(new SoftwareBackend(), List.of(new MemoryRange(0, 0x10_0000)))
                .withCpus(cpus).withQuantum(QUANTUM).withMaxInstructions(1_000_000));
        machine.ports().map(INIT, 3, new PortDevice() {
            @Override
            public int in(int offset, int size) {
                return 0;
            }

            @Override
            public void out(int offset, int size, int value) {
                List<Vcpu> others = machine.vcpus().subList(1, cpus);
                switch (offset) {
                    case INIT - INIT -> others.forEach(Vcpu::init);
                    case STARTUP - INIT -> others.forEach(vcpu -> vcpu.startup(value));
                    default -> machine.stop(StopReason.powerOff());
                }
            }
        });
        return machine;
    }

    private static Assembler boot() {
        return new Assembler(16, BOOT);
    }

    /** The code that a start-up IPI leads to; CS begins at it, data segments at 0. */
    private static Assembler second() {
        return new Assembler(16, 0);
    }

    private static Assembler send(Assembler asm, int port, int value) {
        return asm.op(MOV, AL, value).op(OUT, port, AL);
    }

    /** Spins without a PAUSE until a word in memory is AX. */
    private static Assembler await(Assembler asm, int address) {
        Label again = asm.newLabel();
        return asm.bind(again).op(CMP, mem(address), AX).op(JNZ, again);
    }

    private static StopReason run(Machine machine, Assembler boot, Assembler second) {
        machine.memory().write(BOOT, boot.assemble());
        machine.memory().write(SECOND, second.assemble());
        machine.load(VcpuState.real16(0, BOOT));
        return machine.run();
    }

    private static long exits(Machine machine, int vcpu, ExitReason reason) {
        return machine.vcpus().get(vcpu).counters().exits(reason);
    }

    @Test
    void aStartupIpiStartsAProcessorInRealAddressMode() {
        try (Machine machine = machine(2)) {
            Assembler boot = send(boot(), STARTUP, VECTOR).op(MOV, AX, VECTOR << 8);
            send(await(boot, FLAG), POWER, 0);
            StopReason reason = run(machine, boot, second().op(MOV, AX, CS).op(MOV, mem(FLAG), AX).op(CLI).op(HLT));
            assertEquals(StopReason.Kind.POWER_OFF, reason.kind(), reason.message());
            assertEquals(1, exits(machine, 1, ExitReason.SIPI_SIGNAL));
            assertEquals(0, exits(machine, 1, ExitReason.INIT_SIGNAL), "a processor that waits takes no INIT");
            assertEquals(0, machine.vcpus().get(1).vmx().read(VmcsField.GUEST_RFLAGS) & 1 << 9);
        }
    }

    /** Each time that it starts it counts; then it spins until somebody resets it. */
    private static Assembler countAndSpin() {
        Assembler second = second().op(INC, mem(COUNT).w()).op(MOV, AX, mem(COUNT)).op(MOV, mem(FLAG), AX);
        Label again = second.newLabel();
        return second.bind(again).op(JMP, again);
    }

    @Test
    void initLeavesTheGuestAndAStartupIpiStartsItAnew() {
        try (Machine machine = machine(2)) {
            Assembler boot = await(send(boot(), STARTUP, VECTOR).op(MOV, AX, 1), FLAG);
            send(send(boot, INIT, 0), STARTUP, VECTOR).op(MOV, AX, 2);
            send(await(boot, FLAG), POWER, 0);
            StopReason reason = run(machine, boot, countAndSpin());
            assertEquals(StopReason.Kind.POWER_OFF, reason.kind(), reason.message());
            assertEquals(1, exits(machine, 1, ExitReason.INIT_SIGNAL));
            assertEquals(2, exits(machine, 1, ExitReason.SIPI_SIGNAL));
        }
    }

    @Test
    void aStartupIpiForAProcessorThatRunsIsLost() {
        try (Machine machine = machine(2)) {
            Assembler boot = await(send(boot(), STARTUP, VECTOR).op(MOV, AX, 1), FLAG);
            send(boot, STARTUP, VECTOR);
            Label wait = boot.newLabel();
            boot.op(MOV, CX, 5000).bind(wait).op(DEC, CX).op(JNZ, wait);
            run(machine, send(boot, POWER, 0), countAndSpin());
            assertEquals(1, machine.memory().readShort(COUNT) & 0xffff);
            assertEquals(1, exits(machine, 1, ExitReason.SIPI_SIGNAL));
        }
    }

    @Test
    void initOfTheFirstProcessorResetsTheMachine() {
        try (Machine machine = machine(1)) {
            machine.vcpus().getFirst().init();
            assertEquals(StopReason.Kind.RESET, run(machine, boot().op(NOP), second().op(NOP)).kind());
            assertEquals(1, exits(machine, 0, ExitReason.INIT_SIGNAL));
        }
    }

    @Test
    void processorsTakeTurnsOfAQuantum() {
        try (Machine machine = machine(3)) {
            Assembler boot = send(boot(), STARTUP, VECTOR);
            Label first = boot.newLabel();
            boot.bind(first).op(INC, mem(COUNT + 2).w()).op(JMP, first);
            Assembler second = second();
            Label others = second.newLabel();
            StopReason reason = run(machine, boot, second.bind(others).op(INC, mem(COUNT + 4).w()).op(JMP, others));
            assertEquals(StopReason.Kind.LIMIT, reason.kind());
            long retired = 0;
            for (Vcpu vcpu : machine.vcpus()) {
                long own = vcpu.counters().instructions();
                assertTrue(Math.abs(own - 333_333) <= QUANTUM, own + " instructions");
                assertEquals(0, vcpu.counters().exits(ExitReason.PREEMPTION_TIMER), "the end of a turn is nobody's event");
                retired += own;
            }
            assertEquals(1_000_000, retired);
            assertEquals(1_000_000, machine.clock().nanos());
            assertEquals(1_000_000, machine.counters().instructions());
        }
    }

    @Test
    void aPauseEndsTheTurnOnlyWhileAnotherCanRun() {
        try (Machine machine = machine(2)) {
            Assembler boot = boot();
            Label alone = boot.newLabel();
            boot.op(MOV, CX, 100).bind(alone).op(PAUSE).op(DEC, CX).op(JNZ, alone);
            send(boot, STARTUP, VECTOR).op(MOV, AX, 1);
            Label spin = boot.newLabel();
            boot.bind(spin).op(PAUSE).op(CMP, mem(FLAG), AX).op(JNZ, spin);
            Assembler second = second();
            Label busy = second.newLabel();
            second.op(MOV, CX, 2000).bind(busy).op(DEC, CX).op(JNZ, busy).op(MOV, AX, 1).op(MOV, mem(FLAG), AX).op(CLI).op(HLT);
            assertEquals(StopReason.Kind.POWER_OFF, run(machine, send(boot, POWER, 0), second).kind());
            long pauses = exits(machine, 0, ExitReason.PAUSE_INSTRUCTION);
            assertTrue(pauses >= 3 && pauses <= 6, pauses + " exits: one for each turn of the other processor");
        }
    }

    /** A jump to itself becomes two NOPs. */
    @Test
    void codeThatAnotherProcessorWritesRunsAsWritten() {
        try (Machine machine = machine(2)) {
            Assembler boot = await(send(boot(), STARTUP, VECTOR).op(MOV, AX, 1), FLAG);
            boot.op(MOV, AX, SECOND >> 4).op(MOV, DS, AX).op(MOV, mem(0x40).w(), 0x9090);
            boot.op(XOR, AX, AX).op(MOV, DS, AX).op(MOV, AX, 2);
            Assembler second = second().op(MOV, AX, 1).op(MOV, mem(FLAG), AX);
            second.org(0x40).db(0xeb, 0xfe).op(MOV, AX, 2).op(MOV, mem(FLAG), AX).op(CLI).op(HLT);
            StopReason reason = run(machine, send(await(boot, FLAG), POWER, 0), second);
            assertEquals(StopReason.Kind.POWER_OFF, reason.kind(), reason.message());
        }
    }

    @Test
    void timeStampCountersAreInStep() {
        try (Machine machine = machine(2)) {
            Assembler boot = send(boot(), STARTUP, VECTOR).op(MOV, AX, 1);
            await(boot, FLAG).op(RDTSC).op(MOV, mem(COUNT), EAX);
            Assembler second = second().op(RDTSC).op(MOV, mem(COUNT + 4), EAX).op(MOV, AX, 1).op(MOV, mem(FLAG), AX).op(CLI).op(HLT);
            run(machine, send(boot, POWER, 0), second);
            int early = machine.memory().readInt(COUNT + 4);
            int late = machine.memory().readInt(COUNT);
            assertTrue(early > 0 && early < late && late <= machine.clock().nanos(), early + " before " + late);
            assertEquals(machine.vcpus().getFirst().clock().tsc(), machine.vcpus().getLast().clock().tsc());
        }
    }

    @Test
    void theSameGuestHasTheSameTraceHash() {
        TraceHash first = new TraceHash();
        TraceHash second = new TraceHash();
        for (TraceHash hash : List.of(first, second)) {
            try (Machine machine = machine(4)) {
                machine.attach(hash);
                Assembler boot = await(send(boot(), STARTUP, VECTOR).op(MOV, AX, 1), FLAG);
                run(machine, send(boot, POWER, 0), countAndSpin());
            }
        }
        assertEquals(first.footer(), second.footer());
    }

    @Test
    void processorsThatAllHaltWithoutInterruptsAreTheEnd() {
        try (Machine machine = machine(2)) {
            StopReason reason = run(machine, send(boot(), STARTUP, VECTOR).op(CLI).op(HLT), second().op(CLI).op(HLT));
            assertEquals(StopReason.Kind.HALTED_FOREVER, reason.kind());
            assertEquals("all processors halted with interrupts disabled", reason.message());
        }
    }
}
