package org.jvmx.vmx;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.arch.Msr;

/**
 * What one VMX processor offers: the set of controls that may be 1, and the VMX capability MSRs that follow from it. SDM Vol. 3, appendix
 * "VMX Capability Reporting Facility".
 */
public final class CapabilityMsrs {
    /**
     * How a processor that is not one of hardware's falls short of it.
     *
     * @param always controls that must be 1
     * @param never controls of the default1 class that must be 0
     * @param missing fields that do not exist although a control that needs them does
     * @param guestOwnsControlRegisters whether VMX operation fixes no bit of CR0 and CR4 that the guest would see
     * @param activeOnly whether a guest can be entered only in the active state
     */
    public record Limits(Set<Control> always, Set<Control> never, Set<VmcsField> missing, boolean guestOwnsControlRegisters,
            boolean activeOnly) {
        /** None. */
        public static final Limits NONE = new Limits(Set.of(), Set.of(), Set.of(), false, false);

        /** Copies the sets. */
        public Limits {
            always = Set.copyOf(always);
            never = Set.copyOf(never);
            missing = Set.copyOf(missing);
        }
    }

    /** Bytes of a VMCS region, a VMXON region. */
    public static final int REGION_SIZE = 4096;

    /** How many values CR3 may be compared with. */
    public static final int CR3_TARGETS = 4;

    /** The VMX-preemption timer counts down each time this bit of the TSC changes. */
    public static final int PREEMPTION_TIMER_SHIFT = 0;

    /** The recommended maximum of an MSR list, beyond which behaviour is undefined and this processor refuses. */
    public static final int MAX_MSR_LIST = 512;

    private static final long EXECUTE_ONLY = 1L;
    private static final long WALK_LENGTH_4 = 1L << 6;
    private static final long UNCACHEABLE = 1L << 8;
    private static final long WRITE_BACK = 1L << 14;
    private static final long PAGES_2M = 1L << 16;
    private static final long PAGES_1G = 1L << 17;
    private static final long INVEPT = 1L << 20;
    private static final long ACCESSED_DIRTY = 1L << 21;
    private static final long INVEPT_TYPES = 3L << 25;
    private static final long INVVPID = 1L << 32;
    private static final long INVVPID_TYPES = 15L << 40;

    private static final long EPT = EXECUTE_ONLY | WALK_LENGTH_4 | UNCACHEABLE | WRITE_BACK | PAGES_2M | PAGES_1G | INVEPT
            | ACCESSED_DIRTY | INVEPT_TYPES;

    /** The controls that the software processor implements. */
    private static final List<Control> SOFTWARE = List.of(
            PinBasedControl.EXTERNAL_INTERRUPT_EXITING, PinBasedControl.NMI_EXITING, PinBasedControl.VIRTUAL_NMIS,
            PinBasedControl.ACTIVATE_PREEMPTION_TIMER,
            PrimaryControl.INTERRUPT_WINDOW_EXITING, PrimaryControl.USE_TSC_OFFSETTING, PrimaryControl.HLT_EXITING,
            PrimaryControl.INVLPG_EXITING,
            PrimaryControl.MWAIT_EXITING, PrimaryControl.RDPMC_EXITING, PrimaryControl.RDTSC_EXITING, PrimaryControl.CR3_LOAD_EXITING,
            PrimaryControl.CR3_STORE_EXITING, PrimaryControl.CR8_LOAD_EXITING, PrimaryControl.CR8_STORE_EXITING,
            PrimaryControl.USE_TPR_SHADOW,
            PrimaryControl.NMI_WINDOW_EXITING, PrimaryControl.MOV_DR_EXITING, PrimaryControl.UNCONDITIONAL_IO_EXITING,
            PrimaryControl.USE_IO_BITMAPS, PrimaryControl.MONITOR_TRAP_FLAG, PrimaryControl.USE_MSR_BITMAPS, PrimaryControl.MONITOR_EXITING,
            PrimaryControl.PAUSE_EXITING, PrimaryControl.ACTIVATE_SECONDARY_CONTROLS,
            SecondaryControl.ENABLE_EPT, SecondaryControl.DESCRIPTOR_TABLE_EXITING, SecondaryControl.ENABLE_RDTSCP,
            SecondaryControl.ENABLE_VPID,
            SecondaryControl.WBINVD_EXITING, SecondaryControl.UNRESTRICTED_GUEST, SecondaryControl.PAUSE_LOOP_EXITING,
            SecondaryControl.RDRAND_EXITING, SecondaryControl.RDSEED_EXITING, SecondaryControl.ENABLE_INVPCID,
            SecondaryControl.ENABLE_XSAVES,
            ExitControl.SAVE_DEBUG_CONTROLS, ExitControl.HOST_ADDRESS_SPACE_SIZE, ExitControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT,
            ExitControl.SAVE_IA32_PAT, ExitControl.LOAD_IA32_PAT, ExitControl.SAVE_IA32_EFER, ExitControl.LOAD_IA32_EFER,
            ExitControl.SAVE_PREEMPTION_TIMER_VALUE,
            EntryControl.LOAD_DEBUG_CONTROLS, EntryControl.IA32E_MODE_GUEST, EntryControl.LOAD_IA32_PAT, EntryControl.LOAD_IA32_EFER);

    private final Limits limits;
    private final int revision;
    private final long cr4Fixed1;
    private final boolean[] fields = new boolean[VmcsField.COUNT];
    private final int[] allowed1 = new int[ControlWord.values().length];
    private final int[] required = new int[ControlWord.values().length];
    private final long eptVpid;
    private final int highestIndex;

    /**
     * A processor that offers some controls.
     *
     * @param offered the controls that may be 1 (and, where they are in the default1 class, 0)
     * @param revision the VMCS revision identifier, 31 bits
     * @param cr4Supported the bits that CR4 may have; CR4.VMXE is added
     */
    public CapabilityMsrs(Collection<Control> offered, int revision, long cr4Supported) {
        this(offered, revision, cr4Supported, Limits.NONE);
    }

    /** A processor that offers some controls, with limits that hardware has not. */
    public CapabilityMsrs(Collection<Control> offered, int revision, long cr4Supported, Limits limits) {
        this.limits = limits;
        this.revision = revision & 0x7fff_ffff;
        this.cr4Fixed1 = cr4Supported | Cr4.VMXE;
        Set<Control> set = new HashSet<>(offered);
        for (ControlWord word : ControlWord.values()) {
            allowed1[word.ordinal()] = word.default1();
            required[word.ordinal()] = word.default1();
        }
        for (Control control : set) {
            allowed1[control.word().ordinal()] |= (int) control.mask();
            required[control.word().ordinal()] &= (int) ~control.mask();
        }
        for (Control control : limits.always) {
            required[control.word().ordinal()] |= (int) control.mask();
        }
        for (Control control : limits.never) {
            allowed1[control.word().ordinal()] &= (int) ~control.mask();
            required[control.word().ordinal()] &= (int) ~control.mask();
        }
        int highest = 0;
        for (VmcsField field : VmcsField.values()) {
            boolean exists = !limits.missing.contains(field) && (field.needs().isEmpty() || field.needs().stream().anyMatch(set::contains));
            fields[field.ordinal()] = exists;
            highest = exists ? Math.max(highest, field.encoding() & 0x3fe) : highest;
        }
        this.highestIndex = highest;
        this.eptVpid = (fields[VmcsField.EPT_POINTER.ordinal()] ? EPT : 0)
                | (set.contains(SecondaryControl.ENABLE_VPID) ? INVVPID | INVVPID_TYPES : 0);
    }

    /** The capabilities of the software processor, whose CR4 supports {@code cr4Supported}. */
    public static CapabilityMsrs software(long cr4Supported) {
        return new CapabilityMsrs(SOFTWARE, 0x4a56_4d58, cr4Supported);
    }

    /** The controls that the software processor implements. */
    public static List<Control> softwareControls() {
        return SOFTWARE;
    }

    /** The VMCS revision identifier. */
    public int revision() {
        return revision;
    }

    /** Whether the field exists on this processor. */
    public boolean has(VmcsField field) {
        return fields[field.ordinal()];
    }

    /** Whether a control may be 1. */
    public boolean allows(Control control) {
        return (allowed1[control.word().ordinal()] >>> control.bit() & 1) != 0;
    }

    /** The bits of a control word that may be 1. */
    public int allowed1(ControlWord word) {
        return allowed1[word.ordinal()];
    }

    /** The bits of a control word that must be 1. */
    public int required(ControlWord word) {
        return required[word.ordinal()];
    }

    /** A control word of the smallest legal value plus the given controls. */
    public int word(ControlWord word, Control... controls) {
        int bits = required(word);
        for (Control control : controls) {
            if (control.word() != word) {
                throw new IllegalArgumentException(control + " is not one of the " + word.title());
            }
            bits |= (int) control.mask();
        }
        return bits;
    }

    /** The VMX-preemption timer counts TSC ticks shifted right by this. */
    public int preemptionTimerShift() {
        return PREEMPTION_TIMER_SHIFT;
    }

    /** Bits that CR0 must have in VMX operation; PE and PG excepted in an unrestricted guest. */
    public long cr0Fixed0() {
        return Cr0.PG | Cr0.PE | (limits.guestOwnsControlRegisters ? 0 : Cr0.NE);
    }

    /** Bits that CR0 may have in VMX operation. */
    public long cr0Fixed1() {
        return 0xffff_ffffL;
    }

    /** Bits that CR4 must have in VMX operation. */
    public long cr4Fixed0() {
        return limits.guestOwnsControlRegisters ? 0 : Cr4.VMXE;
    }

    /** Bits that CR4 may have in VMX operation. */
    public long cr4Fixed1() {
        return cr4Fixed1;
    }

    /** Whether the activity state is supported. */
    public boolean supportsActivity(long state) {
        return state >= 0 && state <= (limits.activeOnly ? Activity.ACTIVE : Activity.WAIT_FOR_SIPI);
    }

    /** Whether the EPTP names a memory type that the processor supports for EPT paging structures. */
    public boolean supportsEptMemoryType(int type) {
        return type == 0 && (eptVpid & UNCACHEABLE) != 0 || type == 6 && (eptVpid & WRITE_BACK) != 0;
    }

    /** Whether EPT has accessed and dirty flags. */
    public boolean supportsEptAccessedDirty() {
        return (eptVpid & ACCESSED_DIRTY) != 0;
    }

    /** Whether INVEPT has this type. */
    public boolean supportsInvept(long type) {
        return (eptVpid & INVEPT) != 0 && type >= 1 && type <= 2 && (eptVpid >>> 24 + type & 1) != 0;
    }

    /** Whether INVEPT is an instruction here. */
    public boolean supportsInvept() {
        return (eptVpid & INVEPT) != 0;
    }

    /** Whether INVVPID is an instruction here. */
    public boolean supportsInvvpid() {
        return (eptVpid & INVVPID) != 0;
    }

    /** Whether INVVPID has this type. */
    public boolean supportsInvvpid(long type) {
        return (eptVpid & INVVPID) != 0 && type >= 0 && type <= 3 && (eptVpid >>> 40 + type & 1) != 0;
    }

    /** Whether the MSR is one of those here. */
    public boolean owns(int msr) {
        return msr >= Msr.VMX_BASIC && msr <= lastMsr();
    }

    /** The value of a VMX capability MSR. */
    public long read(int msr) {
        return switch (msr) {
            case Msr.VMX_BASIC -> basic();
            case Msr.VMX_PINBASED_CTLS -> control(ControlWord.PIN_BASED, ControlWord.PIN_BASED.default1());
            case Msr.VMX_PROCBASED_CTLS -> control(ControlWord.PRIMARY, ControlWord.PRIMARY.default1());
            case Msr.VMX_EXIT_CTLS -> control(ControlWord.EXIT, ControlWord.EXIT.default1());
            case Msr.VMX_ENTRY_CTLS -> control(ControlWord.ENTRY, ControlWord.ENTRY.default1());
            case Msr.VMX_MISC -> misc();
            case Msr.VMX_CR0_FIXED0 -> cr0Fixed0();
            case Msr.VMX_CR0_FIXED1 -> cr0Fixed1();
            case Msr.VMX_CR4_FIXED0 -> cr4Fixed0();
            case Msr.VMX_CR4_FIXED1 -> cr4Fixed1();
            case Msr.VMX_VMCS_ENUM -> highestIndex;
            case Msr.VMX_PROCBASED_CTLS2 -> control(ControlWord.SECONDARY, 0);
            case Msr.VMX_EPT_VPID_CAP -> eptVpid;
            case Msr.VMX_TRUE_PINBASED_CTLS -> control(ControlWord.PIN_BASED, required(ControlWord.PIN_BASED));
            case Msr.VMX_TRUE_PROCBASED_CTLS -> control(ControlWord.PRIMARY, required(ControlWord.PRIMARY));
            case Msr.VMX_TRUE_EXIT_CTLS -> control(ControlWord.EXIT, required(ControlWord.EXIT));
            case Msr.VMX_TRUE_ENTRY_CTLS -> control(ControlWord.ENTRY, required(ControlWord.ENTRY));
            default -> 0;
        };
    }

    /** The last capability MSR: IA32_VMX_VMFUNC exists only where VM functions do. */
    private int lastMsr() {
        return allows(SecondaryControl.ENABLE_VM_FUNCTIONS) ? Msr.VMX_VMFUNC : Msr.VMX_TRUE_ENTRY_CTLS;
    }

    private long control(ControlWord word, int mustBeOne) {
        return mustBeOne & 0xffff_ffffL | (long) allowed1(word) << 32;
    }

    /** Revision, region size, write-back memory, exit information for INS and OUTS, TRUE control MSRs. */
    private long basic() {
        return revision | (long) REGION_SIZE << 32 | 6L << 50 | 1L << 54 | 1L << 55;
    }

    /** Timer rate, EFER.LMA saved on exits, all activity states, CR3 targets, MSR lists of 512, software events of length 0. */
    private long misc() {
        return PREEMPTION_TIMER_SHIFT | 1 << 5 | (limits.activeOnly ? 0 : 7 << 6) | CR3_TARGETS << 16 | MAX_MSR_LIST / 512 - 1 << 25
                | 1 << 30;
    }
}
