package org.jvmx.vmx;

import org.jvmx.arch.Msr;

/** The three MSR lists of a VMCS: 16 bytes an entry, index, zero, value. SDM Vol. 3, "Loading MSRs" and "Saving MSRs". */
final class MsrLists {
    private static final int ENTRY = 16;
    private static final int VALUE = 8;
    private static final int SMBASE = 0x9e;

    private final LogicalProcessor processor;
    private final EntryState state;
    private Check failed;

    MsrLists(LogicalProcessor processor, EntryState state) {
        this.processor = processor;
        this.state = state;
    }

    /** Loads a list: 0, or the number (from 1) of the entry that failed by {@link #failed()}. */
    int load(VmcsField address, VmcsField count) {
        int entries = state.word(count);
        for (int i = 0; i < entries; i++) {
            long at = state.get(address) + (long) ENTRY * i;
            state.msr(state.memory().readInt(at), state.memory().readInt(at + 4));
            failed = loadOne(at);
            if (failed != null) {
                return i + 1;
            }
        }
        return 0;
    }

    private Check loadOne(long at) {
        for (int i = 0; i < MsrLoadChecks.ALL.size(); i++) {
            Check check = MsrLoadChecks.ALL.get(i);
            if (!check.predicate().holds(state)) {
                return check;
            }
        }
        return processor.writeMsr(state.msrIndex(), state.memory().readLong(at + VALUE)) ? null : MsrLoadChecks.WRITE;
    }

    /** The check that the last entry failed. */
    Check failed() {
        return failed;
    }

    /** Stores the VM-exit MSR-store list: false at the first entry that cannot be. */
    boolean store() {
        int entries = state.word(VmcsField.EXIT_MSR_STORE_COUNT);
        for (int i = 0; i < entries; i++) {
            long at = state.get(VmcsField.EXIT_MSR_STORE_ADDRESS) + (long) ENTRY * i;
            state.msr(state.memory().readInt(at), state.memory().readInt(at + 4));
            if (!storable() || !processor.readMsr(state.msrIndex())) {
                return false;
            }
            state.memory().writeLong(at + VALUE, processor.msrValue());
        }
        return true;
    }

    private boolean storable() {
        int index = state.msrIndex();
        return state.msrReserved() == 0 && index >>> 8 != Msr.X2APIC_FIRST >>> 8 && index != SMBASE;
    }
}
