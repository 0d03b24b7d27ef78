package org.jvmx.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import org.junit.jupiter.api.Test;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Mem;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.Interruption;
import org.jvmx.vmx.PinBasedControl;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.VmcsField;

class BoundaryTest {
    private static final long DR6_BS = 1 << 14;

    @Test
    void theTrapFlagTrapsAfterOneInstruction() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(NOP).op(NOP).op(HLT))) {
            guest.cpu.flags(Flags.ONE | Flags.TF);
            guest.run();
            assertEquals(1, guest.vector());
            assertEquals(TestGuest.CODE + 1, guest.stack(1)[0]);
            assertEquals(Flags.TF, guest.stack(3)[2] & (Flags.TF | Flags.RF));
            assertEquals(DR6_BS, guest.cpu.dr6 & 0xe00f);
        }
    }

    @Test
    void anInstructionThatSetsTheTrapFlagIsNotTrapped() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(POPFQ).op(NOP).op(HLT))) {
            guest.host.writeLong(TestGuest.STACK, Flags.ONE | Flags.TF);
            guest.run();
            assertEquals(TestGuest.CODE + 2, guest.stack(1)[0]);
        }
    }

    @Test
    void movSsHoldsTheTrapForOneInstruction() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(MOV_SREG, SS, AX).op(NOP).op(HLT))) {
            guest.cpu.gpr[Cpu.RAX] = TestGuest.DATA;
            guest.cpu.flags(Flags.ONE | Flags.TF);
            guest.run();
            assertEquals(1, guest.vector());
            assertEquals(TestGuest.CODE + 3, guest.stack(1)[0]);
        }
    }

    @Test
    void aSoftwareInterruptTakesTheTrapWithIt() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(INT, 0x40).op(HLT))) {
            guest.cpu.flags(Flags.ONE | Flags.TF);
            guest.run();
            assertEquals(0x40, guest.vector());
        }
    }

    @Test
    void stiOpensTheInterruptWindowOneInstructionLater() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(NOP).op(STI).op(NOP).op(NOP).op(HLT))) {
            guest.set(PrimaryControl.INTERRUPT_WINDOW_EXITING);
            assertEquals(ExitReason.INTERRUPT_WINDOW, guest.run().reason());
            assertEquals(TestGuest.CODE + 3, guest.cpu.rip);
            assertEquals(0, guest.processor.guestState(VmcsField.GUEST_INTERRUPTIBILITY_STATE));
        }
    }

    @Test
    void blockingByStiIsSeenByAnExitInItsShadow() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(STI).op(HLT))) {
            guest.run();
            assertEquals(1, guest.processor.guestState(VmcsField.GUEST_INTERRUPTIBILITY_STATE));
            assertTrue(guest.processor.complete(guest.exit));
            assertEquals(0, guest.processor.guestState(VmcsField.GUEST_INTERRUPTIBILITY_STATE));
            assertEquals(TestGuest.CODE + 2, guest.cpu.rip);
        }
    }

    @Test
    void aWindowThatIsOpenExitsBeforeTheFirstInstruction() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(HLT))) {
            guest.set(PrimaryControl.INTERRUPT_WINDOW_EXITING);
            guest.cpu.flags(Flags.ONE | Flags.IF);
            assertEquals(ExitReason.INTERRUPT_WINDOW, guest.run().reason());
            assertEquals(0, guest.processor.retired());
        }
    }

    @Test
    void thePreemptionTimerCountsInstructions() {
        try (TestGuest guest = TestGuest.mode64().code(64,
                asm -> asm.bind("loop").op(NOP).op(NOP).op(JMP, asm.label("loop")))) {
            guest.set(PinBasedControl.ACTIVATE_PREEMPTION_TIMER);
            guest.controls.preemptionTimer = 1000;
            assertEquals(ExitReason.PREEMPTION_TIMER, guest.run().reason());
            assertEquals(1000, guest.processor.retired());
            guest.controls.preemptionTimer = 0;
            guest.run();
            assertEquals(1000, guest.processor.retired());
        }
    }

    @Test
    void theMonitorTrapFlagExitsAfterEachInstruction() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(NOP).op(NOP).op(NOP).op(HLT))) {
            guest.set(PrimaryControl.MONITOR_TRAP_FLAG);
            for (int n = 1; n <= 3; n++) {
                assertEquals(ExitReason.MONITOR_TRAP_FLAG, guest.run().reason());
                assertEquals(TestGuest.CODE + n, guest.cpu.rip);
            }
            assertEquals(ExitReason.HLT, guest.run().reason());
        }
    }

    @Test
    void theMonitorTrapFlagExitsBehindAnInjectedEvent() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(NOP))) {
            guest.set(PrimaryControl.MONITOR_TRAP_FLAG);
            guest.processor.inject(Interruption.external(0x40), 0, 0);
            assertEquals(ExitReason.MONITOR_TRAP_FLAG, guest.run().reason());
            assertEquals(0x40, guest.vector());
            assertEquals(0, guest.processor.retired());
        }
    }

    @Test
    void anInstructionBreakpointFaultsAndTheResumeFlagPassesIt() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(NOP).op(NOP).op(HLT))) {
            guest.cpu.dr[1] = TestGuest.CODE + 1;
            guest.cpu.dr7 = 0x400 | 1 << 2;
            guest.cpu.modeChanged();
            guest.run();
            assertEquals(1, guest.vector());
            assertEquals(TestGuest.CODE + 1, guest.stack(1)[0]);
            assertEquals(2, guest.cpu.dr6 & 0xe00f);
            assertEquals(0, guest.stack(3)[2] & Flags.RF);
            guest.host.writeLong(guest.cpu.gpr[Cpu.RSP] + 16, Flags.ONE | Flags.RF);
            guest.host.write(TestGuest.handler(1), new byte[] {0x48, (byte) 0xcf}, 0, 2);
            guest.run();
            assertEquals(TestGuest.CODE + 2, guest.cpu.rip);
            assertEquals(0, guest.cpu.systemFlags & Flags.RF);
        }
    }

    @Test
    void aDataBreakpointTrapsAfterTheAccess() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(MOV, Mem.mem(RBX).d(), EAX).op(NOP).op(HLT))) {
            guest.cpu.gpr[Cpu.RBX] = 0x5000;
            guest.cpu.gpr[Cpu.RAX] = 7;
            guest.cpu.dr[0] = 0x5002;
            guest.cpu.dr7 = 0x400 | 1 | 1 << 16;
            guest.cpu.modeChanged();
            guest.run();
            assertEquals(1, guest.vector());
            assertEquals(TestGuest.CODE + 2, guest.stack(1)[0]);
            assertEquals(7, guest.dword(0x5000));
            assertEquals(1, guest.cpu.dr6 & 0xe00f);
        }
    }

    @Test
    void generalDetectIsAFaultThatSwitchesItselfOff() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(MOV_DR, RAX, DR0).op(HLT))) {
            guest.cpu.dr7 = 0x400 | 1 << 13;
            guest.run();
            assertEquals(TestGuest.CODE, guest.stack(1)[0]);
            assertEquals(1 << 13, guest.cpu.dr6 & 0xe00f);
            assertEquals(0x400, guest.cpu.dr7);
        }
    }

    @Test
    void syscallIsSteppedOverByTheFlagThatItLoads() {
        try (TestGuest guest = TestGuest.mode64().user().code(64, asm -> asm.op(SYSCALL))) {
            guest.cpu.flags(Flags.ONE | Flags.TF);
            guest.cpu.star = (long) TestGuest.CODE64 << 32;
            guest.cpu.lstar = TestGuest.CODE + 0x100;
            guest.cpu.fmask = Flags.TF;
            guest.host.writeByte(TestGuest.CODE + 0x100, 0xf4);
            guest.run();
            assertEquals(TestGuest.CODE + 0x100, guest.cpu.rip);
            assertEquals(Flags.TF, guest.cpu.gpr[11] & Flags.TF);
        }
    }

    @Test
    void aHaltedGuestWaitsForTheTimer() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(HLT))) {
            guest.clear(PrimaryControl.HLT_EXITING);
            guest.set(PinBasedControl.ACTIVATE_PREEMPTION_TIMER);
            guest.controls.preemptionTimer = 500;
            assertEquals(ExitReason.PREEMPTION_TIMER, guest.run().reason());
            assertEquals(1, guest.cpu.activity);
            assertEquals(1, guest.processor.retired());
            assertEquals(500, guest.processor.tsc());
        }
    }
}
