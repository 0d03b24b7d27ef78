package org.jvmx.vmx;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** A processor whose guests do what a test says. */
final class FakeProcessor implements LogicalProcessor {
    static final int WIDTH = 46;
    static final int REFUSED_MSR = 0xdead;

    final long[] guest = new long[VmcsField.COUNT];
    final Map<Integer, Long> msrs = new HashMap<>();
    Consumer<Exit> program = exit -> exit.begin(ExitReason.HLT, 0, 1);
    Consumer<Exit> completion;
    ExecutionControls controls;
    int loads;
    int loadRounds;
    int controlRounds;
    int flushes;
    int retries;
    int injected;
    int injectedErrorCode;
    int injectedLength;
    String invalidated = "";
    private long msrValue;

    @Override
    public long guestState(VmcsField field) {
        return guest[field.ordinal()];
    }

    @Override
    public void loadGuestState(VmcsField field, long value) {
        guest[field.ordinal()] = value;
        loads++;
    }

    @Override
    public void guestStateLoaded() {
        loadRounds++;
    }

    @Override
    public void controls(ExecutionControls compiled) {
        controls = compiled;
        controlRounds++;
    }

    @Override
    public void inject(int interruptionInformation, int errorCode, int instructionLength) {
        injected = interruptionInformation;
        injectedErrorCode = errorCode;
        injectedLength = instructionLength;
    }

    @Override
    public void run(Exit exit) {
        program.accept(exit);
    }

    @Override
    public boolean complete(Exit exit) {
        if (completion == null) {
            return true;
        }
        completion.accept(exit);
        return false;
    }

    @Override
    public void retry() {
        retries++;
    }

    @Override
    public boolean readMsr(int index) {
        Long found = msrs.get(index);
        msrValue = found == null ? 0 : found;
        return found != null;
    }

    @Override
    public long msrValue() {
        return msrValue;
    }

    @Override
    public boolean writeMsr(int index, long value) {
        if (index == REFUSED_MSR) {
            return false;
        }
        msrs.put(index, value);
        return true;
    }

    @Override
    public void invept(int type, long eptPointer) {
        invalidated = "ept " + type + " " + eptPointer;
    }

    @Override
    public void invvpid(int type, int vpid, long linearAddress) {
        invalidated = "vpid " + type + " " + vpid + " " + linearAddress;
    }

    @Override
    public void flush() {
        flushes++;
    }

    @Override
    public int physicalAddressWidth() {
        return WIDTH;
    }

    @Override
    public long gpr(int index) {
        return 0;
    }

    @Override
    public void gpr(int index, long value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long cr2() {
        return 0;
    }

    @Override
    public void cr2(long value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long dr(int index) {
        return 0;
    }

    @Override
    public void dr(int index, long value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long xcr0() {
        return 1;
    }

    @Override
    public long retired() {
        return 0;
    }

    @Override
    public long tsc() {
        return 0;
    }
}
