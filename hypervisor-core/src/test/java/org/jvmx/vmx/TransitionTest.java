package org.jvmx.vmx;

import static org.jvmx.vmx.VmcsField.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.arch.Efer;
import org.jvmx.arch.Msr;
import org.jvmx.arch.Rflags;
import org.jvmx.arch.Vector;

/** What entries load and exits write. */
class TransitionTest {
    @Test
    void guestStateStaysInTheProcessorBetweenExits() {
        try (Rig rig = Rig.software()) {
            rig.vmx.vmlaunch();
            int loads = rig.processor.loads;
            rig.processor.guest[GUEST_RIP.ordinal()] = 0x4321;
            assertEquals(0x4321, rig.vmx.read(GUEST_RIP));
            rig.vmx.vmresume();
            assertEquals(loads, rig.processor.loads, "nothing was written, nothing is loaded");
            rig.set(GUEST_RSP, 0x9000);
            rig.processor.guest[GUEST_RSP.ordinal()] = 1;
            assertEquals(0x9000, rig.vmx.read(GUEST_RSP), "what the monitor wrote counts");
            rig.vmx.vmresume();
            assertEquals(loads + 1, rig.processor.loads);
            assertEquals(0x9000, rig.processor.guest[GUEST_RSP.ordinal()]);
            assertEquals(0x4321, rig.processor.guest[GUEST_RIP.ordinal()]);
        }
    }

    @Test
    void twoVmcssShareAProcessorAndKeepTheirGuests() {
        try (Rig rig = Rig.software()) {
            long second = rig.newRegion();
            rig.vmx.vmlaunch();
            rig.processor.guest[GUEST_RIP.ordinal()] = 0x1111;
            rig.vmx.vmclear(second);
            rig.vmx.vmptrld(second);
            rig.legal();
            rig.set(GUEST_RIP, 0x2222);
            assertEquals(0x1111, rig.processor.guest[GUEST_RIP.ordinal()], "VMPTRLD moves no guest state");
            rig.vmx.vmlaunch();
            assertEquals(0x2222, rig.processor.guest[GUEST_RIP.ordinal()]);
            rig.processor.guest[GUEST_RIP.ordinal()] = 0x2223;
            rig.vmx.vmptrld(rig.region);
            assertEquals(0x1111, rig.vmx.read(GUEST_RIP));
            assertEquals(Vmx.SUCCEED, rig.vmx.vmresume());
            assertEquals(0x1111, rig.processor.guest[GUEST_RIP.ordinal()]);
            rig.vmx.vmptrld(second);
            assertEquals(0x2223, rig.vmx.read(GUEST_RIP));
            assertEquals(Vmx.SUCCEED, rig.vmx.vmresume());
        }
    }

    @Test
    void manyVmcssTakeTurnsThroughTheirRegions() {
        try (Rig rig = Rig.software()) {
            long[] regions = new long[5];
            for (int i = 0; i < regions.length; i++) {
                regions[i] = rig.newRegion();
                rig.vmx.vmptrld(regions[i]);
                rig.legal();
                rig.set(GUEST_RIP, 0x100 + i);
                assertEquals(Vmx.SUCCEED, rig.vmx.vmlaunch());
            }
            for (int i = 0; i < regions.length; i++) {
                rig.vmx.vmptrld(regions[i]);
                assertEquals(0x100 + i, rig.vmx.read(GUEST_RIP));
                assertEquals(Vmx.SUCCEED, rig.vmx.vmresume(), "the launch state went along");
                assertEquals(0x100 + i, rig.processor.guest[GUEST_RIP.ordinal()]);
            }
        }
    }

    @Test
    void vmclearWritesTheGuestBack() {
        try (Rig rig = Rig.software()) {
            rig.vmx.vmlaunch();
            rig.processor.guest[GUEST_RIP.ordinal()] = 0x77;
            rig.vmx.vmclear(rig.region);
            rig.processor.guest[GUEST_RIP.ordinal()] = 0;
            rig.vmx.vmptrld(rig.region);
            assertEquals(0x77, rig.vmx.read(GUEST_RIP));
        }
    }

    @Test
    void fieldsThatAnExitDoesNotSaveKeepTheMonitorsValue() {
        try (Rig rig = Rig.software()) {
            rig.off(ExitControl.SAVE_IA32_PAT, ExitControl.SAVE_DEBUG_CONTROLS);
            rig.vmx.vmlaunch();
            rig.processor.guest[GUEST_IA32_PAT.ordinal()] = 0;
            rig.processor.guest[GUEST_DR7.ordinal()] = 0x401;
            assertEquals(Rig.PAT, rig.vmx.read(GUEST_IA32_PAT));
            assertEquals(0x400, rig.vmx.read(GUEST_DR7));
            rig.vmx.vmresume();
            assertEquals(Rig.PAT, rig.processor.guest[GUEST_IA32_PAT.ordinal()], "loaded again at each entry");
            assertEquals(0x400, rig.processor.guest[GUEST_DR7.ordinal()]);
        }
    }

    @Test
    void anExitStoresLongModeInTheEntryControls() {
        try (Rig rig = Rig.software()) {
            rig.legacy();
            rig.vmx.vmlaunch();
            int generation = rig.processor.controls.generation;
            rig.processor.guest[GUEST_IA32_EFER.ordinal()] = Efer.LMA | Efer.LME;
            assertNotEquals(0, rig.vmx.read(ENTRY_CONTROLS) & EntryControl.IA32E_MODE_GUEST.mask());
            assertEquals(Vmx.SUCCEED, rig.vmx.vmresume());
            assertFalse(rig.vmx.exit().entryFailure());
            assertTrue(rig.processor.controls.has(EntryControl.IA32E_MODE_GUEST));
            assertNotEquals(generation, rig.processor.controls.generation);
        }
    }

    @Test
    void withoutLoadingEferLongModeFollowsTheControl() {
        try (Rig rig = Rig.software()) {
            rig.off(EntryControl.LOAD_IA32_EFER);
            rig.processor.guest[GUEST_IA32_EFER.ordinal()] = Efer.NXE;
            rig.vmx.vmlaunch();
            assertEquals(Efer.NXE | Efer.LMA | Efer.LME, rig.processor.guest[GUEST_IA32_EFER.ordinal()]);
        }
    }

    @Test
    void withoutEptThePdptesComeFromMemory() {
        try (Rig rig = Rig.software()) {
            rig.legacy().noEpt();
            rig.host.writeLong(rig.vmx.read(GUEST_CR3) + 8, 0x5001);
            rig.vmx.vmlaunch();
            assertEquals(0x5001, rig.processor.guest[GUEST_PDPTE1.ordinal()]);
        }
    }

    @Test
    void anExitWritesItsInformationAndClearsTheInjection() {
        try (Rig rig = Rig.software()) {
            rig.or(GUEST_RFLAGS, Rflags.IF).inject(Interruption.EXTERNAL, 0x30, false);
            rig.processor.program = exit -> {
                exit.begin(ExitReason.EPT_VIOLATION, EptViolation.WRITE | EptViolation.LINEAR_VALID, 3);
                exit.linear(0xffff_8000_0000_1000L);
                exit.physical(0xfee0_0000L);
                exit.idtVectoring(Interruption.of(Interruption.EXTERNAL, 0x30, false), 0);
                exit.instruction(5);
                exit.access().memory(0xfee0_0000L, 4, true, 7);
            };
            rig.vmx.vmlaunch();
            assertEquals(Interruption.external(0x30), rig.processor.injected);
            assertEquals(48, rig.vmx.read(EXIT_REASON));
            assertEquals(0x82, rig.vmx.read(EXIT_QUALIFICATION));
            assertEquals(0xffff_8000_0000_1000L, rig.vmx.read(GUEST_LINEAR_ADDRESS));
            assertEquals(0xfee0_0000L, rig.vmx.read(GUEST_PHYSICAL_ADDRESS));
            assertEquals(0x8000_0030L, rig.vmx.read(IDT_VECTORING_INFORMATION));
            assertEquals(3, rig.vmx.read(EXIT_INSTRUCTION_LENGTH));
            assertEquals(5, rig.vmx.read(EXIT_INSTRUCTION_INFORMATION));
            assertEquals(0x30, rig.vmx.read(ENTRY_INTERRUPTION_INFORMATION), "the valid bit is cleared");
            assertTrue(rig.vmx.exit().eptViolation().write());
        }
    }

    @Test
    void aFailedEntryInjectsNothingAndKeepsTheInjection() {
        try (Rig rig = Rig.software()) {
            rig.inject(Interruption.EXTERNAL, 0x30, false);
            rig.vmx.vmlaunch();
            assertEquals("guest.rflags.if", rig.vmx.failure().id());
            assertEquals(0, rig.processor.injected);
            assertEquals(0x8000_0030L, rig.vmx.read(ENTRY_INTERRUPTION_INFORMATION));
        }
    }

    @Test
    void thePreemptionTimerIsLoadedAndSavedAsControlsSay() {
        try (Rig rig = Rig.software()) {
            rig.on(PinBasedControl.ACTIVATE_PREEMPTION_TIMER).set(PREEMPTION_TIMER_VALUE, 100);
            rig.vmx.vmlaunch();
            assertEquals(100, rig.processor.controls.preemptionTimer);
            rig.processor.guest[PREEMPTION_TIMER_VALUE.ordinal()] = 40;
            assertEquals(100, rig.vmx.read(PREEMPTION_TIMER_VALUE), "not saved");
            rig.on(ExitControl.SAVE_PREEMPTION_TIMER_VALUE);
            rig.vmx.vmresume();
            rig.processor.guest[PREEMPTION_TIMER_VALUE.ordinal()] = 40;
            assertEquals(40, rig.vmx.read(PREEMPTION_TIMER_VALUE));
            rig.vmx.vmresume();
            assertEquals(40, rig.processor.controls.preemptionTimer);
            int rounds = rig.processor.loadRounds;
            rig.set(PREEMPTION_TIMER_VALUE, 50);
            rig.vmx.vmresume();
            assertEquals(50, rig.processor.controls.preemptionTimer);
            assertEquals(rounds, rig.processor.loadRounds, "the timer is no guest state to load");
            rig.processor.guest[PREEMPTION_TIMER_VALUE.ordinal()] = 30;
            assertEquals(30, rig.vmx.read(PREEMPTION_TIMER_VALUE));
        }
    }

    @Test
    void controlsAreCompiledOnlyWhenOneChanged() {
        try (Rig rig = Rig.software()) {
            rig.on(PrimaryControl.HLT_EXITING).set(EXCEPTION_BITMAP, 1 << Vector.PF).set(PAGE_FAULT_ERROR_CODE_MASK, 1)
                    .set(PAGE_FAULT_ERROR_CODE_MATCH, 1).set(CR0_GUEST_HOST_MASK, Cr0.TS).set(CR0_READ_SHADOW, Cr0.TS);
            rig.vmx.vmlaunch();
            ExecutionControls controls = rig.processor.controls;
            int generation = controls.generation;
            long key = controls.interceptKey;
            assertTrue(controls.has(PrimaryControl.HLT_EXITING));
            assertTrue(controls.exitsOnException(Vector.PF, 3));
            assertFalse(controls.exitsOnException(Vector.PF, 2));
            assertEquals(Cr0.TS | Cr0.PE, controls.visibleCr0(Cr0.PE));
            rig.set(GUEST_RIP, 5).set(ENTRY_INTERRUPTION_INFORMATION, 0);
            rig.vmx.vmresume();
            assertEquals(generation, controls.generation);
            rig.on(PrimaryControl.INTERRUPT_WINDOW_EXITING);
            rig.vmx.vmresume();
            assertNotEquals(generation, controls.generation);
            assertEquals(key, controls.interceptKey, "an interrupt window changes no translation");
            rig.on(PrimaryControl.RDTSC_EXITING);
            rig.vmx.vmresume();
            assertNotEquals(key, controls.interceptKey);
        }
    }

    @Test
    void withoutVpidsEachEntryFlushes() {
        try (Rig rig = Rig.software()) {
            rig.vmx.vmlaunch();
            assertEquals(0, rig.processor.flushes);
            rig.off(SecondaryControl.ENABLE_VPID);
            rig.vmx.vmresume();
            assertEquals(1, rig.processor.flushes);
        }
    }

    @Test
    void msrListsAreLoadedAndStored() {
        try (Rig rig = Rig.software()) {
            long store = rig.msrList(Msr.LSTAR, 0, 0);
            rig.set(EXIT_MSR_STORE_ADDRESS, store).set(EXIT_MSR_STORE_COUNT, 1);
            rig.set(EXIT_MSR_LOAD_ADDRESS, rig.msrList(Msr.LSTAR, 0, 9)).set(EXIT_MSR_LOAD_COUNT, 1);
            rig.msrLoad(Msr.LSTAR, 0, 5);
            rig.processor.program = exit -> {
                rig.processor.msrs.merge(Msr.LSTAR, 1L, Long::sum);
                exit.begin(ExitReason.CPUID, 0, 2);
            };
            rig.vmx.vmlaunch();
            assertEquals(6, rig.host.readLong(store + 8));
            assertEquals(9, rig.processor.msrs.get(Msr.LSTAR));
        }
    }

    @Test
    void badExitListsAbort() {
        try (Rig rig = Rig.software()) {
            rig.set(EXIT_MSR_STORE_ADDRESS, rig.msrList(Msr.CSTAR, 0, 0)).set(EXIT_MSR_STORE_COUNT, 1);
            assertEquals(VmxAbort.SAVING_GUEST_MSRS, assertThrows(VmxAbort.class, rig.vmx::vmlaunch).indicator());
            assertEquals(1, rig.host.readInt(rig.region + 4));
        }
        try (Rig rig = Rig.software()) {
            rig.set(EXIT_MSR_LOAD_ADDRESS, rig.msrList(Msr.FS_BASE, 0, 0)).set(EXIT_MSR_LOAD_COUNT, 1);
            assertEquals(VmxAbort.LOADING_HOST_MSRS, assertThrows(VmxAbort.class, rig.vmx::vmlaunch).indicator());
            assertEquals(4, rig.host.readInt(rig.region + 4));
        }
    }

    @Test
    void completionMayExitAgain() {
        try (Rig rig = Rig.software()) {
            assertThrows(IllegalStateException.class, rig.vmx::complete);
            rig.vmx.vmlaunch();
            assertTrue(rig.vmx.complete());
            rig.processor.completion = exit -> exit.begin(ExitReason.EPT_VIOLATION, 2, 4);
            assertFalse(rig.vmx.complete());
            assertEquals(48, rig.vmx.read(EXIT_REASON));
        }
    }

    @Test
    void retryingInjectsTheInterruptedEventAgain() {
        try (Rig rig = Rig.software()) {
            rig.on(PinBasedControl.NMI_EXITING, PinBasedControl.VIRTUAL_NMIS);
            rig.processor.program = exit -> {
                exit.begin(ExitReason.EPT_VIOLATION, 1, 2);
                exit.idtVectoring(Interruption.of(Interruption.NMI, 2, false) | Interruption.NMI_UNBLOCKING, 0);
                rig.processor.guest[GUEST_INTERRUPTIBILITY_STATE.ordinal()] = Interruptibility.BLOCKING_BY_NMI;
            };
            rig.vmx.vmlaunch();
            rig.vmx.retry();
            assertEquals(1, rig.processor.retries);
            assertEquals(0x8000_0202L, rig.vmx.read(ENTRY_INTERRUPTION_INFORMATION));
            assertEquals(Vmx.SUCCEED, rig.vmx.vmresume());
            assertFalse(rig.vmx.exit().entryFailure(), () -> rig.vmx.failure().toString());
            assertEquals(0x8000_0202, rig.processor.injected);
        }
    }

    @Test
    void aFaultIsInjectedWithItsErrorCode() {
        try (Rig rig = Rig.software()) {
            rig.vmx.vmlaunch();
            rig.vmx.fault(Vector.GP, 0x18);
            assertEquals(Vmx.SUCCEED, rig.vmx.vmresume());
            assertEquals(Interruption.of(Interruption.HARDWARE_EXCEPTION, Vector.GP, true), rig.processor.injected);
            assertEquals(0x18, rig.processor.injectedErrorCode);
            assertNotEquals(0, rig.vmx.read(GUEST_RFLAGS) & Rflags.RF);
            rig.vmx.fault(Vector.UD, 0x18);
            rig.vmx.vmresume();
            assertEquals(Interruption.of(Interruption.HARDWARE_EXCEPTION, Vector.UD, false), rig.processor.injected);
            assertFalse(rig.vmx.exit().entryFailure());
        }
    }

    @Test
    void aFaultInRealAddressModeHasNoErrorCode() {
        try (Rig rig = Rig.software()) {
            rig.legacy().set(GUEST_CR0, Cr0.NE).set(GUEST_CR4, Cr4.VMXE);
            rig.vmx.vmlaunch();
            rig.vmx.fault(Vector.GP, 0);
            rig.vmx.vmresume();
            assertFalse(rig.vmx.exit().entryFailure(), () -> rig.vmx.failure().toString());
            assertEquals(Interruption.of(Interruption.HARDWARE_EXCEPTION, Vector.GP, false), rig.processor.injected);
        }
    }

    @Test
    void softwareInterruptsCarryTheirLength() {
        try (Rig rig = Rig.software()) {
            rig.inject(Interruption.SOFTWARE_INTERRUPT, 0x80, false).set(ENTRY_INSTRUCTION_LENGTH, 2);
            rig.vmx.vmlaunch();
            assertFalse(rig.vmx.exit().entryFailure());
            assertEquals(2, rig.processor.injectedLength);
        }
    }
}
