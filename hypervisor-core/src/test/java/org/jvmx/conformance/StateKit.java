package org.jvmx.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;
import static org.jvmx.vmx.VmcsField.*;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.jvmx.arch.ProcessorModel;
import org.jvmx.isa.Mem;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.Access;
import org.jvmx.vmx.DebugFacility;
import org.jvmx.vmx.DebugFacility.Stop;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.GuestMapping;

/** The part of the suite about state that no VMCS holds, the dirty log, hypercalls and the debug facility. */
abstract class StateKit extends InstructionKit {
    private static final long LOG = 0xa000;
    private static final int LOGGED = 8;

    private static Mem data(Mode mode, int disp) {
        return mode == Mode.REAL ? mem(BX, disp) : mode == Mode.LONG ? mem(RBX, disp) : mem(EBX, disp);
    }

    // Floating point

    private DebugFacility facility(TinyGuest guest) {
        DebugFacility facility = guest.processor.debugFacility();
        assumeTrue(facility != null, "the processor has no debug facility");
        return facility;
    }

    @ParameterizedTest
    @EnumSource
    void floatingPointStateIsWhatWasLoadedAndWhatTheGuestComputes(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            DebugFacility facility = facility(guest);
            byte[] image = new byte[DebugFacility.FLOATING_POINT_IMAGE];
            facility.saveFloatingPoint(image);
            byte[] loaded = image.clone();
            loaded[0] = 0x7f;
            loaded[1] = 0x0c; // truncating
            loaded[4] = 1; // ST0 is in use: 1.5
            loaded[3] = 0x38;
            loaded[4] = (byte) 0x80;
            loaded[32 + 7] = (byte) 0xc0;
            loaded[32 + 8] = (byte) 0xff;
            loaded[32 + 9] = 0x3f;
            int registers = mode == Mode.LONG ? 16 : 8;
            for (int n = 0; n < 16 * registers; n++) {
                loaded[160 + n] = (byte) (n * 7 + 1);
            }
            facility.loadFloatingPoint(loaded);
            byte[] read = new byte[loaded.length];
            facility.saveFloatingPoint(read);
            assertArrayEquals(essence(loaded), essence(read));
            guest.set(GUEST_CR4, guest.get(GUEST_CR4) | 1 << 9);
            if (!exact()) { // this host emulates instructions, and x87 is not among those that it can
                guest.code(asm -> asm.op(OUT, TinyGuest.PORT, AL).op(HLT));
                assertEquals(ExitReason.IO_INSTRUCTION, guest.enter().reason());
                assertEquals(ExitReason.HLT, guest.accept().reason());
                facility.saveFloatingPoint(read);
                assertArrayEquals(essence(loaded), essence(read));
                return;
            }
            guest.code(asm -> asm.op(MOV, EBX, (int) TinyGuest.DATA).op(OUT, TinyGuest.PORT, AL).op(FLD, ST0).op(FADD, ST0, ST1)
                    .op(FISTP, data(mode, 0).d()).op(MOVUPS, data(mode, 16), XMM3).op(PXOR, XMM3, XMM3).op(HLT));
            assertEquals(ExitReason.IO_INSTRUCTION, guest.enter().reason());
            assertEquals(ExitReason.HLT, guest.accept().reason());
            assertEquals(3, guest.host.readInt(guest.at(TinyGuest.DATA)));
            for (int n = 0; n < 16; n++) {
                assertEquals(loaded[160 + 48 + n] & 0xff, guest.host.readByte(guest.at(TinyGuest.DATA + 16 + n)), "byte " + n);
            }
            facility.saveFloatingPoint(read);
            Arrays.fill(loaded, 160 + 48, 160 + 64, (byte) 0);
            assertArrayEquals(Arrays.copyOfRange(loaded, 160, 160 + 16 * registers), Arrays.copyOfRange(read, 160, 160 + 16 * registers));
        }
    }

    /** Control, status, tags, x87 registers, MXCSR and XMM registers: what every processor keeps. */
    private static byte[] essence(byte[] image) {
        byte[] kept = image.clone();
        Arrays.fill(kept, 5, 24, (byte) 0);
        Arrays.fill(kept, 28, 32, (byte) 0);
        Arrays.fill(kept, 416, kept.length, (byte) 0);
        return kept;
    }

    // Registers

    @ParameterizedTest
    @EnumSource
    void registersThatNoFieldHoldsSurviveAnEntry(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            DebugFacility facility = facility(guest);
            int[] indices = {0xc000_0081, 0xc000_0082, 0xc000_0084, 0xc000_0102};
            long[] values = {0x0023_0010_0000_0000L, 0xffff_8000_0000_1230L, 0x4_7700, 0x1234_5678_9000L};
            for (int n = 0; n < indices.length; n++) {
                assertTrue(facility.msr(indices[n], values[n]), Integer.toHexString(indices[n]));
            }
            assertFalse(facility.msr(TinyGuest.PRIVATE_MSR, 1), "there is no such register");
            guest.vmx.registers().dr(6, 0xffff_0ff1L);
            guest.vmx.registers().dr(1, 0x7000);
            guest.set(GUEST_DR7, 0x400);
            guest.code(asm -> asm.op(OUT, TinyGuest.PORT, AL).op(HLT));
            guest.enter();
            assertEquals(ExitReason.HLT, guest.accept().reason());
            for (int n = 0; n < indices.length; n++) {
                assertEquals(values[n], facility.msr(indices[n]), Integer.toHexString(indices[n]));
            }
            assertEquals(0xffff_0ff1L, guest.vmx.registers().dr(6));
            assertEquals(0x7000, guest.vmx.registers().dr(1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatBlocksEventsIsReadAsItWasWritten(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            guest.code(asm -> asm.op(OUT, TinyGuest.PORT, AL).op(HLT));
            guest.set(GUEST_RFLAGS, guest.get(GUEST_RFLAGS) | 1 << 9);
            for (int state : new int[] {1, 2, 8, 9, 0}) {
                guest.set(GUEST_INTERRUPTIBILITY_STATE, state);
                assertEquals(state, guest.get(GUEST_INTERRUPTIBILITY_STATE));
            }
            guest.set(GUEST_INTERRUPTIBILITY_STATE, 9);
            assertEquals(ExitReason.IO_INSTRUCTION, guest.enter().reason());
            assertEquals(ExitReason.HLT, guest.accept().reason());
            assertEquals(8, guest.get(GUEST_INTERRUPTIBILITY_STATE), "an instruction ends the blocking by STI only");
        }
    }

    @Test
    void theEntriesOfAPaeTableAreThoseOfTheFields() {
        assumeTrue(exact(), "this host has no PAE paging for guests that it emulates");
        try (TinyGuest guest = guest(Mode.PROTECTED)) {
            long directory = TinyGuest.PML4 + 0x1000;
            guest.host.clear(guest.at(TinyGuest.PML4), 0x3000);
            guest.host.writeLong(guest.at(TinyGuest.PML4), directory | 1);
            guest.host.writeLong(guest.at(directory), 0x83);
            guest.set(GUEST_CR4, guest.get(GUEST_CR4) | 0x20);
            guest.set(GUEST_CR3, TinyGuest.PML4);
            guest.set(GUEST_CR0, guest.get(GUEST_CR0) | 0x8000_0000L);
            guest.set(GUEST_PDPTE0, directory | 1);
            guest.set(GUEST_PDPTE1, 0);
            guest.set(GUEST_PDPTE2, 0);
            guest.set(GUEST_PDPTE3, 0);
            guest.code(asm -> asm.op(MOV, EBX, (int) TinyGuest.DATA).op(MOV, mem(EBX).d(), 0x77).op(OUT, TinyGuest.PORT, AL)
                    .op(MOV_CR, CR3, EDX).op(HLT));
            assertEquals(ExitReason.IO_INSTRUCTION, guest.enter().reason());
            assertEquals(0x77, guest.host.readInt(guest.at(TinyGuest.DATA)));
            guest.vmx.complete();
            assertEquals(directory | 1, guest.get(GUEST_PDPTE0));
            assertEquals(0, guest.get(GUEST_PDPTE1));
            long other = TinyGuest.PML4 + 0x2000;
            guest.host.writeLong(guest.at(other), directory | 1);
            guest.host.writeLong(guest.at(other + 16), directory | 1);
            guest.vmx.registers().gpr(2, other);
            assertEquals(ExitReason.HLT, guest.enter().reason());
            assertEquals(directory | 1, guest.get(GUEST_PDPTE2));
        }
    }

    // The dirty log

    @ParameterizedTest
    @EnumSource
    void theDirtyLogHasThePagesThatTheGuestWroteTo(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            GuestMapping mapping = guest.processor.mapping();
            int page = (int) LOG;
            guest.code(asm -> {
                asm.op(MOV, EBX, page).op(MOV, data(mode, 0x10).d(), 1).op(MOV, EAX, data(mode, 0x1000)).op(MOV, data(mode, 0x2ffe).d(), 2)
                        .op(OUT, TinyGuest.PORT, AL).op(MOV, data(mode, 0x10).d(), 3).op(OUT, TinyGuest.PORT, AL)
                        .op(MOV, data(mode, 0x1000).d(), 4).op(OUT, TinyGuest.PORT, AL).op(HLT);
            });
            mapping.logDirty(LOG, LOGGED * HostMemory.PAGE, true);
            assertEquals(0, take(mapping));
            guest.enter();
            assertEquals(0b1101, take(mapping));
            assertEquals(0, take(mapping));
            guest.accept();
            assertEquals(0b1, take(mapping));
            guest.accept();
            long[] second = new long[1];
            assertEquals(1, mapping.takeDirty(LOG + HostMemory.PAGE, HostMemory.PAGE, second));
            assertEquals(1, second[0]);
            assertEquals(0, take(mapping));
            mapping.logDirty(LOG, LOGGED * HostMemory.PAGE, false);
            assertEquals(ExitReason.HLT, guest.accept().reason());
            assertEquals(0, take(mapping));
            assertEquals(4, guest.host.readInt(guest.at(LOG + 0x1000)));
        }
    }

    private static long take(GuestMapping mapping) {
        long[] pages = new long[1];
        assertEquals(mapping.takeDirty(LOG, LOGGED * HostMemory.PAGE, pages), Long.bitCount(pages[0]));
        return pages[0];
    }

    @Test
    void whatWasLoggedOutlivesAChangeOfItsNeighbours() {
        try (TinyGuest guest = guest(Mode.REAL)) {
            GuestMapping mapping = guest.processor.mapping();
            guest.code(asm -> asm.op(MOV, BX, (int) LOG).op(MOV, data(Mode.REAL, 0).d(), 1).op(MOV, data(Mode.REAL, 0x3000).d(), 1)
                    .op(OUT, TinyGuest.PORT, AL).op(MOV, data(Mode.REAL, 0x2000).d(), 1).op(HLT));
            mapping.logDirty(LOG, LOGGED * HostMemory.PAGE, true);
            guest.enter();
            mapping.protect(LOG + 0x1000, HostMemory.PAGE, GuestMapping.READ | GuestMapping.EXECUTE);
            mapping.map(LOG + 0x2000, HostMemory.PAGE, guest.at(LOG + 0x2000), GuestMapping.ALL);
            assertEquals(0b1001, take(mapping));
            assertEquals(ExitReason.HLT, guest.accept().reason());
            assertEquals(0, take(mapping), "a page that is mapped anew is not logged");
        }
    }

    // Hypercalls

    @ParameterizedTest
    @EnumSource
    void aHypercallReachesTheMonitorWhereCpuidSaysSo(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            Access answer = new Access();
            guest.processor.cpuid().answer(ProcessorModel.MONITOR_FEATURES, 0, answer);
            guest.code(asm -> asm.op(MOV, EAX, 0x7654).op(VMCALL).op(HLT)).handler(6, asm -> asm.op(OUT, TinyGuest.PORT, AL));
            byte[] before = new byte[16];
            guest.host.read(guest.at(TinyGuest.CODE), before, 0, before.length);
            ExitReason reason = guest.enter().reason();
            if ((answer.eax() & ProcessorModel.HYPERCALLS) != 0) {
                assertEquals(ExitReason.VMCALL, reason);
                assertEquals(0x7654, guest.vmx.registers().gpr(0));
                guest.vmx.registers().gpr(0, 5);
                assertEquals(ExitReason.HLT, guest.next().reason());
                assertEquals(5, guest.vmx.registers().gpr(0));
            } else {
                boolean undefined = reason == ExitReason.IO_INSTRUCTION;
                assertTrue(undefined || reason == ExitReason.HLT && guest.vmx.registers().gpr(0) < 0, reason::name);
            }
            byte[] after = new byte[before.length];
            guest.host.read(guest.at(TinyGuest.CODE), after, 0, after.length);
            assertArrayEquals(before, after, "the guest's code");
        }
    }

    // The debug facility

    private static void stopped(TinyGuest guest, DebugFacility facility, Stop stop, long at) {
        assertEquals(ExitReason.EXTERNAL_INTERRUPT, guest.enterOnce().reason());
        assertEquals(stop, facility.takeStop());
        assertEquals(at, facility.stopAddress());
        guest.vmx.retry();
    }

    @ParameterizedTest
    @EnumSource
    void breakpointsStopBeforeTheInstructionAndArePassed(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            DebugFacility facility = facility(guest);
            guest.code(asm -> asm.op(NOP).op(NOP).op(NOP).op(OUT, TinyGuest.PORT, AL).op(JMP, TinyGuest.CODE));
            assertTrue(facility.insert(Stop.EXECUTE, TinyGuest.CODE + 1, 1));
            assertTrue(facility.insert(Stop.EXECUTE, TinyGuest.CODE + 2, 1));
            for (int round = 0; round < 3; round++) {
                stopped(guest, facility, Stop.EXECUTE, TinyGuest.CODE + 1);
                assertEquals(TinyGuest.CODE + 1, guest.get(GUEST_RIP));
                stopped(guest, facility, Stop.EXECUTE, TinyGuest.CODE + 2);
                assertEquals(ExitReason.IO_INSTRUCTION, guest.enter().reason());
                assertNull(facility.takeStop());
                guest.vmx.exit().access().accept();
                guest.vmx.complete();
            }
            facility.remove(Stop.EXECUTE, TinyGuest.CODE + 1, 1);
            stopped(guest, facility, Stop.EXECUTE, TinyGuest.CODE + 2);
            facility.clear();
            for (int round = 0; round < 3; round++) {
                assertEquals(ExitReason.IO_INSTRUCTION, guest.enter().reason());
                guest.vmx.complete();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void stepsStopAfterEachInstruction(Mode mode) {
        try (TinyGuest guest = guest(mode)) {
            DebugFacility facility = facility(guest);
            guest.code(asm -> asm.op(NOP).op(INC, EAX).op(OUT, TinyGuest.PORT, AL).op(NOP).op(HLT));
            long rflags = guest.get(GUEST_RFLAGS);
            long afterInc = TinyGuest.CODE + (mode == Mode.PROTECTED ? 2 : 3);
            facility.step(true);
            stopped(guest, facility, Stop.STEP, TinyGuest.CODE + 1);
            facility.step(true);
            stopped(guest, facility, Stop.STEP, afterInc);
            assertEquals(1, guest.vmx.registers().gpr(0));
            assertTrue(facility.insert(Stop.EXECUTE, afterInc + 2, 1));
            facility.step(false);
            assertEquals(ExitReason.IO_INSTRUCTION, guest.enter().reason());
            guest.vmx.exit().access().accept();
            guest.vmx.complete();
            stopped(guest, facility, Stop.EXECUTE, afterInc + 2);
            facility.step(true);
            stopped(guest, facility, Stop.STEP, afterInc + 3);
            facility.step(false);
            assertEquals(ExitReason.HLT, guest.enter().reason());
            assertEquals(rflags & ~0x8d5, guest.get(GUEST_RFLAGS) & ~0x8d5, "the guest sees no trap flag");
        }
    }

    @ParameterizedTest
    @EnumSource
    void watchpointsStopAfterTheAccess(Mode mode) {
        assumeTrue(exact(), "this host emulates instructions, and looks for no watchpoints then");
        try (TinyGuest guest = guest(mode)) {
            DebugFacility facility = facility(guest);
            guest.code(asm -> asm.op(MOV, EBX, (int) TinyGuest.DATA).op(MOV, EAX, data(mode, 0)).op(MOV, data(mode, 4).d(), 1)
                    .op(MOV, data(mode, 0).d(), 2).op(HLT));
            assertTrue(facility.insert(Stop.WRITE, TinyGuest.DATA, 4));
            Exit exit = guest.enterOnce();
            assertEquals(ExitReason.EXTERNAL_INTERRUPT, exit.reason());
            assertEquals(Stop.WRITE, facility.takeStop());
            assertEquals(TinyGuest.DATA, facility.stopAddress());
            assertEquals(2, guest.host.readInt(guest.at(TinyGuest.DATA)));
            guest.vmx.retry();
            assertEquals(ExitReason.HLT, guest.enter().reason());
        }
    }

    @Test
    void moreBreakpointsThanThereIsRoomForAreRefusedAndTheLimitIsSaid() {
        try (TinyGuest guest = guest(Mode.REAL)) {
            DebugFacility facility = facility(guest);
            int inserted = 0;
            while (inserted < 10_000 && facility.insert(Stop.EXECUTE, TinyGuest.CODE + 16L * inserted, 1)) {
                inserted++;
            }
            assertNotNull(facility.room());
            assertTrue(facility.room().startsWith(inserted + " breakpoints"), facility.room() + " but there was room for " + inserted);
            facility.remove(Stop.EXECUTE, TinyGuest.CODE, 1);
            assertTrue(facility.insert(Stop.EXECUTE, TinyGuest.CODE + 1, 1));
        }
    }
}
