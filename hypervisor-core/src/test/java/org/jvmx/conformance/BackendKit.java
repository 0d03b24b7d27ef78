package org.jvmx.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;
import static org.jvmx.vmx.VmcsField.*;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.jvmx.arch.Rflags;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Mem;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.GuestMapping;
import org.jvmx.vmx.Interruption;
import org.jvmx.vmx.PinBasedControl;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.VmcsField;

/** The suite. It asks nothing that a processor of few capabilities could not do: what the capabilities do not offer is left out, or must be refused. */
abstract class BackendKit extends StateKit {
    // Exits

    @ParameterizedTest
    @EnumSource
    void portWritesSayPortSizeAndData(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> asm.op(MOV, EAX, 0x1234_5678).op(OUT, TinyGuest.PORT, AL).op(OUT, TinyGuest.PORT, AX).op(MOV, DX, 0x3f8)
                    .op(OUT, DX, EAX).op(HLT));
            wrote(guest.enter(), TinyGuest.PORT, 1, 0x78);
            wrote(guest.accept(), TinyGuest.PORT, 2, 0x5678);
            wrote(guest.accept(), 0x3f8, 4, 0x1234_5678);
            assertEquals(ExitReason.HLT, guest.accept().reason());
        }
    }

    private static void wrote(Exit exit, int port, int size, long data) {
        assertEquals(ExitReason.IO_INSTRUCTION, exit.reason());
        assertEquals(Access.Kind.PORT, exit.access().kind());
        assertEquals(port, exit.access().address());
        assertEquals(port, exit.io().port());
        assertEquals(size, exit.access().size());
        assertEquals(size, exit.io().size());
        assertTrue(exit.access().isWrite());
        assertFalse(exit.io().in());
        assertEquals(data, exit.access().data());
    }

    @ParameterizedTest
    @EnumSource
    void portReadsGetTheAnswerAndKeepTheRestOfTheRegister(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> asm.op(MOV, EAX, 0x1122_3344).op(IN, AL, TinyGuest.PORT).op(OUT, TinyGuest.PORT, EAX)
                    .op(IN, EAX, TinyGuest.PORT).op(HLT));
            assertTrue(guest.enter().io().in());
            assertFalse(guest.vmx.exit().access().isWrite());
            wrote(guest.answer(0xffab), TinyGuest.PORT, 4, 0x1122_33ab);
            assertTrue(guest.accept().io().in());
            assertEquals(ExitReason.HLT, guest.answer(0x8765_4321L).reason());
            assertEquals(0x8765_4321L, guest.vmx.registers().gpr(0) & 0xffff_ffffL);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRepeatedStringInstructionMakesAnExitForEachElement(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> asm.op(MOV, ESI, (int) TinyGuest.DATA).op(MOV, EDI, (int) TinyGuest.DATA + 16).op(MOV, ECX, 3)
                    .op(MOV, DX, TinyGuest.PORT).rep().op(OUTSB).op(MOV, ECX, 2).rep().op(INSW).op(HLT));
            guest.host.writeInt(guest.at(TinyGuest.DATA), 0x00c3_b2a1);
            wrote(guest.enter(), TinyGuest.PORT, 1, 0xa1);
            wrote(guest.accept(), TinyGuest.PORT, 1, 0xb2);
            wrote(guest.accept(), TinyGuest.PORT, 1, 0xc3);
            assertTrue(guest.accept().io().in());
            assertEquals(2, guest.vmx.exit().access().size());
            assertTrue(guest.answer(0x1111).io().in());
            assertEquals(ExitReason.HLT, guest.answer(0x2222).reason());
            assertEquals(0x2222_1111, guest.host.readInt(guest.at(TinyGuest.DATA + 16)));
            assertEquals(0, guest.vmx.registers().gpr(1) & 0xffff);
        }
    }

    /** Points DS:EBX to memory that is not mapped. */
    static Assembler device(Assembler asm, Mode mode) {
        return mode == Mode.REAL ? asm.op(MOV, AX, (int) (TinyGuest.MMIO >> 4)).op(MOV, DS, AX).op(MOV, EBX, 0)
                : asm.op(MOV, EBX, (int) TinyGuest.MMIO);
    }

    static Mem atDevice(Mode mode) {
        return mem(mode == Mode.LONG ? RBX : mode == Mode.REAL ? BX : EBX);
    }

    @ParameterizedTest
    @EnumSource
    void memoryThatIsNotMappedIsAViolationWithAnAccess(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> device(asm, mode).op(MOV, ECX, 0x1234_5678).op(MOV, atDevice(mode), ECX).op(MOV, DL, atDevice(mode).disp(3))
                    .op(MOV, atDevice(mode), CX).op(HLT));
            touched(guest.enter(), TinyGuest.MMIO, 4, true);
            assertEquals(0x1234_5678, guest.vmx.exit().access().data());
            touched(guest.accept(), TinyGuest.MMIO + 3, 1, false);
            touched(guest.answer(0x5a), TinyGuest.MMIO, 2, true);
            assertEquals(ExitReason.HLT, guest.accept().reason());
            assertEquals(0x5a, guest.vmx.registers().gpr(2) & 0xff);
        }
    }

    private static void touched(Exit exit, long gpa, int size, boolean write) {
        assertEquals(ExitReason.EPT_VIOLATION, exit.reason());
        assertEquals(gpa, exit.guestPhysicalAddress());
        assertEquals(Access.Kind.MEMORY, exit.access().kind());
        assertEquals(gpa, exit.access().address());
        assertEquals(size, exit.access().size());
        assertEquals(write, exit.access().isWrite());
        assertEquals(write, exit.eptViolation().write());
        assertEquals(!write, exit.eptViolation().read());
        assertEquals(0, exit.eptViolation().permissions());
    }

    @ParameterizedTest
    @EnumSource
    void anInstructionThatReadsAndWritesMemoryMakesBothExits(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> device(asm, mode).op(ADD, atDevice(mode).d(), 1).op(HLT));
            touched(guest.enter(), TinyGuest.MMIO, 4, false);
            Exit second = guest.answer(41);
            assertEquals(ExitReason.EPT_VIOLATION, second.reason());
            assertTrue(second.access().isWrite());
            assertEquals(42, second.access().data());
            assertEquals(ExitReason.HLT, guest.accept().reason());
        }
    }

    @ParameterizedTest
    @EnumSource
    void halting(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> asm.op(HLT).op(OUT, TinyGuest.PORT, AL));
            assertEquals(ExitReason.HLT, guest.enter().reason());
            assertEquals(ExitReason.HLT.number(), guest.get(EXIT_REASON));
            wrote(guest.next(), TinyGuest.PORT, 1, 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEventThatCannotBeDeliveredIsATripleFault(Mode mode) {
        assumeTrue(exact() || mode != Mode.REAL, "this host emulates real mode and does not look at the limit of the IDT");
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> asm.op(UD2));
            guest.set(GUEST_IDTR_LIMIT, 0);
            assertEquals(ExitReason.TRIPLE_FAULT, guest.enter().reason());
        }
    }

    private void needsMsrExits(TinyGuest guest) {
        assumeTrue(guest.offered.allows(PrimaryControl.USE_MSR_BITMAPS), "the processor does not let us see MSR accesses");
    }

    @ParameterizedTest
    @EnumSource
    void modelSpecificRegistersAskTheMonitor(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            needsMsrExits(guest);
            guest.code(asm -> asm.op(MOV, ECX, TinyGuest.PRIVATE_MSR).op(MOV, EAX, 0x11).op(MOV, EDX, 0x22).op(WRMSR).op(RDMSR).op(HLT));
            assertEquals(ExitReason.MSR_WRITE, guest.enter().reason());
            assertEquals(TinyGuest.PRIVATE_MSR, guest.vmx.exit().access().address());
            assertEquals(0x22_0000_0011L, guest.vmx.exit().access().data());
            assertEquals(ExitReason.MSR_READ, guest.accept().reason());
            assertEquals(ExitReason.HLT, guest.answer(0x5566_7788_99aa_bbccL).reason());
            assertEquals(0x99aa_bbccL, guest.vmx.registers().gpr(0) & 0xffff_ffffL);
            assertEquals(0x5566_7788L, guest.vmx.registers().gpr(2) & 0xffff_ffffL);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRegisterThatTheBitmapLetsPassDoesNotLeaveTheGuest(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            needsMsrExits(guest);
            long at = guest.bitmaps + 0x175 / 8;
            guest.host.writeByte(at, guest.host.readByte(at) & ~(1 << 5));
            guest.host.writeByte(at + 0x800, guest.host.readByte(at + 0x800) & ~(1 << 5));
            guest.code(asm -> asm.op(MOV, ECX, 0x175).op(MOV, EAX, 0x7788).op(XOR, EDX, EDX).op(WRMSR).op(XOR, EAX, EAX).op(RDMSR).op(HLT));
            assertEquals(ExitReason.HLT, guest.enter().reason());
            assertEquals(0x7788, guest.vmx.registers().gpr(0));
            assertEquals(0x7788, guest.get(GUEST_IA32_SYSENTER_ESP));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAccessThatFaultsIsDeliveredToTheGuest(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            needsMsrExits(guest);
            guest.code(asm -> asm.op(MOV, ECX, TinyGuest.PRIVATE_MSR).op(RDMSR).op(HLT)).handler(13,
                    asm -> asm.op(OUT, TinyGuest.PORT, AL));
            assertEquals(ExitReason.MSR_READ, guest.enter().reason());
            guest.vmx.fault(13, 0);
            wrote(guest.enter(), TinyGuest.PORT, 1, 0);
        }
    }

    // Events

    @ParameterizedTest
    @EnumSource
    void anInjectedInterruptIsTheFirstThingThatHappens(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> asm.op(HLT)).handler(0x40, asm -> asm.op(MOV, AL, 0x99).op(OUT, TinyGuest.PORT, AL));
            guest.set(GUEST_RFLAGS, Rflags.FIXED | Rflags.IF);
            guest.set(ENTRY_INTERRUPTION_INFORMATION, Interruption.external(0x40) & 0xffff_ffffL);
            wrote(guest.enter(), TinyGuest.PORT, 1, 0x99);
            assertFalse(Interruption.valid((int) guest.get(ENTRY_INTERRUPTION_INFORMATION)));
            assertEquals(0, guest.get(GUEST_RFLAGS) & Rflags.IF);
            assertEquals(TinyGuest.CODE, frame(guest, 0));
        }
    }

    /** A word of the topmost interrupt frame. */
    private static long frame(TinyGuest guest, int word) {
        long at = guest.at(guest.get(GUEST_RSP)) + (long) word * guest.mode.word();
        return switch (guest.mode) {
            case REAL -> guest.host.readByte(at) | guest.host.readByte(at + 1) << 8;
            case PROTECTED -> guest.host.readInt(at) & 0xffff_ffffL;
            case LONG -> guest.host.readLong(at);
        };
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptAfterAnAnsweredReadFindsTheInstructionDone(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> asm.op(IN, AL, TinyGuest.PORT).op(HLT)).handler(0x41, asm -> asm.op(OUT, TinyGuest.PORT, AL));
            guest.set(GUEST_RFLAGS, Rflags.FIXED | Rflags.IF);
            assertTrue(guest.enter().io().in());
            guest.vmx.exit().access().answer(0x77);
            assertTrue(guest.vmx.complete());
            guest.set(ENTRY_INTERRUPTION_INFORMATION, Interruption.external(0x41) & 0xffff_ffffL);
            wrote(guest.enter(), TinyGuest.PORT, 1, 0x77);
            assertEquals(TinyGuest.CODE + 2, frame(guest, 0));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInjectedExceptionHasItsErrorCode(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            boolean code = mode != Mode.REAL;
            guest.code(asm -> asm.op(HLT)).handler(13, asm -> asm.op(OUT, TinyGuest.PORT, AL));
            guest.set(ENTRY_INTERRUPTION_INFORMATION, Interruption.of(Interruption.HARDWARE_EXCEPTION, 13, code) & 0xffff_ffffL);
            guest.set(ENTRY_EXCEPTION_ERROR_CODE, code ? 0x18 : 0);
            wrote(guest.enter(), TinyGuest.PORT, 1, 0);
            assertEquals(code ? 0x18 : TinyGuest.CODE, frame(guest, 0));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInjectedNmiBlocksFurtherOnes(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> asm.op(HLT)).handler(2, asm -> asm.op(OUT, TinyGuest.PORT, AL));
            guest.set(ENTRY_INTERRUPTION_INFORMATION, Interruption.of(Interruption.NMI, 2, false) & 0xffff_ffffL);
            wrote(guest.enter(), TinyGuest.PORT, 1, 0);
            assertEquals(8, guest.get(GUEST_INTERRUPTIBILITY_STATE) & 8);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theNmiWindowOpensWhenTheHandlerReturns(Mode mode) {
        assumeTrue(exact() || mode != Mode.PROTECTED, "this host emulates protected mode without paging, and has no IRET there");
        try (TinyGuest guest = guest(mode)) {
            assumeTrue(guest.offered.allows(PrimaryControl.NMI_WINDOW_EXITING), "the processor has no NMI window");
            guest.code(asm -> asm.op(JMP, TinyGuest.CODE)).handler(2, asm -> asm.op(OUT, TinyGuest.PORT, AL)
                    .op(mode == Mode.LONG ? IRETQ : mode == Mode.PROTECTED ? IRETD : IRET));
            guest.set(ENTRY_INTERRUPTION_INFORMATION, Interruption.of(Interruption.NMI, 2, false) & 0xffff_ffffL);
            wrote(guest.enter(), TinyGuest.PORT, 1, 0);
            guest.add(PIN_BASED_CONTROLS, PinBasedControl.VIRTUAL_NMIS);
            guest.add(PRIMARY_CONTROLS, PrimaryControl.NMI_WINDOW_EXITING);
            Exit exit = guest.accept();
            assertEquals(ExitReason.NMI_WINDOW, exit.reason());
            assertEquals(0, guest.get(GUEST_INTERRUPTIBILITY_STATE));
            assertEquals(TinyGuest.CODE, guest.get(GUEST_RIP));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theInterruptWindowOpensWhileInterruptsAreEnabled(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> asm.op(OUT, TinyGuest.PORT, AL).op(STI).op(JMP, TinyGuest.CODE + 3));
            guest.add(PRIMARY_CONTROLS, PrimaryControl.INTERRUPT_WINDOW_EXITING);
            assertEquals(ExitReason.IO_INSTRUCTION, guest.enter().reason());
            Exit exit = guest.accept();
            assertEquals(ExitReason.INTERRUPT_WINDOW, exit.reason());
            assertEquals(Rflags.IF, guest.get(GUEST_RFLAGS) & Rflags.IF);
            assertEquals(TinyGuest.CODE + 3, guest.get(GUEST_RIP));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theInterruptWindowOpensRightAfterSti(Mode mode) {
        assumeTrue(exact(), "this host emulates several instructions before it looks for events");
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> asm.op(OUT, TinyGuest.PORT, AL).op(STI).op(NOP).op(NOP).op(HLT));
            guest.add(PRIMARY_CONTROLS, PrimaryControl.INTERRUPT_WINDOW_EXITING);
            assertEquals(ExitReason.IO_INSTRUCTION, guest.enter().reason());
            assertEquals(ExitReason.INTERRUPT_WINDOW, guest.accept().reason());
            assertEquals(Rflags.IF, guest.get(GUEST_RFLAGS) & Rflags.IF);
            assertEquals(TinyGuest.CODE + 4, guest.get(GUEST_RIP));
            guest.set(PRIMARY_CONTROLS, guest.get(PRIMARY_CONTROLS) & ~PrimaryControl.INTERRUPT_WINDOW_EXITING.mask());
            assertEquals(ExitReason.HLT, guest.enter().reason());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDeadlineEndsALoop(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            assumeTrue(guest.offered.allows(PinBasedControl.ACTIVATE_PREEMPTION_TIMER), "the processor has no deadline");
            guest.code(asm -> asm.op(JMP, TinyGuest.CODE));
            guest.add(PIN_BASED_CONTROLS, PinBasedControl.ACTIVATE_PREEMPTION_TIMER);
            for (int n = 0; n < 3; n++) {
                guest.set(PREEMPTION_TIMER_VALUE, 2_000_000);
                assertEquals(ExitReason.PREEMPTION_TIMER, guest.enter().reason());
                assertEquals(TinyGuest.CODE, guest.get(GUEST_RIP));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theMonitorTrapFlagStopsAfterEachInstruction(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            assumeTrue(guest.offered.allows(PrimaryControl.MONITOR_TRAP_FLAG), "the processor makes no single steps");
            guest.code(asm -> asm.op(NOP).op(INC, EAX).op(NOP).op(HLT));
            guest.add(PRIMARY_CONTROLS, PrimaryControl.MONITOR_TRAP_FLAG);
            assertEquals(ExitReason.MONITOR_TRAP_FLAG, guest.enter().reason());
            assertEquals(TinyGuest.CODE + 1, guest.get(GUEST_RIP));
            assertEquals(ExitReason.MONITOR_TRAP_FLAG, guest.enter().reason());
            assertEquals(1, guest.vmx.registers().gpr(0));
            guest.set(PRIMARY_CONTROLS, guest.get(PRIMARY_CONTROLS) & ~PrimaryControl.MONITOR_TRAP_FLAG.mask());
            assertEquals(ExitReason.HLT, guest.enter().reason());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBreakpointLeavesTheGuestIfTheBitmapSaysSo(Mode mode) {
        assumeTrue(exact(), "this host cannot emulate INT3 once somebody wants to know of it");
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> asm.op(INT3).op(HLT));
            guest.set(EXCEPTION_BITMAP, 1 << 3);
            Exit exit = guest.enter();
            assertEquals(ExitReason.EXCEPTION_NMI, exit.reason());
            assertEquals(3, Interruption.vector(exit.interruptionInformation()));
            assertEquals(Interruption.SOFTWARE_EXCEPTION, Interruption.type(exit.interruptionInformation()));
            assertEquals(TinyGuest.CODE, guest.get(GUEST_RIP));
        }
    }

    // State

    @ParameterizedTest
    @EnumSource
    void registersSurviveAnEntry(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> asm.op(OUT, TinyGuest.PORT, AL).op(HLT));
            long mask = mode == Mode.LONG ? -1 : 0xffff_ffffL;
            int count = mode == Mode.LONG ? 16 : 8;
            for (int n = 0; n < count; n++) {
                if (n != 4) {
                    guest.vmx.registers().gpr(n, 0x1111_2222_3333_4440L + n & mask);
                }
            }
            guest.vmx.registers().cr2(0x1234_5000L);
            guest.vmx.registers().dr(0, 0x5000);
            guest.vmx.registers().dr(3, 0x6000);
            guest.set(GUEST_IA32_SYSENTER_CS, 0x33);
            guest.set(GUEST_IA32_SYSENTER_EIP, 0x7_7000);
            guest.set(GUEST_RFLAGS, Rflags.FIXED | 0x8d5);
            List<VmcsField> fields = Stream.of(VmcsField.values())
                    .filter(field -> field.type() == VmcsField.Type.GUEST && guest.offered.has(field)
                            && field != GUEST_RIP && field != PREEMPTION_TIMER_VALUE && !field.name().contains("PDPTE")
                            && !field.name().contains("LDTR"))
                    .toList();
            List<Long> before = fields.stream().map(guest::get).toList();
            assertEquals(ExitReason.IO_INSTRUCTION, guest.enter().reason());
            assertEquals(ExitReason.HLT, guest.accept().reason());
            for (int n = 0; n < fields.size(); n++) {
                assertEquals(before.get(n), guest.get(fields.get(n)), fields.get(n)::name);
            }
            for (int n = 0; n < count; n++) {
                assertEquals(n == 4 ? TinyGuest.STACK : 0x1111_2222_3333_4440L + n & mask,
                        n == 4 ? guest.get(GUEST_RSP) : guest.vmx.registers().gpr(n) & mask, "register " + n);
            }
            assertEquals(0x1234_5000L, guest.vmx.registers().cr2());
            assertEquals(0x5000, guest.vmx.registers().dr(0));
            assertEquals(0x6000, guest.vmx.registers().dr(3));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatTheMonitorChangesBetweenExitsIsWhatTheGuestSees(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> asm.op(IN, AL, TinyGuest.PORT).op(OUT, TinyGuest.PORT, EAX).op(MOV, EAX, EBX).op(OUT, TinyGuest.PORT, EAX)
                    .op(HLT).op(OUT, TinyGuest.PORT + 1, AL));
            guest.enter();
            guest.vmx.exit().access().answer(1);
            guest.vmx.complete();
            guest.vmx.registers().gpr(3, 0x0102_0304);
            assertEquals(ExitReason.IO_INSTRUCTION, guest.enter().reason());
            wrote(guest.accept(), TinyGuest.PORT, 4, 0x0102_0304);
            guest.vmx.complete();
            guest.set(GUEST_RIP, guest.get(GUEST_RIP) + 1);
            wrote(guest.enter(), TinyGuest.PORT + 1, 1, 4);
        }
    }

    @ParameterizedTest
    @EnumSource
    void memoryIsTheSameForBoth(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> asm.op(MOV, EBX, (int) TinyGuest.DATA).op(MOV, EAX, atDevice(mode)).op(NOT, EAX)
                    .op(MOV, atDevice(mode).disp(4), EAX).op(HLT));
            guest.host.writeInt(guest.at(TinyGuest.DATA), 0x0f1e_2d3c);
            assertEquals(ExitReason.HLT, guest.enter().reason());
            assertEquals(~0x0f1e_2d3c, guest.host.readInt(guest.at(TinyGuest.DATA + 4)));
        }
    }

    // Mappings

    @ParameterizedTest
    @EnumSource
    void memoryThatIsMappedAtTheViolationIsThereWhenTheGuestTriesAgain(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            long page = guest.host.allocate(HostMemory.PAGE);
            guest.host.writeInt(page, 0x600d_f00d);
            guest.code(asm -> device(asm, mode).op(MOV, ECX, atDevice(mode)).op(MOV, atDevice(mode).disp(4), ECX).op(HLT));
            assertEquals(ExitReason.EPT_VIOLATION, guest.enter().reason());
            guest.processor.mapping().map(TinyGuest.MMIO, HostMemory.PAGE, page, GuestMapping.ALL);
            assertEquals(GuestMapping.ALL, guest.processor.mapping().rights(TinyGuest.MMIO));
            assertEquals(page + 8, guest.processor.mapping().toHost(TinyGuest.MMIO + 8));
            guest.vmx.retry();
            assertEquals(ExitReason.HLT, guest.enter().reason());
            assertEquals(0x600d_f00d, guest.host.readInt(page + 4));
        }
    }

    @ParameterizedTest
    @EnumSource
    void readOnlyMemoryLeavesTheGuestOnWrites(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            long page = guest.host.allocate(HostMemory.PAGE);
            guest.host.writeByte(page, 0x31);
            guest.processor.mapping().map(TinyGuest.MMIO, HostMemory.PAGE, page, GuestMapping.READ | GuestMapping.EXECUTE);
            guest.code(asm -> device(asm, mode).op(MOV, CL, atDevice(mode)).op(MOV, atDevice(mode), AL).op(HLT));
            Exit exit = guest.enter();
            assertEquals(ExitReason.EPT_VIOLATION, exit.reason());
            assertTrue(exit.eptViolation().write());
            assertEquals(GuestMapping.READ | GuestMapping.EXECUTE, exit.eptViolation().permissions());
            assertEquals(ExitReason.HLT, guest.accept().reason());
            assertEquals(0x31, guest.host.readByte(page));
            assertEquals(0x31, guest.vmx.registers().gpr(1) & 0xff);
        }
    }

    @ParameterizedTest
    @EnumSource
    void memoryThatIsUnmappedOrProtectedIsGone(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            GuestMapping mapping = guest.processor.mapping();
            long page = 0x6_0000;
            guest.code(asm -> asm.op(MOV, EBX, 0).op(OUT, TinyGuest.PORT, AL));
            mapping.protect(page, HostMemory.PAGE, 0);
            assertEquals(0, mapping.rights(page));
            assertEquals(guest.at(page), mapping.toHost(page));
            mapping.protect(page, HostMemory.PAGE, GuestMapping.ALL);
            assertEquals(GuestMapping.ALL, mapping.rights(page));
            mapping.unmap(page, HostMemory.PAGE);
            assertEquals(-1, mapping.toHost(page));
            assertEquals(guest.at(page - 8), mapping.toHost(page - 8));
            assertEquals(guest.at(page + HostMemory.PAGE), mapping.toHost(page + HostMemory.PAGE));
            assertEquals(ExitReason.IO_INSTRUCTION, guest.enter().reason());
        }
    }
}
