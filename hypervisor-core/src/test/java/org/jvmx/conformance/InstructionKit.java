package org.jvmx.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;
import static org.jvmx.vmx.VmcsField.*;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.jvmx.vmx.Backend;
import org.jvmx.vmx.Control;
import org.jvmx.vmx.EntryControl;
import org.jvmx.vmx.ExitControl;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.PinBasedControl;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.SecondaryControl;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;
import org.jvmx.vmx.VmxFault;

/** The part of the suite about the VMX instructions themselves, and what a processor does not offer. */
abstract class InstructionKit {
    /** The backend under test. */
    abstract Backend backend();

    /**
     * Whether every mode runs on a processor, or an exact model of one. Where a host emulates instructions instead, several of them at a time,
     * events find later boundaries and the limits of real mode are not looked at.
     */
    boolean exact() {
        return true;
    }

    TinyGuest guest(Mode mode) {
        Backend backend = backend();
        assumeTrue(backend.obstacle() == null, backend::obstacle);
        return new TinyGuest(backend, mode);
    }

    // The VMX instructions

    @Test
    void instructionsOutsideVmxOperationAreUndefined() {
        try (TinyGuest guest = guest(Mode.REAL)) {
            assertEquals(Vmx.SUCCEED, guest.vmx.vmxoff());
            assertThrows(VmxFault.class, guest.vmx::vmlaunch);
            assertThrows(VmxFault.class, () -> guest.vmx.vmptrld(guest.region));
        }
    }

    @Test
    void withoutACurrentVmcsThereIsNoPlaceForANumber() {
        try (TinyGuest guest = guest(Mode.REAL)) {
            assertEquals(Vmx.SUCCEED, guest.vmx.vmclear(guest.region));
            assertEquals(-1, guest.vmx.vmptrst());
            assertEquals(Vmx.FAIL_INVALID, guest.vmx.vmlaunch());
            assertEquals(Vmx.FAIL_INVALID, guest.vmx.vmread(GUEST_RIP));
            assertEquals(Vmx.FAIL_INVALID, guest.vmx.vmwrite(GUEST_RIP, 0));
            assertEquals(Vmx.FAIL_INVALID, guest.vmx.vmcall());
        }
    }

    private static void fails(int number, TinyGuest guest, int result) {
        assertEquals(Vmx.FAIL_VALID, result);
        assertEquals(number, guest.error());
    }

    @Test
    void pointersAreCheckedInTheOrderOfTheManual() {
        try (TinyGuest guest = guest(Mode.REAL)) {
            fails(1, guest, guest.vmx.vmcall());
            fails(2, guest, guest.vmx.vmclear(guest.region + 8));
            fails(3, guest, guest.vmx.vmclear(guest.vmxonRegion));
            fails(9, guest, guest.vmx.vmptrld(guest.region + 8));
            fails(10, guest, guest.vmx.vmptrld(guest.vmxonRegion));
            long wrong = guest.region();
            guest.host.writeInt(wrong, guest.offered.revision() ^ 1);
            fails(11, guest, guest.vmx.vmptrld(wrong));
            fails(13, guest, guest.vmx.vmwrite(EXIT_REASON, 0));
            fails(15, guest, guest.vmx.vmxon(guest.vmxonRegion));
        }
    }

    @Test
    void launchStateDecidesBetweenLaunchAndResume() {
        try (TinyGuest guest = guest(Mode.REAL)) {
            guest.code(asm -> asm.op(HLT).op(HLT));
            fails(5, guest, guest.vmx.vmresume());
            assertEquals(Vmx.SUCCEED, guest.vmx.vmlaunch());
            fails(4, guest, guest.vmx.vmlaunch());
            assertEquals(Vmx.SUCCEED, guest.vmx.vmclear(guest.region));
            assertEquals(Vmx.SUCCEED, guest.vmx.vmptrld(guest.region));
            fails(5, guest, guest.vmx.vmresume());
            guest.set(GUEST_RIP, TinyGuest.CODE);
            assertEquals(Vmx.SUCCEED, guest.vmx.vmlaunch());
            assertEquals(Vmx.SUCCEED, guest.vmx.vmxoff());
            assertEquals(Vmx.SUCCEED, guest.vmx.vmxon(guest.vmxonRegion));
            assertEquals(Vmx.SUCCEED, guest.vmx.vmptrld(guest.region));
            fails(6, guest, guest.vmx.vmresume());
        }
    }

    @Test
    void twoVmcssTakeTurns() {
        try (TinyGuest guest = guest(Mode.REAL)) {
            guest.code(asm -> asm.op(OUT, TinyGuest.PORT, AL).op(OUT, TinyGuest.PORT + 1, AL).op(HLT));
            assertEquals(TinyGuest.PORT, guest.enter().io().port());
            guest.vmx.complete();
            long rip = guest.get(GUEST_RIP);
            long other = guest.region();
            List<Long> values = Stream.of(VmcsField.values()).map(field -> guest.offered.has(field) ? guest.get(field) : 0).toList();
            assertEquals(Vmx.SUCCEED, guest.vmx.vmclear(other));
            assertEquals(Vmx.SUCCEED, guest.vmx.vmptrld(other));
            for (VmcsField field : VmcsField.values()) {
                if (!field.readOnly()) {
                    guest.set(field, values.get(field.ordinal()));
                }
            }
            guest.set(GUEST_RIP, TinyGuest.CODE);
            assertEquals(Vmx.SUCCEED, guest.vmx.vmlaunch());
            assertEquals(TinyGuest.PORT, guest.vmx.exit().io().port());
            assertEquals(Vmx.SUCCEED, guest.vmx.vmptrld(guest.region));
            assertEquals(rip, guest.get(GUEST_RIP));
            assertEquals(TinyGuest.PORT + 1, guest.enter().io().port());
        }
    }

    // Capabilities

    @Test
    void fieldsThatDoNotExistAreErrorTwelve() {
        try (TinyGuest guest = guest(Mode.REAL)) {
            for (VmcsField field : VmcsField.values()) {
                if (guest.offered.has(field)) {
                    assertEquals(Vmx.SUCCEED, guest.vmx.vmread(field), field::name);
                } else {
                    fails(12, guest, guest.vmx.vmread(field));
                    fails(12, guest, guest.vmx.vmwrite(field, 0));
                }
            }
        }
    }

    @Test
    void controlsThatAreNotOfferedAreErrorSeven() {
        int refused = 0;
        try (TinyGuest guest = guest(Mode.REAL)) {
            List<Control> all = new ArrayList<>(List.of(PinBasedControl.values()));
            all.addAll(List.of(PrimaryControl.values()));
            all.addAll(List.of(SecondaryControl.values()));
            all.addAll(List.of(ExitControl.values()));
            all.addAll(List.of(EntryControl.values()));
            for (Control control : all) {
                VmcsField word = TinyGuest.field(control.word());
                if (!guest.offered.allows(control)) {
                    refused += refuses(guest, word, guest.get(word) | control.mask());
                } else if ((guest.offered.required(control.word()) & control.mask()) != 0) {
                    refused += refuses(guest, word, guest.get(word) & ~control.mask());
                }
            }
        }
        assertTrue(refused > 5, () -> "a processor that can do everything?");
    }

    private static int refuses(TinyGuest guest, VmcsField word, long value) {
        long legal = guest.get(word);
        guest.vmx.write(word, value & 0xffff_ffffL);
        fails(7, guest, guest.vmx.vmlaunch());
        assertNotNull(guest.vmx.failure());
        guest.vmx.write(word, legal);
        return 1;
    }

    // Entry failures

    @Test
    void aGuestStateThatCannotBeIsAnExitAndNoLaunch() {
        try (TinyGuest guest = guest(Mode.PROTECTED)) {
            guest.code(asm -> asm.op(HLT));
            long cr0 = guest.get(GUEST_CR0);
            guest.set(GUEST_CR0, 0x8000_0000L | cr0 & ~1L);
            assertEquals(Vmx.SUCCEED, guest.vmx.vmlaunch());
            assertTrue(guest.vmx.exit().entryFailure());
            assertEquals(ExitReason.INVALID_STATE, guest.vmx.exit().reason());
            assertEquals(0x8000_0021L, guest.get(EXIT_REASON));
            assertEquals(GUEST_CR0, guest.vmx.failure().field());
            guest.set(GUEST_CR0, cr0);
            assertEquals(Vmx.SUCCEED, guest.vmx.vmlaunch());
            assertEquals(ExitReason.HLT, guest.vmx.exit().reason());
        }
    }
}
