package org.jvmx.vmx;

/** What stopped the guest. One per virtual processor, overwritten by the next exit. SDM Vol. 3, "VM-Exit Information Fields". */
public final class Exit {
    /** Bit 31 of the exit-reason field: the VM entry failed. */
    public static final int ENTRY_FAILURE = 1 << 31;

    private final Access access = new Access();
    private ExitReason reason = ExitReason.TRIPLE_FAULT;
    private boolean entryFailure;
    private long qualification;
    private long guestLinearAddress;
    private long guestPhysicalAddress;
    private int interruptionInformation;
    private int interruptionErrorCode;
    private int idtVectoringInformation;
    private int idtVectoringErrorCode;
    private int instructionLength;
    private int instructionInformation;

    /** An exit that has not happened. */
    public Exit() {
    }

    /** The basic exit reason. */
    public ExitReason reason() {
        return reason;
    }

    /** Whether the VM entry failed, so that no guest instruction ran. */
    public boolean entryFailure() {
        return entryFailure;
    }

    /** The exit-reason field. */
    public int reasonField() {
        return entryFailure ? reason.number() | ENTRY_FAILURE : reason.number();
    }

    /** The exit qualification; {@link ExitReason#view()} says how to read it. */
    public long qualification() {
        return qualification;
    }

    /** The guest-linear address, where the reason defines it. */
    public long guestLinearAddress() {
        return guestLinearAddress;
    }

    /** The guest-physical address of an EPT violation or misconfiguration. */
    public long guestPhysicalAddress() {
        return guestPhysicalAddress;
    }

    /** The VM-exit interruption information ({@link Interruption}). */
    public int interruptionInformation() {
        return interruptionInformation;
    }

    /** The VM-exit interruption error code. */
    public int interruptionErrorCode() {
        return interruptionErrorCode;
    }

    /** The event that was being delivered when the exit happened ({@link Interruption}). */
    public int idtVectoringInformation() {
        return idtVectoringInformation;
    }

    /** The error code of that event. */
    public int idtVectoringErrorCode() {
        return idtVectoringErrorCode;
    }

    /** Bytes of the instruction that caused the exit. */
    public int instructionLength() {
        return instructionLength;
    }

    /** The VM-exit instruction information. */
    public int instructionInformation() {
        return instructionInformation;
    }

    /** The access that the monitor is asked for; its kind is NONE if it is asked for none. */
    public Access access() {
        return access;
    }

    /** The qualification of an I/O instruction. */
    public IoQualification io() {
        return new IoQualification(qualification);
    }

    /** The qualification of a control-register access. */
    public CrAccess crAccess() {
        return new CrAccess(qualification);
    }

    /** The qualification of MOV DR. */
    public DrAccess drAccess() {
        return new DrAccess(qualification);
    }

    /** The qualification of an EPT violation. */
    public EptViolation eptViolation() {
        return new EptViolation(qualification);
    }

    /** The qualification of a task switch. */
    public TaskSwitch taskSwitch() {
        return new TaskSwitch(qualification);
    }

    /** For the processor: a new exit, with everything that is not said here 0 and no access. */
    public void begin(ExitReason why, long exitQualification, int length) {
        reason = why;
        entryFailure = false;
        qualification = exitQualification;
        instructionLength = length;
        guestLinearAddress = 0;
        guestPhysicalAddress = 0;
        interruptionInformation = 0;
        interruptionErrorCode = 0;
        idtVectoringInformation = 0;
        idtVectoringErrorCode = 0;
        instructionInformation = 0;
        access.none();
    }

    /** For the processor: a VM entry that failed after it had begun to load guest state. */
    public void beginEntryFailure(ExitReason why, long exitQualification) {
        begin(why, exitQualification, 0);
        entryFailure = true;
    }

    /** For the processor: the exit qualification, where more becomes known of it. */
    public void qualify(long exitQualification) {
        qualification = exitQualification;
    }

    /** For the processor: the guest-linear address. */
    public void linear(long address) {
        guestLinearAddress = address;
    }

    /** For the processor: the guest-physical address. */
    public void physical(long address) {
        guestPhysicalAddress = address;
    }

    /** For the processor: the event that caused the exit. */
    public void interruption(int information, int errorCode) {
        interruptionInformation = information;
        interruptionErrorCode = errorCode;
    }

    /** For the processor: the event whose delivery the exit interrupted, and the length of its instruction where it is a software event. */
    public void idtVectoring(int information, int errorCode) {
        idtVectoringInformation = information;
        idtVectoringErrorCode = errorCode;
    }

    /** For the processor: the length of the instruction. */
    public void length(int bytes) {
        instructionLength = bytes;
    }

    /** For the processor: the VM-exit instruction information. */
    public void instruction(int information) {
        instructionInformation = information;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(reason.name());
        if (entryFailure) {
            text.append(" (entry failure)");
        }
        return text.append(" qualification 0x").append(Long.toHexString(qualification)).toString();
    }
}
