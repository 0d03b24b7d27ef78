package org.jvmx.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

class EventDeliveryTest {
    @Test
    void anInterruptFromUserModeSwitchesToTheStackOfTheTss() {
        try (TestGuest guest = TestGuest.mode64().user().code(64, asm -> asm.op(INT, 0x40))) {
            guest.gate64(0x40, TestGuest.CODE64, 0xee, 0);
            guest.cpu.flags(Flags.ONE | Flags.IF | Flags.CF);
            assertEquals(ExitReason.HLT, guest.run().reason());
            assertEquals(0x40, guest.vector());
            assertEquals(TestGuest.INNER_STACK - 40, guest.cpu.gpr[Cpu.RSP]);
            assertArrayEquals(new long[] {TestGuest.CODE + 2, TestGuest.USER_CODE64 | 3, Flags.ONE | Flags.IF | Flags.CF, TestGuest.STACK,
                TestGuest.USER_DATA | 3}, guest.stack(5));
            assertEquals(0, guest.cpu.cpl);
            assertEquals(0, guest.cpu.selector[Cpu.SS]);
            assertFalse(guest.cpu.interruptFlag());
        }
    }

    @Test
    void anInterruptStackIsAlignedAndUsedWithoutChangeOfLevel() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(UD2))) {
            guest.gate64(6, TestGuest.CODE64, 0x8e, 3);
            guest.host.writeLong(TestGuest.TSS + 28 + 24, 0x7809);
            guest.run();
            assertEquals(6, guest.vector());
            assertEquals(0x7800 - 40, guest.cpu.gpr[Cpu.RSP]);
            assertEquals(TestGuest.DATA, guest.cpu.selector[Cpu.SS]);
            assertEquals(TestGuest.STACK, guest.stack(4)[3]);
        }
    }

    @Test
    void aGateOfLevel0IsClosedToSoftwareInterruptsOfLevel3() {
        try (TestGuest guest = TestGuest.mode64().user().code(64, asm -> asm.op(INT, 0x40))) {
            guest.run();
            assertEquals(13, guest.vector());
            assertEquals(0x40 * 8 + 2, guest.stack(1)[0]);
            assertEquals(TestGuest.CODE, guest.stack(2)[1]);
        }
    }

    @Test
    void faultsSetTheResumeFlagInTheirFrame() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(UD2))) {
            guest.run();
            assertEquals(Flags.RF, guest.stack(3)[2] & Flags.RF);
            assertEquals(0, guest.cpu.systemFlags & Flags.RF);
        }
    }

    @Test
    void aPageFaultLoadsCr2AndItsErrorCode() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(MOV, Mem.mem(RAX).d(), ECX))) {
            guest.cpu.gpr[Cpu.RAX] = 0x20_0123;
            guest.run();
            assertEquals(14, guest.vector());
            assertEquals(0x20_0123, guest.cpu.cr2);
            assertEquals(2, guest.stack(1)[0]);
        }
    }

    @Test
    void twoContributoryExceptionsAreADoubleFault() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(MOV_SREG, DS, AX))) {
            guest.cpu.gpr[Cpu.RAX] = 0x7ff8;
            guest.gate64(13, TestGuest.CODE64, 0x0e, 0);
            guest.run();
            assertEquals(8, guest.vector());
            assertArrayEquals(new long[] {0, TestGuest.CODE}, guest.stack(2));
        }
    }

    @Test
    void aFaultInTheDeliveryOfADoubleFaultIsATripleFault() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(UD2))) {
            guest.cpu.idtrLimit = 15;
            assertEquals(ExitReason.TRIPLE_FAULT, guest.run().reason());
            assertEquals(TestGuest.CODE, guest.cpu.rip);
            assertEquals(TestGuest.STACK, guest.cpu.gpr[Cpu.RSP]);
        }
    }

    @Test
    void aBenignExceptionFirstIsNoDoubleFault() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(UD2))) {
            guest.gate64(6, TestGuest.CODE64, 0x0e, 0);
            guest.run();
            assertEquals(11, guest.vector());
            assertEquals(6 * 8 + 2 + 1, guest.stack(1)[0]);
        }
    }

    @Test
    void anInterceptedFaultInADeliveryNamesTheEventThatWasDelivered() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(MOV_SREG, DS, AX))) {
            guest.cpu.gpr[Cpu.RAX] = 0x7ff8;
            guest.gate64(13, TestGuest.CODE64, 0x0e, 0);
            guest.controls.exceptionBitmap = 1 << 11;
            assertEquals(ExitReason.EXCEPTION_NMI, guest.run().reason());
            assertEquals(Interruption.of(3, 11, true), guest.exit.interruptionInformation());
            assertEquals(13 * 8 + 2 + 1, guest.exit.interruptionErrorCode());
            assertEquals(Interruption.of(3, 13, true), guest.exit.idtVectoringInformation());
            assertEquals(0x7ff8, guest.exit.idtVectoringErrorCode());
        }
    }

    @Test
    void aFaultInASoftwareInterruptNamesItAndItsLength() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(INT, 0x40))) {
            guest.gate64(0x40, TestGuest.CODE64, 0x0e, 0);
            guest.controls.exceptionBitmap = 1 << 11;
            guest.run();
            assertEquals(Interruption.of(4, 0x40, false), guest.exit.idtVectoringInformation());
            assertEquals(2, guest.exit.instructionLength());
            assertEquals(0x40 * 8 + 2, guest.exit.interruptionErrorCode());
        }
    }

    @Test
    void anInterceptedPageFaultLeavesCr2() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(MOV, EAX, Mem.mem(RAX)))) {
            guest.cpu.gpr[Cpu.RAX] = 0x20_0000;
            guest.controls.exceptionBitmap = 1 << 14;
            guest.run();
            assertEquals(0x20_0000, guest.exit.qualification());
            assertEquals(0, guest.cpu.cr2);
        }
    }

    @Test
    void interceptedBreakpointsReportTheirLength() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(INT3))) {
            guest.controls.exceptionBitmap = 1 << 3;
            guest.run();
            assertEquals(Interruption.of(6, 3, false), guest.exit.interruptionInformation());
            assertEquals(1, guest.exit.instructionLength());
            assertEquals(TestGuest.CODE, guest.cpu.rip);
        }
    }

    @Test
    void anInjectedInterruptComesBeforeTheFirstInstruction() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(NOP).op(HLT))) {
            guest.processor.inject(Interruption.external(0x55), 0, 0);
            guest.run();
            assertEquals(0x55, guest.vector());
            assertEquals(TestGuest.CODE, guest.stack(1)[0]);
            assertEquals(0, guest.processor.retired());
        }
    }

    @Test
    void anInjectedSoftwareExceptionReturnsBehindItsInstruction() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(INT3))) {
            guest.processor.inject(Interruption.of(6, 3, false), 0, 1);
            guest.run();
            assertEquals(3, guest.vector());
            assertEquals(TestGuest.CODE + 1, guest.stack(1)[0]);
        }
    }

    @Test
    void anInjectedNmiBlocksNmisUntilIret() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(HLT))) {
            guest.set(PinBasedControl.NMI_EXITING);
            guest.set(PinBasedControl.VIRTUAL_NMIS);
            guest.processor.inject(Interruption.of(2, 2, false), 0, 0);
            guest.run();
            assertEquals(8, guest.cpu.interruptibility);
            guest.host.write(TestGuest.handler(2), new byte[] {0x48, (byte) 0xcf}, 0, 2);
            guest.set(PrimaryControl.NMI_WINDOW_EXITING);
            assertEquals(ExitReason.NMI_WINDOW, guest.run().reason());
            assertEquals(TestGuest.CODE, guest.cpu.rip);
            assertEquals(0, guest.cpu.interruptibility);
        }
    }

    @Test
    void realModeInterruptsUseTheVectorTableAndIretUndoesThem() {
        try (TestGuest guest = TestGuest.mode16().code(16, asm -> asm.op(INT, 0x21).op(HLT))) {
            guest.host.writeInt(0x21 * 4, 0x0040_0100);
            guest.host.writeByte(0x500, 0xcf);
            guest.cpu.flags(Flags.ONE | Flags.IF);
            guest.run();
            assertEquals(TestGuest.CODE + 2, guest.cpu.rip);
            assertEquals(0, guest.cpu.selector[Cpu.CS]);
            assertTrue(guest.cpu.interruptFlag());
            assertEquals(TestGuest.STACK, guest.cpu.gpr[Cpu.RSP]);
        }
    }

    @Test
    void anInterruptInVirtual8086ModeSavesAndClearsTheSegments() {
        try (TestGuest guest = TestGuest.mode32().code(16, asm -> asm.op(INT, 0x40))) {
            for (int segment = 0; segment < 6; segment++) {
                guest.segment(segment, segment * 2, 0xf3, segment * 32L, 0xffff);
            }
            guest.segment(Cpu.CS, 0, 0xf3, 0, 0xffff);
            guest.cpu.flags(Flags.ONE | Flags.VM | Flags.IOPL);
            guest.cpu.cpl = 3;
            guest.cpu.modeChanged();
            guest.gate32(0x40, TestGuest.CODE32, 0xee, TestGuest.handler(0x40));
            guest.run();
            assertEquals(0x40, guest.vector());
            assertEquals(TestGuest.INNER_STACK - 36, guest.cpu.gpr[Cpu.RSP]);
            long top = guest.cpu.gpr[Cpu.RSP];
            assertEquals(TestGuest.CODE + 2, guest.dword(top));
            assertEquals(Flags.ONE | Flags.VM | Flags.IOPL, guest.dword(top + 8));
            assertEquals(Cpu.GS * 2, guest.dword(top + 32));
            assertEquals(0, guest.cpu.selector[Cpu.DS]);
            assertEquals(0, guest.cpu.flags() & Flags.VM);
        }
    }

    @Test
    void aHandlerThatFaultsForEverLetsTimePass() {
        try (TestGuest guest = TestGuest.mode16().code(16, asm -> asm.op(UD2))) {
            guest.host.writeInt(6 * 4, (int) TestGuest.CODE);
            guest.set(PinBasedControl.ACTIVATE_PREEMPTION_TIMER);
            guest.controls.preemptionTimer = 100;
            assertEquals(ExitReason.PREEMPTION_TIMER, guest.run().reason());
            assertEquals(100, guest.processor.retired());
        }
    }

    @Test
    void aTaskSwitchThroughAGateHasTheLengthOfASoftwareInterruptOnly() {
        try (TestGuest guest = TestGuest.mode32().code(32, asm -> asm.op(INT, 0x40).op(UD2))) {
            guest.host.writeLong(TestGuest.IDT + 8 * 6, 0x8500L << 32 | TestGuest.OTHER_TASK << 16);
            guest.host.writeLong(TestGuest.IDT + 8 * 0x40, 0x8500L << 32 | TestGuest.OTHER_TASK << 16);
            assertEquals(ExitReason.TASK_SWITCH, guest.run().reason());
            assertEquals(2, guest.exit.instructionLength());
            guest.cpu.rip = TestGuest.CODE + 2;
            assertEquals(ExitReason.TASK_SWITCH, guest.run().reason());
            assertEquals(0, guest.exit.instructionLength());
        }
    }
}
