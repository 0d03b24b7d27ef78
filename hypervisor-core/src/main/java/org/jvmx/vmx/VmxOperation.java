package org.jvmx.vmx;

import static org.jvmx.vmx.VmcsField.*;

import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.arch.Rflags;
import org.jvmx.arch.Vector;

/**
 * The VMX instructions over a logical processor: VMXON pointer, current-VMCS pointer and what follows from them. SDM Vol. 3, "VMX
 * Instruction Reference", "VM Entries", "VM Exits".
 *
 * <p>At most two VMCSs are at hand: the current one and the one whose guest state is in the processor. Others are in their regions.
 */
public final class VmxOperation implements Vmx {
    private static final VmxFault UD = new VmxFault(Vector.UD);
    private static final VmxFault GP = new VmxFault(Vector.GP);
    private static final int SHADOW = 1 << 31;
    private static final long NO_POINTER = -1;

    private final VmxMemory memory;
    private final LogicalProcessor processor;
    private final CapabilityMsrs capabilities;
    private final RootState root;
    private final EntryState state;
    private final Transition transition;
    private final Exit exit = new Exit();
    private final Vmcs first = new Vmcs();
    private final Vmcs second = new Vmcs();
    private Vmcs current;
    private long vmxonPointer = NO_POINTER;
    private int session;
    private long value;

    /**
     * VMX instructions executed by {@code root}, with VMCS regions in {@code memory}, on guests run by {@code processor}.
     *
     * @param capabilities what the VMX capability MSRs say
     */
    public VmxOperation(VmxMemory memory, LogicalProcessor processor, CapabilityMsrs capabilities, RootState root) {
        this.memory = memory;
        this.processor = processor;
        this.capabilities = capabilities;
        this.root = root;
        this.state = new EntryState(capabilities, memory, root, processor.physicalAddressWidth());
        this.transition = new Transition(processor, state, exit);
    }

    @Override
    public CapabilityMsrs capabilities() {
        return capabilities;
    }

    @Override
    public int vmxon(long address) {
        if ((root.cr4() & Cr4.VMXE) == 0 || (root.cr0() & Cr0.PE) == 0) {
            throw UD;
        }
        if (root.cpl() > 0 || vmxonPointer == NO_POINTER && !mayEnter()) {
            throw GP;
        }
        if (vmxonPointer != NO_POINTER) {
            return fail(VmxError.VMXON_IN_ROOT);
        }
        if (!isRegion(address) || memory.readInt(address) != capabilities.revision()) {
            return FAIL_INVALID;
        }
        vmxonPointer = address;
        session++;
        return SUCCEED;
    }

    private boolean mayEnter() {
        long wanted = RootState.LOCK | RootState.VMX_OUTSIDE_SMX;
        return EntryState.fixed(root.cr0(), capabilities.cr0Fixed0(), capabilities.cr0Fixed1())
                && EntryState.fixed(root.cr4(), capabilities.cr4Fixed0(), capabilities.cr4Fixed1() | Cr4.PAE)
                && (root.featureControl() & wanted) == wanted;
    }

    @Override
    public int vmxoff() {
        requireRoot();
        store(first);
        store(second);
        current = null;
        vmxonPointer = NO_POINTER;
        return SUCCEED;
    }

    @Override
    public int vmclear(long address) {
        requireRoot();
        if (!isRegion(address)) {
            return fail(VmxError.VMCLEAR_INVALID_ADDRESS);
        }
        if (address == vmxonPointer) {
            return fail(VmxError.VMCLEAR_VMXON_POINTER);
        }
        Vmcs vmcs = atHand(address);
        if (vmcs == null) {
            Vmcs.clear(memory, address);
            return SUCCEED;
        }
        vmcs.launched(0);
        store(vmcs);
        if (current == vmcs) {
            current = null;
        }
        return SUCCEED;
    }

    private void store(Vmcs vmcs) {
        if (vmcs.address() != NO_POINTER) {
            vmcs.store(memory);
            vmcs.detach();
        }
    }

    private Vmcs atHand(long address) {
        if (first.address() == address) {
            return first;
        }
        return second.address() == address ? second : null;
    }

    @Override
    public int vmptrld(long address) {
        requireRoot();
        if (!isRegion(address)) {
            return fail(VmxError.VMPTRLD_INVALID_ADDRESS);
        }
        if (address == vmxonPointer) {
            return fail(VmxError.VMPTRLD_VMXON_POINTER);
        }
        int revision = memory.readInt(address);
        boolean shadowing = capabilities.allows(SecondaryControl.VMCS_SHADOWING);
        if ((shadowing ? revision & ~SHADOW : revision) != capabilities.revision()) {
            return fail(VmxError.VMPTRLD_WRONG_REVISION);
        }
        Vmcs vmcs = atHand(address);
        if (vmcs == null) {
            vmcs = first.inProcessor() ? second : first;
            store(vmcs);
            vmcs.load(memory, address);
        }
        current = vmcs;
        state.current(vmcs);
        return SUCCEED;
    }

    @Override
    public long vmptrst() {
        requireRoot();
        return current == null ? NO_POINTER : current.address();
    }

    @Override
    public int vmread(VmcsField field) {
        requireRoot();
        if (current == null) {
            return FAIL_INVALID;
        }
        if (!capabilities.has(field)) {
            return fail(VmxError.UNSUPPORTED_COMPONENT);
        }
        value = current.read(field) & field.width().mask();
        return SUCCEED;
    }

    /** VMREAD with the operand of the machine instruction. */
    public int vmread(long encoding) {
        requireRoot();
        if (current == null) {
            return FAIL_INVALID;
        }
        VmcsField field = VmcsField.of(encoding);
        if (field == null) {
            return fail(VmxError.UNSUPPORTED_COMPONENT);
        }
        int result = vmread(field);
        if (VmcsField.isHighAccess(encoding)) {
            value >>>= 32;
        }
        return result;
    }

    @Override
    public long value() {
        return value;
    }

    @Override
    public int vmwrite(VmcsField field, long newValue) {
        requireRoot();
        if (current == null) {
            return FAIL_INVALID;
        }
        if (!capabilities.has(field)) {
            return fail(VmxError.UNSUPPORTED_COMPONENT);
        }
        if (field.readOnly()) {
            return fail(VmxError.READ_ONLY_COMPONENT);
        }
        current.write(field, newValue & field.width().mask());
        return SUCCEED;
    }

    /** VMWRITE with the operands of the machine instruction. */
    public int vmwrite(long encoding, long newValue) {
        requireRoot();
        if (current == null) {
            return FAIL_INVALID;
        }
        VmcsField field = VmcsField.of(encoding);
        if (field == null) {
            return fail(VmxError.UNSUPPORTED_COMPONENT);
        }
        boolean high = VmcsField.isHighAccess(encoding);
        return vmwrite(field, high ? current.read(field) & 0xffff_ffffL | newValue << 32 : newValue);
    }

    @Override
    public int vmlaunch() {
        requireRoot();
        if (current == null) {
            return FAIL_INVALID;
        }
        if (root.blockingByMovSs()) {
            return fail(VmxError.BLOCKED_BY_MOV_SS);
        }
        return current.launchSession() != 0 ? fail(VmxError.VMLAUNCH_NOT_CLEAR) : enter();
    }

    @Override
    public int vmresume() {
        requireRoot();
        if (current == null) {
            return FAIL_INVALID;
        }
        if (root.blockingByMovSs()) {
            return fail(VmxError.BLOCKED_BY_MOV_SS);
        }
        if (current.launchSession() == 0) {
            return fail(VmxError.VMRESUME_NOT_LAUNCHED);
        }
        return current.launchSession() != session ? fail(VmxError.VMRESUME_AFTER_VMXOFF) : enter();
    }

    @Override
    public int vmcall() {
        requireRoot();
        return fail(VmxError.VMCALL_IN_ROOT);
    }

    @Override
    public int invept(long type, long eptPointer) {
        requireInstruction(capabilities.supportsInvept());
        boolean legal = capabilities.supportsInvept(type)
                && (type != INVEPT_SINGLE_CONTEXT || ControlChecks.acceptsEptPointer(state, eptPointer));
        if (!legal) {
            return fail(VmxError.INVALID_INVALIDATION_OPERAND);
        }
        processor.invept((int) type, eptPointer);
        return SUCCEED;
    }

    @Override
    public int invvpid(long type, long vpid, long linearAddress) {
        requireInstruction(capabilities.supportsInvvpid());
        boolean legal = capabilities.supportsInvvpid(type) && vpid >>> 16 == 0 && (vpid != 0 || type == INVVPID_ALL_CONTEXTS)
                && (type != INVVPID_INDIVIDUAL_ADDRESS || EntryState.canonical(linearAddress));
        if (!legal) {
            return fail(VmxError.INVALID_INVALIDATION_OPERAND);
        }
        processor.invvpid((int) type, (int) vpid, linearAddress);
        return SUCCEED;
    }

    @Override
    public Exit exit() {
        return exit;
    }

    @Override
    public Registers registers() {
        return processor;
    }

    @Override
    public CheckFailure failure() {
        return transition.failure();
    }

    @Override
    public boolean complete() {
        requireExit();
        if (processor.complete(exit)) {
            return true;
        }
        transition.exited(current);
        return false;
    }

    @Override
    public boolean emulates() {
        return processor.emulator() != null;
    }

    @Override
    public boolean emulate() {
        requireExit();
        if (processor.emulator().execute(exit)) {
            return true;
        }
        transition.exited(current);
        return false;
    }

    @Override
    public void retry() {
        requireExit();
        processor.retry();
        int event = exit.idtVectoringInformation();
        if (!Interruption.valid(event)) {
            return;
        }
        current.write(ENTRY_INTERRUPTION_INFORMATION, event & (Interruption.VALID | 0xfff) & 0xffff_ffffL);
        current.write(ENTRY_EXCEPTION_ERROR_CODE, exit.idtVectoringErrorCode() & 0xffff_ffffL);
        current.write(ENTRY_INSTRUCTION_LENGTH, exit.instructionLength());
        if (Interruption.type(event) == Interruption.NMI && state.on(PinBasedControl.VIRTUAL_NMIS)) {
            current.write(GUEST_INTERRUPTIBILITY_STATE, current.read(GUEST_INTERRUPTIBILITY_STATE) & ~Interruptibility.BLOCKING_BY_NMI);
        }
    }

    @Override
    public void fault(int vector, int errorCode) {
        requireExit();
        processor.retry();
        boolean withCode = Vector.hasErrorCode(vector) && (current.read(GUEST_CR0) & Cr0.PE) != 0;
        current.write(ENTRY_INTERRUPTION_INFORMATION, Interruption.of(Interruption.HARDWARE_EXCEPTION, vector, withCode) & 0xffff_ffffL);
        current.write(ENTRY_EXCEPTION_ERROR_CODE, withCode ? errorCode & 0xffffL : 0);
        if (vector != Vector.DB) {
            current.write(GUEST_RFLAGS, current.read(GUEST_RFLAGS) | Rflags.RF);
        }
    }

    /** What an entry would look at now. */
    EntryState state() {
        return state;
    }

    private int enter() {
        Check refused = transition.enter(current, current == first ? second : first, session);
        if (refused == null) {
            return SUCCEED;
        }
        boolean control = refused.section().outcome() == Check.Outcome.INVALID_CONTROL;
        return fail(control ? VmxError.INVALID_CONTROL_FIELD : VmxError.INVALID_HOST_STATE);
    }

    private int fail(VmxError error) {
        if (current == null) {
            return FAIL_INVALID;
        }
        current.report(VM_INSTRUCTION_ERROR, error.number());
        return FAIL_VALID;
    }

    private boolean isRegion(long address) {
        return (address & CapabilityMsrs.REGION_SIZE - 1) == 0 && state.physical(address);
    }

    private void requireRoot() {
        if (vmxonPointer == NO_POINTER) {
            throw UD;
        }
        if (root.cpl() > 0) {
            throw GP;
        }
    }

    private void requireInstruction(boolean exists) {
        if (!exists) {
            throw UD;
        }
        requireRoot();
    }

    private void requireExit() {
        requireRoot();
        if (current == null || !current.inProcessor()) {
            throw new IllegalStateException("the current VMCS has had no VM exit whose instruction could go on");
        }
    }
}
