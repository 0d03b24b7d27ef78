package org.jvmx.vmx;

import org.jvmx.arch.AccessRights;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.arch.Rflags;

/** What a VM entry looks at: the VMCS, the processor's capabilities, memory. The vocabulary of the checks. */
public final class EntryState {
    static final int CS = 1;
    static final int SS = 2;
    static final int LDTR = 6;
    static final int TR = 7;

    private static final VmcsField[] FIELDS = VmcsField.values();
    private static final int CANONICAL_SHIFT = 16;

    private final CapabilityMsrs capabilities;
    private final VmxMemory memory;
    private final RootState root;
    private final long beyondPhysical;
    private Vmcs vmcs = new Vmcs();
    private int msrIndex;
    private int msrReserved;

    EntryState(CapabilityMsrs capabilities, VmxMemory memory, RootState root, int physicalAddressWidth) {
        this.capabilities = capabilities;
        this.memory = memory;
        this.root = root;
        this.beyondPhysical = -1L << physicalAddressWidth;
    }

    void current(Vmcs which) {
        vmcs = which;
    }

    Vmcs vmcs() {
        return vmcs;
    }

    /** The value of a field. */
    long get(VmcsField field) {
        return vmcs.read(field);
    }

    int word(VmcsField field) {
        return (int) vmcs.read(field);
    }

    CapabilityMsrs capabilities() {
        return capabilities;
    }

    VmxMemory memory() {
        return memory;
    }

    RootState root() {
        return root;
    }

    boolean on(PinBasedControl control) {
        return bit(VmcsField.PIN_BASED_CONTROLS, control.bit());
    }

    boolean on(PrimaryControl control) {
        return bit(VmcsField.PRIMARY_CONTROLS, control.bit());
    }

    /** Whether a secondary control is 1 and the word activated. */
    boolean on(SecondaryControl control) {
        return bit(VmcsField.SECONDARY_CONTROLS, control.bit()) && on(PrimaryControl.ACTIVATE_SECONDARY_CONTROLS);
    }

    /** Whether a tertiary control is 1 and the word activated. */
    boolean on(TertiaryControl control) {
        return bit(VmcsField.TERTIARY_CONTROLS, control.bit()) && on(PrimaryControl.ACTIVATE_TERTIARY_CONTROLS);
    }

    boolean on(ExitControl control) {
        return bit(VmcsField.EXIT_CONTROLS, control.bit());
    }

    boolean on(EntryControl control) {
        return bit(VmcsField.ENTRY_CONTROLS, control.bit());
    }

    private boolean bit(VmcsField field, int bit) {
        return (vmcs.data[field.ordinal()] >>> bit & 1) != 0;
    }

    /** Whether a control word has all bits that must be 1 and none that must be 0. */
    boolean allowed(VmcsField field, ControlWord word) {
        long bits = get(field);
        long one = capabilities.required(word) & 0xffff_ffffL;
        return (bits & one) == one && (bits & ~(capabilities.allowed1(word) & 0xffff_ffffL)) == 0;
    }

    /** Whether a register has all bits of {@code fixed0} and none beyond {@code fixed1}. */
    static boolean fixed(long value, long fixed0, long fixed1) {
        return (value & fixed0) == fixed0 && (value & ~fixed1) == 0;
    }

    /** Whether no bit is set beyond the physical-address width. */
    boolean physical(long address) {
        return (address & beyondPhysical) == 0;
    }

    /** Whether the field holds the physical address of a page frame. */
    boolean frame(VmcsField field) {
        return aligned(field, 12);
    }

    /** Whether the field holds a physical address with its low {@code bits} bits 0. */
    boolean aligned(VmcsField field, int bits) {
        long address = get(field);
        return (address & (1L << bits) - 1) == 0 && physical(address);
    }

    /** The bits that must be 0 in a physical address. */
    long beyondPhysical() {
        return beyondPhysical;
    }

    static boolean canonical(long address) {
        return address << CANONICAL_SHIFT >> CANONICAL_SHIFT == address;
    }

    boolean canonical(VmcsField field) {
        return canonical(get(field));
    }

    /** Whether bits 63:32 of the field are 0. */
    boolean low32(VmcsField field) {
        return get(field) >>> 32 == 0;
    }

    boolean ia32e() {
        return on(EntryControl.IA32E_MODE_GUEST);
    }

    boolean unrestricted() {
        return on(SecondaryControl.UNRESTRICTED_GUEST);
    }

    boolean ept() {
        return on(SecondaryControl.ENABLE_EPT);
    }

    boolean virtual8086() {
        return (get(VmcsField.GUEST_RFLAGS) & Rflags.VM) != 0;
    }

    /** Whether the guest will use PAE paging. */
    boolean pae() {
        return (get(VmcsField.GUEST_CR0) & Cr0.PG) != 0 && (get(VmcsField.GUEST_CR4) & Cr4.PAE) != 0 && !ia32e();
    }

    static VmcsField selectorField(int segment) {
        return FIELDS[VmcsField.GUEST_ES_SELECTOR.ordinal() + segment];
    }

    static VmcsField baseField(int segment) {
        return FIELDS[VmcsField.GUEST_ES_BASE.ordinal() + segment];
    }

    static VmcsField limitField(int segment) {
        return FIELDS[VmcsField.GUEST_ES_LIMIT.ordinal() + segment];
    }

    static VmcsField rightsField(int segment) {
        return FIELDS[VmcsField.GUEST_ES_ACCESS_RIGHTS.ordinal() + segment];
    }

    int selector(int segment) {
        return word(selectorField(segment));
    }

    int rights(int segment) {
        return word(rightsField(segment));
    }

    boolean usable(int segment) {
        return !AccessRights.unusable(rights(segment));
    }

    int injected() {
        return word(VmcsField.ENTRY_INTERRUPTION_INFORMATION);
    }

    boolean injecting() {
        return Interruption.valid(injected());
    }

    boolean injects(int type) {
        return Interruption.type(injected()) == type;
    }

    int interruptibility() {
        return word(VmcsField.GUEST_INTERRUPTIBILITY_STATE);
    }

    boolean blocked(int bits) {
        return (interruptibility() & bits) != 0;
    }

    int activity() {
        return word(VmcsField.GUEST_ACTIVITY_STATE);
    }

    void msr(int index, int reserved) {
        msrIndex = index;
        msrReserved = reserved;
    }

    /** The MSR of the list entry at hand. */
    int msrIndex() {
        return msrIndex;
    }

    /** Bits 63:32 of the list entry at hand. */
    int msrReserved() {
        return msrReserved;
    }
}
