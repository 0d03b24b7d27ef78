package org.jvmx.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import org.junit.jupiter.api.Test;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.FarPointer;
import org.jvmx.isa.Mem;
import org.jvmx.vmx.ExitReason;

class PrivilegeTest {
    private static void pushed(TestGuest guest, int size, long... values) {
        long top = guest.cpu.gpr[Cpu.RSP] - (long) size * values.length;
        guest.cpu.gpr[Cpu.RSP] = top;
        for (int n = 0; n < values.length; n++) {
            if (size == 8) {
                guest.host.writeLong(top + 8L * n, values[n]);
            } else {
                guest.host.writeInt(top + 4L * n, (int) values[n]);
            }
        }
    }

    @Test
    void iretToLevel3LoadsItsStackAndDropsInnerSegments() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(IRETQ))) {
            guest.host.write(0x5000, new byte[] {(byte) 0xf4}, 0, 1);
            pushed(guest, 8, 0x5000, TestGuest.USER_CODE64 | 3, Flags.ONE | Flags.IF, 0x5ff0, TestGuest.USER_DATA | 3);
            guest.run();
            assertEquals(13, guest.vector(), "HLT at level 3 is #GP");
            assertEquals(0x5000, guest.stack(2)[1]);
            assertEquals(0x5ff0, guest.stack(5)[4]);
            assertEquals(0, guest.cpu.selector[Cpu.DS]);
        }
    }

    /** SDM Vol. 2, IRET, "RETURN-TO-OUTER-PRIVILEGE-LEVEL". */
    @Test
    void iretToLevel3ClearsTheLevelOfNullSelectorsAndKeepsTheBase() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(IRETQ))) {
            guest.host.write(0x5000, new byte[] {(byte) 0xf4}, 0, 1);
            guest.segment(Cpu.GS, 3, 1 << 16, 0x1234_5000, 0);
            guest.cpu.modeChanged();
            pushed(guest, 8, 0x5000, TestGuest.USER_CODE64 | 3, Flags.ONE | Flags.IF, 0x5ff0, TestGuest.USER_DATA | 3);
            guest.run();
            assertEquals(13, guest.vector(), "HLT at level 3 is #GP");
            assertEquals(0, guest.cpu.selector[Cpu.GS]);
            assertEquals(0x1234_5000, guest.cpu.base[Cpu.GS]);
        }
    }

    @Test
    void iretToANonCanonicalAddressFaultsAtTheInnerLevel() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(IRETQ))) {
            pushed(guest, 8, 1L << 47, TestGuest.USER_CODE64 | 3, Flags.ONE, 0x5ff0, TestGuest.USER_DATA | 3);
            guest.run();
            assertEquals(13, guest.vector());
            assertEquals(TestGuest.CODE64, guest.stack(3)[2]);
            assertEquals(TestGuest.CODE, guest.stack(2)[1]);
        }
    }

    @Test
    void iretdEntersVirtual8086Mode() {
        try (TestGuest guest = TestGuest.mode32().code(32, asm -> asm.op(IRETD))) {
            guest.host.writeByte(0x5010, 0xf4);
            pushed(guest, 4, 0x10, 0x500, Flags.ONE | Flags.VM, 0x100, 0x600, 1, 2, 3, 4);
            guest.run();
            assertEquals(13, guest.vector());
            long top = guest.cpu.gpr[Cpu.RSP];
            assertEquals(0x10, guest.dword(top + 4));
            assertEquals(0x500, guest.dword(top + 8));
            assertEquals(0x600, guest.dword(top + 20));
            assertEquals(4, guest.dword(top + 36));
        }
    }

    @Test
    void sysretToANonCanonicalAddressFaultsAtLevel0() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.operandSize(8).op(SYSRET))) {
            guest.cpu.gpr[Cpu.RCX] = 1L << 47;
            guest.cpu.star = (long) (TestGuest.USER_CODE32 | 3) << 48;
            guest.run();
            assertEquals(13, guest.vector());
            assertEquals(TestGuest.CODE64, guest.stack(3)[2]);
        }
    }

    @Test
    void aCallGateSwitchesStacksAndCopiesParameters() {
        try (TestGuest guest = TestGuest.mode32().user().code(32, asm -> asm.op(CALL_FAR, FarPointer.far(TestGuest.GATE | 3, 0)))) {
            guest.host.writeLong(TestGuest.GDT + TestGuest.GATE, 0x5000 | (long) TestGuest.CODE32 << 16 | 2L << 32 | 0xecL << 40);
            guest.host.writeByte(0x5000, 0xf4);
            pushed(guest, 4, 0x1111, 0x2222);
            assertEquals(ExitReason.HLT, guest.run().reason());
            assertEquals(0x5000, guest.cpu.rip);
            long top = guest.cpu.gpr[Cpu.RSP];
            assertEquals(TestGuest.INNER_STACK - 24, top);
            assertEquals(TestGuest.CODE + 7, guest.dword(top));
            assertEquals(TestGuest.USER_CODE32 | 3, guest.dword(top + 4));
            assertEquals(0x1111, guest.dword(top + 8));
            assertEquals(0x2222, guest.dword(top + 12));
            assertEquals(TestGuest.STACK - 8, guest.dword(top + 16));
            assertEquals(TestGuest.DATA, guest.cpu.selector[Cpu.SS]);
        }
    }

    @Test
    void aFarReturnToLevel3ReleasesParametersOnBothStacks() {
        try (TestGuest guest = TestGuest.mode32().code(32, asm -> asm.op(RET_FAR, 8))) {
            guest.host.writeByte(0x5000, 0xcc);
            guest.gate32(3, TestGuest.CODE32, 0xee, TestGuest.handler(3));
            pushed(guest, 4, 0x5000, TestGuest.USER_CODE32 | 3, 1, 2, 0x5f00, TestGuest.USER_DATA | 3);
            guest.run();
            assertEquals(3, guest.vector());
            long top = guest.cpu.gpr[Cpu.RSP];
            assertEquals(0x5001, guest.dword(top));
            assertEquals(0x5f08, guest.dword(top + 12));
        }
    }

    @Test
    void anAbsentSegmentIsNotPresentWithItsSelector() {
        try (TestGuest guest = TestGuest.mode32().code(32, asm -> asm.op(MOV_SREG, DS, AX))) {
            guest.cpu.gpr[Cpu.RAX] = TestGuest.ABSENT;
            guest.run();
            assertEquals(11, guest.vector());
            assertEquals(TestGuest.ABSENT, guest.dword(guest.cpu.gpr[Cpu.RSP]));
        }
    }

    @Test
    void anAbsentStackSegmentIsAStackFault() {
        try (TestGuest guest = TestGuest.mode32().code(32, asm -> asm.op(MOV_SREG, SS, AX))) {
            guest.cpu.gpr[Cpu.RAX] = TestGuest.ABSENT;
            guest.run();
            assertEquals(12, guest.vector());
        }
    }

    @Test
    void aNullStackSegmentIsAllowedIn64BitModeOnlyBelowLevel3() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(MOV_SREG, SS, AX).op(HLT))) {
            guest.run();
            assertEquals(TestGuest.CODE + 2, guest.cpu.rip);
            assertEquals(1 << 16, guest.cpu.access[Cpu.SS]);
        }
        try (TestGuest guest = TestGuest.mode64().user().code(64, asm -> asm.op(MOV_SREG, SS, AX).op(HLT))) {
            guest.cpu.gpr[Cpu.RAX] = 3;
            guest.run();
            assertEquals(13, guest.vector());
            assertEquals(0, guest.stack(1)[0]);
        }
    }

    @Test
    void loadingASegmentSetsItsAccessedFlag() {
        try (TestGuest guest = TestGuest.mode32().code(32, asm -> asm.op(MOV_SREG, ES, AX).op(HLT))) {
            guest.host.writeLong(TestGuest.GDT + TestGuest.DATA, 0x00cf_9200_0000_ffffL);
            guest.cpu.gpr[Cpu.RAX] = TestGuest.DATA;
            guest.run();
            assertEquals(0x93, guest.host.readByte(TestGuest.GDT + TestGuest.DATA + 5));
        }
    }

    @Test
    void aFarJumpToCompatibilityModeAndBack() {
        try (TestGuest guest = TestGuest.mode64().code(64, asm -> asm.op(JMP_FAR, Mem.mem(RAX).width(6)))) {
            guest.host.writeInt(0x5000, 0x5100);
            guest.host.writeInt(0x5004, TestGuest.CODE32);
            guest.host.writeByte(0x5100, 0xf4);
            guest.cpu.gpr[Cpu.RAX] = 0x5000;
            guest.run();
            assertEquals(0x5100, guest.cpu.rip);
            assertEquals(4, guest.cpu.codeSize());
        }
    }

    @Test
    void ltrMakesTheTssBusyAndRefusesABusyOne() {
        try (TestGuest guest = TestGuest.mode32().code(32, asm -> asm.op(LTR, AX).op(LTR, AX))) {
            guest.cpu.gpr[Cpu.RAX] = TestGuest.OTHER_TASK;
            guest.run();
            assertEquals(TestGuest.OTHER_TSS, guest.cpu.base[Cpu.TR]);
            assertEquals(0x8b, guest.host.readByte(TestGuest.GDT + TestGuest.OTHER_TASK + 5));
            assertEquals(13, guest.vector());
            assertEquals(TestGuest.OTHER_TASK, guest.dword(guest.cpu.gpr[Cpu.RSP]));
        }
    }

    @Test
    void umipHidesTheTablesFromLevel3() {
        try (TestGuest guest = TestGuest.mode64().user().code(64, asm -> asm.op(SIDT, Mem.mem(RSP)))) {
            guest.cpu.cr4 |= 1 << 11;
            guest.cpu.modeChanged();
            guest.run();
            assertEquals(13, guest.vector());
        }
    }
}
