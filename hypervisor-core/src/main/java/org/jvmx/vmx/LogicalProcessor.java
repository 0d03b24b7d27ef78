package org.jvmx.vmx;

/**
 * The processor as VMX sees it: holds guest state between exits, runs VMX non-root operation. It checks no guest state; the VM-entry checks
 * have done so.
 */
public interface LogicalProcessor extends Registers {
    /**
     * The current value of a field of the guest-state area; also {@link VmcsField#PREEMPTION_TIMER_VALUE}, what is left of the
     * VMX-preemption timer. Never asked for the VMCS link pointer and SMBASE, which stay in the VMCS.
     */
    long guestState(VmcsField field);

    /** Loads one field of guest state, in no particular order; the consequences wait for {@link #guestStateLoaded}. */
    void loadGuestState(VmcsField field, long value);

    /**
     * All fields that changed are loaded: derives what depends on several of them. The TLB is not flushed for it, but the paging mode may
     * have changed.
     */
    void guestStateLoaded();

    /**
     * The controls for the runs to come; the object is the same each time, its content may have changed ({@link
     * ExecutionControls#generation}).
     */
    void controls(ExecutionControls controls);

    /**
     * An event that the next {@link #run} delivers first, through the guest's IDT (or, as an "other event", an MTF VM exit). The
     * arguments are those of the VM-entry fields. It makes the activity state active and ends blocking by STI and MOV SS; it is not
     * itself subject to the exception bitmap.
     */
    void inject(int interruptionInformation, int errorCode, int instructionLength);

    /** VMX non-root operation, from the injected event or the next instruction to the next VM exit, which is written to {@code exit}. */
    void run(Exit exit);

    /**
     * Finishes the instruction (or the one iteration of a repeated string instruction) that caused the last exit, with
     * {@link Exit#access()} satisfied: it is performed as if its intercept were off, where that means something, and is skipped otherwise
     * (HLT, VMCALL). In MOV to CR the bits that the monitor owns stay as they are.
     *
     * @return true if it is done; false if that caused another exit, now in {@code exit}
     */
    boolean complete(Exit exit);

    /** Who executes single instructions for the monitor; null if this processor cannot. */
    default Emulator emulator() {
        return null;
    }

    /** Executes single instructions of the guest outside of VMX non-root operation's run. */
    interface Emulator {
        /**
         * Executes the next instruction as {@link #run} would, but nothing before and nothing after it.
         *
         * @return true if it is done; false if it caused a VM exit, now in {@code exit}
         */
        boolean execute(Exit exit);
    }

    /** Forgets what was recorded for the instruction of the last exit: the next run begins it anew. */
    void retry();

    /** RDMSR for an MSR list: false if it would fault. The value is in {@link #msrValue()}. */
    boolean readMsr(int index);

    /** The value that the last successful {@link #readMsr} found. */
    long msrValue();

    /** WRMSR for an MSR list: false if it would fault. */
    boolean writeMsr(int index, long value);

    /** Drops mappings derived from EPT: all of them, or those of one EPT pointer ({@link Vmx#INVEPT_SINGLE_CONTEXT}). */
    void invept(int type, long eptPointer);

    /** Drops mappings tagged with a VPID, by the types of INVVPID. */
    void invvpid(int type, int vpid, long linearAddress);

    /** A VM entry or exit without VPIDs: drops linear and combined mappings of VPID 0. */
    void flush();

    /** Bits of a physical address. */
    int physicalAddressWidth();
}
