package org.jvmx.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import org.junit.jupiter.api.Test;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.FarPointer;
import org.jvmx.isa.Mem;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.TaskSwitch;

class ControlRegisterTest {
    private static final long PG = 1L << 31;

    @Test
    void pagingWithLmeEntersIa32eMode() {
        try (TestGuest guest = TestGuest.mode32().code(32, asm -> asm.op(MOV_CR, CR0, EAX).op(HLT))) {
            guest.host.writeLong(TestGuest.TABLES, TestGuest.TABLES + 0x1000 | 7);
            guest.host.writeLong(TestGuest.TABLES + 0x1000, TestGuest.TABLES + 0x2000 | 7);
            guest.host.writeLong(TestGuest.TABLES + 0x2000, 0x87);
            guest.cpu.cr3 = TestGuest.TABLES;
            guest.cpu.cr4 |= 0x20;
            guest.cpu.efer = 0x100;
            guest.cpu.gpr[Cpu.RAX] = guest.cpu.cr0 | PG;
            assertEquals(ExitReason.HLT, guest.run().reason());
            assertEquals(0x500, guest.cpu.efer);
            assertEquals(TestGuest.CODE + 3, guest.cpu.rip);
        }
    }

    @Test
    void leavingPagingInSixtyFourBitModeIsRefused() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(MOV_CR, CR0, RAX).op(HLT))) {
            guest.cpu.gpr[Cpu.RAX] = guest.cpu.cr0 & ~PG;
            guest.run();
            assertEquals(13, guest.vector());
            assertTrue((guest.cpu.cr0 & PG) != 0);
        }
    }

    @Test
    void reservedBitsInAPdpteRefuseTheLoad() {
        try (TestGuest guest = TestGuest.mode32().code(32, asm -> asm.op(MOV_CR, CR3, EAX).op(HLT))) {
            for (int n = 0; n < 4; n++) {
                guest.host.writeLong(TestGuest.TABLES + 8L * n, TestGuest.TABLES + 0x1000 | 1);
                guest.host.writeLong(TestGuest.TABLES + 0x20 + 8L * n, TestGuest.TABLES + 0x1000 | (n == 2 ? 3 : 1));
            }
            guest.host.writeLong(TestGuest.TABLES + 0x1000, 0x83);
            guest.cpu.cr4 |= 0x20;
            guest.cpu.cr3 = TestGuest.TABLES;
            guest.cpu.pdpte[0] = TestGuest.TABLES + 0x1000 | 1;
            guest.cpu.cr0 |= PG;
            guest.cpu.modeChanged();
            guest.cpu.gpr[Cpu.RAX] = TestGuest.TABLES + 0x20;
            guest.run();
            assertEquals(13, guest.vector());
            assertEquals(TestGuest.TABLES, guest.cpu.cr3);
        }
    }

    @Test
    void bitsThatTheMonitorOwnsExitAndStayWhenTheInstructionIsFinished() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(MOV_CR, CR4, RAX).op(HLT))) {
            guest.controls.cr4Mask = 1 << 13 | 1 << 7;
            guest.controls.cr4Shadow = 0;
            guest.cpu.gpr[Cpu.RAX] = 0x20 | 1 << 7 | 1 << 9;
            assertEquals(ExitReason.CR_ACCESS, guest.run().reason());
            assertEquals(4, guest.exit.crAccess().register());
            assertEquals(3, guest.exit.instructionLength());
            assertEquals(TestGuest.CODE, guest.cpu.rip);
            assertTrue(guest.processor.complete(guest.exit));
            assertEquals(0x20 | 1 << 13 | 1 << 9, guest.cpu.cr4);
            assertEquals(TestGuest.CODE + 3, guest.cpu.rip);
        }
    }

    @Test
    void maskedBitsReadAsTheShadow() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(MOV_CR, RAX, CR4).op(HLT))) {
            guest.controls.cr4Mask = 1 << 13;
            guest.run();
            assertEquals(0x20, guest.cpu.gpr[Cpu.RAX]);
        }
    }

    @Test
    void aCr3TargetIsLoadedWithoutAnExit() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(MOV_CR, CR3, RAX).op(MOV_CR, CR3, RBX))) {
            guest.set(PrimaryControl.CR3_LOAD_EXITING);
            guest.controls.cr3TargetCount = 1;
            guest.controls.cr3Target0 = TestGuest.TABLES;
            guest.cpu.gpr[Cpu.RAX] = TestGuest.TABLES;
            guest.cpu.gpr[Cpu.RBX] = TestGuest.TABLES | 8;
            assertEquals(ExitReason.CR_ACCESS, guest.run().reason());
            assertEquals(TestGuest.CODE + 3, guest.cpu.rip);
        }
    }

    @Test
    void pcidNeedsIa32eModeAndAZeroTag() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(MOV_CR, CR4, RAX).op(HLT))) {
            guest.cpu.cr3 = TestGuest.TABLES | 8;
            guest.cpu.gpr[Cpu.RAX] = guest.cpu.cr4 | 1 << 17;
            guest.run();
            assertEquals(13, guest.vector());
        }
    }

    @Test
    void lmswCannotLeaveProtectedMode() {
        try (TestGuest guest = TestGuest.mode32().code(32, asm -> asm.op(LMSW, AX).op(HLT))) {
            guest.cpu.gpr[Cpu.RAX] = 8;
            guest.run();
            assertEquals(0x39, guest.cpu.cr0);
        }
    }

    @Test
    void debugRegisters4And5AreUndefinedWithDebuggingExtensions() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(MOV_DR, RAX, DR4).op(HLT))) {
            guest.run();
            assertEquals(0xffff_0ff0L, guest.cpu.gpr[Cpu.RAX]);
            guest.cpu.rip = TestGuest.CODE;
            guest.cpu.cr4 |= 8;
            guest.run();
            assertEquals(6, guest.vector());
        }
    }

    @Test
    void popfAtLevel3LeavesInterruptFlagAndIopl() {
        try (TestGuest guest = TestGuest.mode64().user().code(64, asm -> asm.op(POPFQ).op(INT3))) {
            guest.gate64(3, TestGuest.CODE64, 0xee, 0);
            guest.cpu.flags(Flags.ONE | Flags.IF);
            guest.host.writeLong(TestGuest.STACK, Flags.ONE | Flags.IOPL | Flags.DF | Flags.VIF);
            guest.run();
            assertEquals(Flags.ONE | Flags.IF | Flags.DF, guest.stack(3)[2]);
        }
    }

    @Test
    void aTaskSwitchIsAnExitThatTheProcessorFinishes() {
        try (TestGuest guest = TestGuest.mode32().code(32, asm -> asm.op(CALL_FAR, FarPointer.far(TestGuest.OTHER_TASK, 0)))) {
            long tss = TestGuest.OTHER_TSS;
            guest.host.writeInt(tss + 32, 0x5000);
            guest.host.writeInt(tss + 36, Flags.ONE);
            guest.host.writeInt(tss + 56, 0x5f00);
            int[] selectors = {TestGuest.DATA, TestGuest.CODE32, TestGuest.DATA, TestGuest.DATA, 0, 0};
            for (int n = 0; n < 6; n++) {
                guest.host.writeInt(tss + 72 + 4L * n, selectors[n]);
            }
            guest.host.write(0x5000, new byte[] {(byte) 0xf4, (byte) 0xcf}, 0, 2);
            assertEquals(ExitReason.TASK_SWITCH, guest.run().reason());
            assertEquals(TaskSwitch.of(TestGuest.OTHER_TASK, TaskSwitch.CALL), guest.exit.qualification());
            assertEquals(7, guest.exit.instructionLength());
            assertTrue(guest.processor.complete(guest.exit));
            assertEquals(0x5000, guest.cpu.rip);
            assertEquals(TestGuest.OTHER_TASK, guest.cpu.selector[Cpu.TR]);
            assertEquals(Flags.NT, guest.cpu.flags() & Flags.NT);
            assertEquals(TestGuest.TASK, guest.dword(tss));
            assertEquals(TestGuest.CODE + 7, guest.dword(TestGuest.TSS + 32));
            assertTrue((guest.cpu.cr0 & 8) != 0);
            assertEquals(ExitReason.HLT, guest.run().reason());
            guest.processor.complete(guest.exit);
            assertEquals(ExitReason.TASK_SWITCH, guest.run().reason(), "IRET with NT goes back");
            guest.processor.complete(guest.exit);
            assertEquals(TestGuest.CODE + 7, guest.cpu.rip);
            assertEquals(TestGuest.TASK, guest.cpu.selector[Cpu.TR]);
            assertEquals(0x89, guest.host.readByte(TestGuest.GDT + TestGuest.OTHER_TASK + 5));
        }
    }

    @Test
    void aTaskGateInTheIdtNamesTheEventAndPushesItsErrorCode() {
        try (TestGuest guest = TestGuest.mode32().code(32, asm -> asm.op(MOV_SREG, DS, AX))) {
            guest.cpu.gpr[Cpu.RAX] = TestGuest.ABSENT;
            guest.gate32(11, TestGuest.OTHER_TASK, 0x85, 0);
            long tss = TestGuest.OTHER_TSS;
            guest.host.writeInt(tss + 32, 0x5000);
            guest.host.writeInt(tss + 36, Flags.ONE);
            guest.host.writeInt(tss + 56, 0x5f00);
            guest.host.writeInt(tss + 76, TestGuest.CODE32);
            guest.host.writeInt(tss + 80, TestGuest.DATA);
            assertEquals(ExitReason.TASK_SWITCH, guest.run().reason());
            assertEquals(TaskSwitch.GATE, guest.exit.taskSwitch().source());
            assertEquals(0x8000_0b0b, guest.exit.idtVectoringInformation());
            assertTrue(guest.processor.complete(guest.exit));
            assertEquals(0x5000, guest.cpu.rip);
            assertEquals(0x5efc, guest.cpu.gpr[Cpu.RSP]);
            assertEquals(TestGuest.ABSENT, guest.dword(0x5efc));
        }
    }

    @Test
    void aPortReadIsAnsweredByTheMonitor() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(IN, AL, 0x60).op(HLT))) {
            guest.set(PrimaryControl.UNCONDITIONAL_IO_EXITING);
            assertEquals(ExitReason.IO_INSTRUCTION, guest.run().reason());
            guest.exit.access().answer(0x5a);
            assertTrue(guest.processor.complete(guest.exit));
            assertEquals(0x5a, guest.cpu.gpr[Cpu.RAX]);
            assertEquals(1, guest.processor.retired());
        }
    }

    @Test
    void repeatedStringInputIsCompletedIterationByIteration() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.rep().op(INSB).op(HLT))) {
            guest.set(PrimaryControl.UNCONDITIONAL_IO_EXITING);
            guest.cpu.gpr[Cpu.RCX] = 2;
            guest.cpu.gpr[Cpu.RDI] = 0x5000;
            for (int n = 0; n < 2; n++) {
                assertEquals(ExitReason.IO_INSTRUCTION, guest.run().reason());
                assertEquals(0x5000 + n, guest.exit.guestLinearAddress());
                guest.exit.access().answer('a' + n);
                assertTrue(guest.processor.complete(guest.exit));
            }
            assertEquals(ExitReason.HLT, guest.run().reason());
            assertEquals('a' | 'b' << 8, guest.dword(0x5000));
            assertEquals(0, guest.cpu.gpr[Cpu.RCX]);
        }
    }

    @Test
    void aReadModifyWriteOfADeviceIsTwoAccesses() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(ADD, Mem.mem(RBX).d(), EAX).op(HLT))) {
            guest.extendedPaging(0x9_0000);
            guest.cpu.gpr[Cpu.RAX] = 3;
            guest.cpu.gpr[Cpu.RBX] = 0x9_0010;
            assertEquals(ExitReason.EPT_VIOLATION, guest.run().reason());
            assertEquals(0x9_0010, guest.exit.access().address());
            guest.exit.access().answer(4);
            assertFalse(guest.processor.complete(guest.exit));
            assertTrue(guest.exit.access().isWrite());
            assertEquals(7, guest.exit.access().data());
            assertTrue(guest.processor.complete(guest.exit));
            assertEquals(TestGuest.CODE + 2, guest.cpu.rip);
            assertEquals(1, guest.processor.retired());
        }
    }

    @Test
    void vmcallExitsAndIsSkipped() {
        try (TestGuest guest = TestGuest.mode64().user().code(64, asm -> asm.db(0x0f, 0x01, 0xc1).op(INT3))) {
            assertEquals(ExitReason.VMCALL, guest.run().reason());
            assertEquals(3, guest.exit.instructionLength());
            assertTrue(guest.processor.complete(guest.exit));
            assertEquals(TestGuest.CODE + 3, guest.cpu.rip);
        }
    }

    @Test
    void vmxInstructionsAreUndefinedWhereTheGuestSeesNoVmxe() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.db(0x0f, 0x01, 0xc2))) {
            guest.controls.cr4Mask = 1 << 13;
            guest.run();
            assertEquals(6, guest.vector());
        }
    }

    @Test
    void cpuidTakesTheMonitorsAnswer() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(CPUID).op(HLT))) {
            assertEquals(ExitReason.CPUID, guest.run().reason());
            guest.exit.access().answerCpuid(1, 2, 3, 4);
            assertTrue(guest.processor.complete(guest.exit));
            assertEquals(2, guest.cpu.gpr[Cpu.RBX]);
            assertEquals(4, guest.cpu.gpr[Cpu.RDX]);
            assertFalse(guest.cpu.completion.active());
        }
    }
}
