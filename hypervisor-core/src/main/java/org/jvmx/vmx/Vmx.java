package org.jvmx.vmx;

/**
 * The VMX instructions of one logical processor, as a monitor executes them. An instruction returns {@link #SUCCEED}, {@link #FAIL_VALID}
 * (the number is in the VM-instruction error field of the current VMCS) or {@link #FAIL_INVALID} (there is no current VMCS), and throws
 * {@link VmxFault} where it would raise an exception. SDM Vol. 3, "VMX Instruction Reference".
 */
public interface Vmx {
    int SUCCEED = 0;
    int FAIL_VALID = 1;
    int FAIL_INVALID = 2;

    int INVEPT_SINGLE_CONTEXT = 1;
    int INVEPT_ALL_CONTEXTS = 2;

    int INVVPID_INDIVIDUAL_ADDRESS = 0;
    int INVVPID_SINGLE_CONTEXT = 1;
    int INVVPID_ALL_CONTEXTS = 2;
    int INVVPID_SINGLE_CONTEXT_RETAINING_GLOBALS = 3;

    /** What this processor offers. */
    CapabilityMsrs capabilities();

    /** Enters VMX operation; the region at {@code address} holds the revision identifier. */
    int vmxon(long address);

    /** Leaves VMX operation. */
    int vmxoff();

    /** Writes the VMCS at {@code address} back to memory and makes its launch state Clear. */
    int vmclear(long address);

    /** Makes the VMCS at {@code address} current. */
    int vmptrld(long address);

    /** The current-VMCS pointer, -1 if there is none. */
    long vmptrst();

    /** Reads a field of the current VMCS into {@link #value()}. */
    int vmread(VmcsField field);

    /** What the last successful {@link #vmread} read. */
    long value();

    /** Writes a field of the current VMCS. */
    int vmwrite(VmcsField field, long value);

    /** Enters the guest for the first time; returns after the next VM exit, which is in {@link #exit()}. */
    int vmlaunch();

    /** Enters the guest again; returns after the next VM exit, which is in {@link #exit()}. */
    int vmresume();

    /** VMCALL in VMX root operation, which without a system-management monitor always fails. */
    int vmcall();

    /** Drops mappings derived from EPT. */
    int invept(long type, long eptPointer);

    /** Drops mappings tagged with a VPID. */
    int invvpid(long type, long vpid, long linearAddress);

    /** The last VM exit; the same object each time. */
    Exit exit();

    /** The state of the guest that no VMCS holds. */
    Registers registers();

    /**
     * Finishes the instruction that caused the last exit, with {@link Exit#access()} satisfied; see {@link LogicalProcessor#complete}.
     * Call it before anything is injected.
     *
     * @return false if that caused another exit, now in {@link #exit()}, that must be handled first
     */
    boolean complete();

    /** Whether {@link #emulate} is possible. */
    default boolean emulates() {
        return false;
    }

    /**
     * Executes the guest's next instruction on behalf of the monitor, without a VM entry: no event is delivered before it, and nothing is looked at but
     * itself. Only after {@link #complete} returned true.
     *
     * @return false if it would have caused a VM exit, now in {@link #exit()}, that must be handled as any other
     */
    default boolean emulate() {
        throw new IllegalStateException("this processor executes no single instructions");
    }

    /** The instruction of the last exit is to run again; an event whose delivery the exit interrupted is injected again. */
    void retry();

    /** The instruction of the last exit raises a hardware exception; the error code counts only where the exception has one. */
    void fault(int vector, int errorCode);

    /** The check that made the last VM entry fail, or null if it did not fail by one. */
    CheckFailure failure();

    /**
     * Reads a field of the current VMCS.
     *
     * @throws IllegalStateException if VMREAD fails
     */
    default long read(VmcsField field) {
        if (vmread(field) != SUCCEED) {
            throw new IllegalStateException("VMREAD of " + field + " fails: no current VMCS, or no such field on this processor");
        }
        return value();
    }

    /**
     * Writes a field of the current VMCS.
     *
     * @throws IllegalStateException if VMWRITE fails
     */
    default void write(VmcsField field, long value) {
        if (vmwrite(field, value) != SUCCEED) {
            throw new IllegalStateException("VMWRITE of " + field + " fails: no current VMCS, or no such field on this processor");
        }
    }
}
