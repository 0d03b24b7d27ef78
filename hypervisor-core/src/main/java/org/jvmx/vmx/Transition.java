package org.jvmx.vmx;

import static org.jvmx.vmx.VmcsField.*;

/** VM entries and the VM exits that end them. SDM Vol. 3, "VM Entries", "VM Exits". */
final class Transition {
    private final LogicalProcessor processor;
    private final EntryState state;
    private final Exit exit;
    private final GuestArea guest;
    private final MsrLists lists;
    private final ExecutionControls controls = new ExecutionControls();
    private Vmcs compiled;
    private CheckFailure failure;

    Transition(LogicalProcessor processor, EntryState state, Exit exit) {
        this.processor = processor;
        this.state = state;
        this.exit = exit;
        this.guest = new GuestArea(processor, state.capabilities());
        this.lists = new MsrLists(processor, state);
    }

    /** The check that made the last entry fail, or null. */
    CheckFailure failure() {
        return failure;
    }

    /**
     * Enters the guest and returns after the VM exit, which may be that of a failed entry.
     *
     * @param other a VMCS whose guest state may be in the processor
     * @return null, or the check of controls or host state for which there was neither entry nor exit
     */
    Check enter(Vmcs vmcs, Vmcs other, int session) {
        vmcs.syncEntryControls();
        failure = null;
        Check failed = EntryChecks.firstFailing(state);
        if (failed != null) {
            failure = failed.failure(state);
            if (failed.section().outcome() != Check.Outcome.INVALID_GUEST_STATE) {
                return failed;
            }
            entryFailure(vmcs, ExitReason.INVALID_STATE, failed.qualification());
            return null;
        }
        other.release();
        guest.enter(state);
        compileControls(vmcs);
        int badMsr = lists.load(ENTRY_MSR_LOAD_ADDRESS, ENTRY_MSR_LOAD_COUNT);
        if (badMsr != 0) {
            failure = lists.failed().failure(state);
            entryFailure(vmcs, ExitReason.MSR_LOAD_FAIL, badMsr);
            return null;
        }
        int before = vmcs.launchSession();
        entered(vmcs, session);
        processor.run(exit);
        if (exit.entryFailure()) {
            vmcs.launched(before);
            failure = recheck(vmcs);
        }
        exited(vmcs);
        return null;
    }

    /** The processor found the state wrong although the checks had held: all of them again, on the state as the processor has it. */
    private CheckFailure recheck(Vmcs vmcs) {
        vmcs.suspect();
        Check failed = EntryChecks.firstFailing(state);
        return failed == null ? null : failed.failure(state);
    }

    private void compileControls(Vmcs vmcs) {
        if (vmcs.controlsChanged || compiled != vmcs) {
            controls.compile(state);
            compiled = vmcs;
            vmcs.controlsChanged = false;
            processor.controls(controls);
        }
        controls.preemptionTimer = state.word(PREEMPTION_TIMER_VALUE);
        if (controls.vpid == 0) {
            processor.flush();
        }
    }

    private void entered(Vmcs vmcs, int session) {
        vmcs.checked();
        vmcs.launched(session);
        guest.entered(state);
        int event = state.injected();
        if (Interruption.valid(event)) {
            processor.inject(event, state.word(ENTRY_EXCEPTION_ERROR_CODE), state.word(ENTRY_INSTRUCTION_LENGTH));
        }
    }

    /** A VM exit that happens instead of the entry. */
    private void entryFailure(Vmcs vmcs, ExitReason reason, long qualification) {
        exit.beginEntryFailure(reason, qualification);
        vmcs.report(EXIT_REASON, exit.reasonField());
        vmcs.report(EXIT_QUALIFICATION, qualification);
        loadHostMsrs(vmcs);
    }

    /** What a VM exit writes. Guest state stays in the processor, host state is the monitor's own. */
    void exited(Vmcs vmcs) {
        vmcs.report(EXIT_REASON, exit.reasonField());
        vmcs.report(EXIT_QUALIFICATION, exit.qualification());
        vmcs.report(GUEST_LINEAR_ADDRESS, exit.guestLinearAddress());
        vmcs.report(GUEST_PHYSICAL_ADDRESS, exit.guestPhysicalAddress());
        vmcs.report(EXIT_INTERRUPTION_INFORMATION, exit.interruptionInformation());
        vmcs.report(EXIT_INTERRUPTION_ERROR_CODE, exit.interruptionErrorCode());
        vmcs.report(IDT_VECTORING_INFORMATION, exit.idtVectoringInformation());
        vmcs.report(IDT_VECTORING_ERROR_CODE, exit.idtVectoringErrorCode());
        vmcs.report(EXIT_INSTRUCTION_LENGTH, exit.instructionLength());
        vmcs.report(EXIT_INSTRUCTION_INFORMATION, exit.instructionInformation());
        vmcs.report(ENTRY_INTERRUPTION_INFORMATION, vmcs.read(ENTRY_INTERRUPTION_INFORMATION) & ~(long) Interruption.VALID & 0xffff_ffffL);
        if (!lists.store()) {
            abort(vmcs, VmxAbort.SAVING_GUEST_MSRS);
        }
        loadHostMsrs(vmcs);
    }

    private void loadHostMsrs(Vmcs vmcs) {
        if (lists.load(EXIT_MSR_LOAD_ADDRESS, EXIT_MSR_LOAD_COUNT) != 0) {
            abort(vmcs, VmxAbort.LOADING_HOST_MSRS);
        }
    }

    private void abort(Vmcs vmcs, int indicator) {
        state.memory().writeInt(vmcs.address() + Vmcs.ABORT_INDICATOR, indicator);
        throw new VmxAbort(indicator, state.msrIndex());
    }
}
