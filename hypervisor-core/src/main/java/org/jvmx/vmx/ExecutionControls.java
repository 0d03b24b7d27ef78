package org.jvmx.vmx;

/**
 * The control fields of a VMCS as plain words, compiled at VM entry when one of them changed. Execution reads these and never a VMCS.
 * Secondary controls are 0 here while they are not activated.
 */
public final class ExecutionControls {
    private static final int TRANSLATED_PRIMARY = masks(PrimaryControl.USE_TSC_OFFSETTING, PrimaryControl.HLT_EXITING,
            PrimaryControl.INVLPG_EXITING,
            PrimaryControl.MWAIT_EXITING, PrimaryControl.RDPMC_EXITING, PrimaryControl.RDTSC_EXITING, PrimaryControl.CR3_LOAD_EXITING,
            PrimaryControl.CR3_STORE_EXITING, PrimaryControl.CR8_LOAD_EXITING, PrimaryControl.CR8_STORE_EXITING,
            PrimaryControl.USE_TPR_SHADOW,
            PrimaryControl.MOV_DR_EXITING, PrimaryControl.UNCONDITIONAL_IO_EXITING, PrimaryControl.USE_IO_BITMAPS,
            PrimaryControl.USE_MSR_BITMAPS, PrimaryControl.MONITOR_EXITING, PrimaryControl.PAUSE_EXITING);
    private static final int TRANSLATED_SECONDARY = masks(SecondaryControl.DESCRIPTOR_TABLE_EXITING, SecondaryControl.ENABLE_RDTSCP,
            SecondaryControl.WBINVD_EXITING, SecondaryControl.PAUSE_LOOP_EXITING, SecondaryControl.RDRAND_EXITING,
            SecondaryControl.ENABLE_INVPCID, SecondaryControl.RDSEED_EXITING, SecondaryControl.ENABLE_XSAVES);

    public int pinBased;
    public int primary;
    public int secondary;
    public int exit;
    public int entry;
    public int exceptionBitmap;
    public int pageFaultMask;
    public int pageFaultMatch;
    public long ioBitmapA;
    public long ioBitmapB;
    public long msrBitmaps;
    public long cr0Mask;
    public long cr0Shadow;
    public long cr4Mask;
    public long cr4Shadow;
    public int cr3TargetCount;
    public long cr3Target0;
    public long cr3Target1;
    public long cr3Target2;
    public long cr3Target3;
    public long tscOffset;
    public long eptPointer;
    public int vpid;
    public int pleGap;
    public int pleWindow;
    /** The VMX-preemption timer's value at this entry, in TSC ticks shifted right by {@link CapabilityMsrs#preemptionTimerShift()}. */
    public int preemptionTimer;
    public long virtualApicAddress;
    public int tprThreshold;
    public long xssBitmap;
    /** Changes whenever any word here but {@link #preemptionTimer} may have changed. */
    public int generation;
    /** The controls that decide which instructions exit: equal keys, equal translations. */
    public long interceptKey;

    /** All zero. */
    public ExecutionControls() {
    }

    /** Whether a pin-based control is 1. */
    public boolean has(PinBasedControl control) {
        return (pinBased >>> control.bit() & 1) != 0;
    }

    /** Whether a primary processor-based control is 1. */
    public boolean has(PrimaryControl control) {
        return (primary >>> control.bit() & 1) != 0;
    }

    /** Whether a secondary processor-based control is 1, and the word activated. */
    public boolean has(SecondaryControl control) {
        return (secondary >>> control.bit() & 1) != 0;
    }

    /** Whether a VM-exit control is 1. */
    public boolean has(ExitControl control) {
        return (exit >>> control.bit() & 1) != 0;
    }

    /** Whether a VM-entry control is 1. */
    public boolean has(EntryControl control) {
        return (entry >>> control.bit() & 1) != 0;
    }

    /** Whether the exception leaves the guest; page faults depend on their error code as well. */
    public boolean exitsOnException(int vector, int errorCode) {
        boolean bit = (exceptionBitmap >>> vector & 1) != 0;
        return vector == 14 ? bit == ((errorCode & pageFaultMask) == pageFaultMatch) : bit;
    }

    /** Whether a value is one of the CR3-target values, which MOV to CR3 may load without an exit. */
    public boolean isCr3Target(long value) {
        int count = cr3TargetCount;
        return count > 0 && value == cr3Target0 || count > 1 && value == cr3Target1
                || count > 2 && value == cr3Target2 || count > 3 && value == cr3Target3;
    }

    /** CR0 as the guest reads it. */
    public long visibleCr0(long cr0) {
        return cr0 & ~cr0Mask | cr0Shadow & cr0Mask;
    }

    /** CR4 as the guest reads it. */
    public long visibleCr4(long cr4) {
        return cr4 & ~cr4Mask | cr4Shadow & cr4Mask;
    }

    /** Whether guest-physical addresses are translated. */
    public boolean ept() {
        return has(SecondaryControl.ENABLE_EPT);
    }

    /** Whether the accessed and dirty flags of EPT are in use. */
    public boolean eptAccessedDirty() {
        return (eptPointer & 1 << 6) != 0;
    }

    /** Takes everything but the preemption timer's value from the current VMCS. */
    void compile(EntryState s) {
        pinBased = s.word(VmcsField.PIN_BASED_CONTROLS);
        primary = s.word(VmcsField.PRIMARY_CONTROLS);
        secondary = s.on(PrimaryControl.ACTIVATE_SECONDARY_CONTROLS) ? s.word(VmcsField.SECONDARY_CONTROLS) : 0;
        exit = s.word(VmcsField.EXIT_CONTROLS);
        entry = s.word(VmcsField.ENTRY_CONTROLS);
        exceptionBitmap = s.word(VmcsField.EXCEPTION_BITMAP);
        pageFaultMask = s.word(VmcsField.PAGE_FAULT_ERROR_CODE_MASK);
        pageFaultMatch = s.word(VmcsField.PAGE_FAULT_ERROR_CODE_MATCH);
        ioBitmapA = s.get(VmcsField.IO_BITMAP_A);
        ioBitmapB = s.get(VmcsField.IO_BITMAP_B);
        msrBitmaps = s.get(VmcsField.MSR_BITMAPS);
        tscOffset = has(PrimaryControl.USE_TSC_OFFSETTING) ? s.get(VmcsField.TSC_OFFSET) : 0;
        eptPointer = s.get(VmcsField.EPT_POINTER);
        vpid = has(SecondaryControl.ENABLE_VPID) ? s.word(VmcsField.VPID) : 0;
        pleGap = s.word(VmcsField.PLE_GAP);
        pleWindow = s.word(VmcsField.PLE_WINDOW);
        virtualApicAddress = s.get(VmcsField.VIRTUAL_APIC_ADDRESS);
        tprThreshold = s.word(VmcsField.TPR_THRESHOLD);
        xssBitmap = s.get(VmcsField.XSS_EXITING_BITMAP);
        compileControlRegisters(s);
        interceptKey = primary & TRANSLATED_PRIMARY & 0xffff_ffffL | (long) (secondary & TRANSLATED_SECONDARY) << 32;
        generation++;
    }

    private void compileControlRegisters(EntryState s) {
        cr0Mask = s.get(VmcsField.CR0_GUEST_HOST_MASK);
        cr0Shadow = s.get(VmcsField.CR0_READ_SHADOW);
        cr4Mask = s.get(VmcsField.CR4_GUEST_HOST_MASK);
        cr4Shadow = s.get(VmcsField.CR4_READ_SHADOW);
        cr3TargetCount = s.word(VmcsField.CR3_TARGET_COUNT);
        cr3Target0 = s.get(VmcsField.CR3_TARGET_VALUE0);
        cr3Target1 = s.get(VmcsField.CR3_TARGET_VALUE1);
        cr3Target2 = s.get(VmcsField.CR3_TARGET_VALUE2);
        cr3Target3 = s.get(VmcsField.CR3_TARGET_VALUE3);
    }

    private static int masks(Control... controls) {
        int mask = 0;
        for (Control control : controls) {
            mask |= (int) control.mask();
        }
        return mask;
    }
}
