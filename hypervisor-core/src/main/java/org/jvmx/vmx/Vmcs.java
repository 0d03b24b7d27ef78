package org.jvmx.vmx;

import java.util.Arrays;
import org.jvmx.arch.Efer;

/**
 * A VMCS while the processor works with it. Its identity is the address of its region, which holds revision identifier, VMX-abort
 * indicator, launch state and, while no processor works with it, the data. SDM Vol. 3, "Format of the VMCS Region".
 *
 * <p>After an entry the guest state is in the processor: a field that is {@linkplain #isHeld held} is read from there, until the monitor
 * writes it.
 */
final class Vmcs {
    /** Offset of the VMX-abort indicator. */
    static final int ABORT_INDICATOR = 4;

    private static final int LAUNCH_STATE = 8;
    private static final int DATA = 16;
    private static final long IA32E = EntryControl.IA32E_MODE_GUEST.mask();
    private static final boolean[] COMPILED = compiled();

    /** The fields by ordinal; of those that are held, the values of the last entry. */
    final long[] data = new long[VmcsField.COUNT];

    /** The checks that must run at the next entry, a bit each. */
    final long[] dirty = new long[EntryChecks.WORDS];

    /** Whether a field that {@link ExecutionControls} is compiled from has changed. */
    boolean controlsChanged = true;

    private final boolean[] held = new boolean[VmcsField.COUNT];
    private LogicalProcessor holder;
    private long address = -1;
    private int launchSession;
    private boolean guestWritten = true;
    private boolean settled;

    /** The physical address of the region. */
    long address() {
        return address;
    }

    /** 0 if the launch state is Clear, else the number of the VMX session in which it was launched. */
    int launchSession() {
        return launchSession;
    }

    void launched(int session) {
        launchSession = session;
    }

    /** Takes the data out of a region. */
    void load(VmxMemory memory, long region) {
        address = region;
        launchSession = memory.readInt(region + LAUNCH_STATE);
        for (int i = 0; i < data.length; i++) {
            data[i] = memory.readLong(region + DATA + 8L * i);
        }
        Arrays.fill(held, false);
        holder = null;
        System.arraycopy(EntryChecks.EVERY, 0, dirty, 0, dirty.length);
        guestWritten = true;
        settled = false;
        controlsChanged = true;
    }

    /** Puts the data into the region, the processor's share included. */
    void store(VmxMemory memory) {
        release();
        memory.writeInt(address + LAUNCH_STATE, launchSession);
        for (int i = 0; i < data.length; i++) {
            memory.writeLong(address + DATA + 8L * i, data[i]);
        }
    }

    /** Forgets the region. */
    void detach() {
        address = -1;
    }

    /** Makes the launch state of a region Clear that no processor works with. */
    static void clear(VmxMemory memory, long region) {
        memory.writeInt(region + LAUNCH_STATE, 0);
    }

    long read(VmcsField field) {
        int at = field.ordinal();
        if (!held[at]) {
            return data[at];
        }
        return field == VmcsField.ENTRY_CONTROLS ? liveEntryControls() : holder.guestState(field);
    }

    void write(VmcsField field, long value) {
        int at = field.ordinal();
        if (!held[at] && data[at] == value) {
            return;
        }
        held[at] = false;
        guestWritten |= field.type() == VmcsField.Type.GUEST && field != VmcsField.PREEMPTION_TIMER_VALUE;
        settled &= !guestWritten && !COMPILED[at];
        data[at] = value;
        touch(at);
    }

    /** Writes a field that no entry check reads: exit information. */
    void report(VmcsField field, long value) {
        data[field.ordinal()] = value;
    }

    boolean isHeld(VmcsField field) {
        return held[field.ordinal()];
    }

    /** From now on the field's value is the processor's. */
    void hold(VmcsField field, LogicalProcessor processor) {
        held[field.ordinal()] = true;
        holder = processor;
    }

    /** Whether the guest state is in a processor. */
    boolean inProcessor() {
        return holder != null;
    }

    /** Takes the guest state back from the processor. */
    void release() {
        if (holder == null) {
            return;
        }
        for (VmcsField field : EntryChecks.FIELDS) {
            if (held[field.ordinal()]) {
                data[field.ordinal()] = read(field);
                held[field.ordinal()] = false;
            }
        }
        holder = null;
        guestWritten = true;
        settled = false;
    }

    /** Whether a guest-state field may be waiting to be loaded. */
    boolean guestWritten() {
        return guestWritten;
    }

    /**
     * All guest-state fields have been loaded.
     *
     * @param settle whether the next entry will have nothing to load if no field is written until then
     */
    void guestLoaded(boolean settle) {
        guestWritten = false;
        settled = settle;
    }

    /** Whether there is nothing to load: neither guest state nor a control was written since the last entry. */
    boolean settled() {
        return settled;
    }

    /** All checks have held, of this VMCS as it is now. */
    void checked() {
        Arrays.fill(dirty, 0);
    }

    /** Nothing is known to hold any more: the next entry runs every check. */
    void suspect() {
        System.arraycopy(EntryChecks.EVERY, 0, dirty, 0, dirty.length);
    }

    /** A VM exit stores EFER.LMA in the "IA-32e mode guest" control; brings that up to date. */
    void syncEntryControls() {
        int at = VmcsField.ENTRY_CONTROLS.ordinal();
        if (held[at]) {
            long live = liveEntryControls();
            if (live != data[at]) {
                data[at] = live;
                settled = false;
                touch(at);
            }
        }
    }

    private long liveEntryControls() {
        long stored = data[VmcsField.ENTRY_CONTROLS.ordinal()] & ~IA32E;
        return (holder.guestState(VmcsField.GUEST_IA32_EFER) & Efer.LMA) != 0 ? stored | IA32E : stored;
    }

    private void touch(int at) {
        long[] readers = EntryChecks.READERS[at];
        for (int i = 0; i < readers.length; i++) {
            dirty[i] |= readers[i];
        }
        controlsChanged |= COMPILED[at];
    }

    private static boolean[] compiled() {
        boolean[] table = new boolean[VmcsField.COUNT];
        for (VmcsField field : EntryChecks.FIELDS) {
            table[field.ordinal()] = field.type() == VmcsField.Type.CONTROL;
        }
        table[VmcsField.ENTRY_INTERRUPTION_INFORMATION.ordinal()] = false;
        table[VmcsField.ENTRY_EXCEPTION_ERROR_CODE.ordinal()] = false;
        table[VmcsField.ENTRY_INSTRUCTION_LENGTH.ordinal()] = false;
        return table;
    }
}
