package org.jvmx.vm;

import org.jvmx.vmx.ExecutionControls;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.LogicalProcessor;
import org.jvmx.vmx.VmcsField;

/** A processor whose guest does what a test says. */
final class ScriptedProcessor implements LogicalProcessor {
    /** A guest. */
    interface Guest {
        /** Runs to the next exit. */
        void run(ScriptedProcessor processor, Exit exit);
    }

    final long[] guest = new long[VmcsField.COUNT];
    final long[] gprs = new long[16];
    final long[] drs = new long[8];
    Guest program = (_, exit) -> exit.begin(ExitReason.HLT, 0, 1);
    ExecutionControls controls;
    long retired;
    long cr2;
    int runs;
    int completions;
    int retries;
    int injected;
    int injectedErrorCode;

    /** The guest retires instructions; at the VMX-preemption timer's end it exits, and that is said. */
    boolean retire(long count, Exit exit) {
        long budget = controls.preemptionTimer & 0xffff_ffffL;
        retired += Math.min(count, budget);
        if (count < budget) {
            return true;
        }
        exit.begin(ExitReason.PREEMPTION_TIMER, 0, 0);
        return false;
    }

    long get(VmcsField field) {
        return guest[field.ordinal()];
    }

    void set(VmcsField field, long value) {
        guest[field.ordinal()] = value;
    }

    @Override
    public long guestState(VmcsField field) {
        return guest[field.ordinal()];
    }

    @Override
    public void loadGuestState(VmcsField field, long value) {
        guest[field.ordinal()] = value;
    }

    @Override
    public void guestStateLoaded() {
        // nothing is derived
    }

    @Override
    public void controls(ExecutionControls compiled) {
        controls = compiled;
    }

    @Override
    public void inject(int interruptionInformation, int errorCode, int instructionLength) {
        injected = interruptionInformation;
        injectedErrorCode = errorCode;
    }

    @Override
    public void run(Exit exit) {
        runs++;
        program.run(this, exit);
    }

    @Override
    public boolean complete(Exit exit) {
        completions++;
        retired++;
        return true;
    }

    @Override
    public void retry() {
        retries++;
    }

    @Override
    public boolean readMsr(int index) {
        return false;
    }

    @Override
    public long msrValue() {
        return 0;
    }

    @Override
    public boolean writeMsr(int index, long value) {
        return false;
    }

    @Override
    public void invept(int type, long eptPointer) {
        // nothing is cached
    }

    @Override
    public void invvpid(int type, int vpid, long linearAddress) {
        // nothing is cached
    }

    @Override
    public void flush() {
        // nothing is cached
    }

    @Override
    public int physicalAddressWidth() {
        return 46;
    }

    @Override
    public long gpr(int index) {
        return gprs[index];
    }

    @Override
    public void gpr(int index, long value) {
        gprs[index] = value;
    }

    @Override
    public long cr2() {
        return cr2;
    }

    @Override
    public void cr2(long value) {
        cr2 = value;
    }

    @Override
    public long dr(int index) {
        return drs[index];
    }

    @Override
    public void dr(int index, long value) {
        drs[index] = value;
    }

    @Override
    public long xcr0() {
        return 1;
    }

    @Override
    public long retired() {
        return retired;
    }

    @Override
    public long tsc() {
        return retired;
    }
}
