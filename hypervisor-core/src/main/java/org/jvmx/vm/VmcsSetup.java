package org.jvmx.vm;

import java.util.Arrays;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.arch.Efer;
import org.jvmx.arch.Gpr;
import org.jvmx.arch.Msr;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.Activity;
import org.jvmx.vmx.CapabilityMsrs;
import org.jvmx.vmx.Control;
import org.jvmx.vmx.ControlWord;
import org.jvmx.vmx.EntryControl;
import org.jvmx.vmx.ExitControl;
import org.jvmx.vmx.PinBasedControl;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.SecondaryControl;
import org.jvmx.vmx.VirtualProcessor;
import org.jvmx.vmx.VmcsField;
import org.jvmx.vmx.Vmx;

/**
 * Enters VMX operation and fills a VMCS for normal running: unrestricted guest, EPT, VPID; I/O, HLT and device MSRs leave the guest;
 * exceptions, control registers and the time-stamp counter do not. Controls that the processor lacks stay off.
 */
final class VmcsSetup {
    /** Offset of the task priority in the virtual-APIC page. */
    static final int VTPR = 0x80;

    static final long CR0_OWNED = Cr0.NE;
    static final long CR4_OWNED = Cr4.VMXE;

    private static final long DEFAULT_PAT = 0x0007_0406_0007_0406L;
    private static final int HOST_CS = 0x08;
    private static final int HOST_TR = 0x10;
    private static final long DR7_FIXED = 0x400;

    /** Registers that are nothing but state of the processor: no exit. */
    private static final int[] PASSED = {
        Msr.SYSENTER_CS, Msr.SYSENTER_ESP, Msr.SYSENTER_EIP, Msr.PAT, Msr.EFER, Msr.STAR, Msr.LSTAR, Msr.CSTAR, Msr.FMASK,
        Msr.FS_BASE, Msr.GS_BASE, Msr.KERNEL_GS_BASE, Msr.TSC_AUX, Msr.SPEC_CTRL, Msr.PRED_CMD, Msr.XSS,
    };

    /** Model-specific registers, which INIT leaves alone. */
    private static final VmcsField[] ZERO_AT_RESET = {
        VmcsField.GUEST_IA32_DEBUGCTL, VmcsField.GUEST_IA32_SYSENTER_CS, VmcsField.GUEST_IA32_SYSENTER_ESP,
        VmcsField.GUEST_IA32_SYSENTER_EIP,
    };
    private static final VmcsField[] ZERO_AT_INIT = {
        VmcsField.GUEST_ACTIVITY_STATE, VmcsField.GUEST_INTERRUPTIBILITY_STATE, VmcsField.GUEST_PENDING_DEBUG_EXCEPTIONS,
        VmcsField.ENTRY_INTERRUPTION_INFORMATION,
    };
    private static final long DR6_INITIAL = 0xffff_0ff0L;

    private final Vmx vmx;
    private final HostMemory host;
    private final CapabilityMsrs offered;
    private final long virtualApic;
    private final int vpid;
    private int primary;

    /** Each virtual processor has a VPID of its own, which is not 0. */
    VmcsSetup(VirtualProcessor processor, HostMemory host, int vpid) {
        this.vmx = processor.vmx();
        this.vpid = vpid;
        this.host = host;
        this.offered = vmx.capabilities();
        this.virtualApic = host.allocate(HostMemory.PAGE);
        require(vmx.vmxon(region()), "VMXON");
        long vmcs = region();
        require(vmx.vmclear(vmcs), "VMCLEAR");
        require(vmx.vmptrld(vmcs), "VMPTRLD");
        controls();
        hostState();
        modelSpecific();
        processor.mapping().use(vmx);
    }

    private long region() {
        long address = host.allocate(CapabilityMsrs.REGION_SIZE);
        host.writeInt(address, offered.revision());
        return address;
    }

    private static void require(int result, String instruction) {
        if (result != Vmx.SUCCEED) {
            throw new IllegalStateException(instruction + " fails with " + result);
        }
    }

    private int word(ControlWord word, Control... wanted) {
        int bits = offered.word(word);
        for (Control control : wanted) {
            bits |= offered.allows(control) ? (int) control.mask() : 0;
        }
        return bits;
    }

    private void controls() {
        vmx.write(VmcsField.PIN_BASED_CONTROLS, word(ControlWord.PIN_BASED, PinBasedControl.EXTERNAL_INTERRUPT_EXITING,
                PinBasedControl.NMI_EXITING, PinBasedControl.VIRTUAL_NMIS, PinBasedControl.ACTIVATE_PREEMPTION_TIMER));
        primary = word(ControlWord.PRIMARY, PrimaryControl.HLT_EXITING, PrimaryControl.USE_TSC_OFFSETTING,
                PrimaryControl.UNCONDITIONAL_IO_EXITING, PrimaryControl.USE_MSR_BITMAPS, PrimaryControl.USE_TPR_SHADOW,
                PrimaryControl.ACTIVATE_SECONDARY_CONTROLS);
        vmx.write(VmcsField.PRIMARY_CONTROLS, primary & 0xffff_ffffL);
        vmx.write(VmcsField.SECONDARY_CONTROLS, word(ControlWord.SECONDARY, SecondaryControl.ENABLE_EPT, SecondaryControl.ENABLE_VPID,
                SecondaryControl.UNRESTRICTED_GUEST, SecondaryControl.ENABLE_RDTSCP, SecondaryControl.ENABLE_INVPCID,
                SecondaryControl.ENABLE_XSAVES) & 0xffff_ffffL);
        vmx.write(VmcsField.EXIT_CONTROLS, word(ControlWord.EXIT, ExitControl.HOST_ADDRESS_SPACE_SIZE, ExitControl.SAVE_DEBUG_CONTROLS,
                ExitControl.SAVE_IA32_PAT, ExitControl.LOAD_IA32_PAT, ExitControl.SAVE_IA32_EFER, ExitControl.LOAD_IA32_EFER,
                ExitControl.SAVE_PREEMPTION_TIMER_VALUE) & 0xffff_ffffL);
        write(VmcsField.VPID, vpid);
        write(VmcsField.VIRTUAL_APIC_ADDRESS, virtualApic);
        if (offered.has(VmcsField.MSR_BITMAPS)) {
            vmx.write(VmcsField.MSR_BITMAPS, msrBitmaps());
        }
        write(VmcsField.CR0_GUEST_HOST_MASK, CR0_OWNED);
        write(VmcsField.CR4_GUEST_HOST_MASK, CR4_OWNED);
        write(VmcsField.CR4_READ_SHADOW, 0);
    }

    private void write(VmcsField field, long value) {
        if (offered.has(field)) {
            vmx.write(field, value);
        }
    }

    private long msrBitmaps() {
        long bitmaps = host.allocate(HostMemory.PAGE);
        byte[] all = new byte[HostMemory.PAGE];
        Arrays.fill(all, (byte) -1);
        host.write(bitmaps, all, 0, all.length);
        for (int msr : PASSED) {
            MsrBitmaps.readExits(host, bitmaps, msr, false);
            MsrBitmaps.writeExits(host, bitmaps, msr, false);
        }
        MsrBitmaps.readExits(host, bitmaps, Msr.TSC, false);
        return bitmaps;
    }

    private void hostState() {
        vmx.write(VmcsField.HOST_CR0, offered.cr0Fixed0() | Cr0.PG | Cr0.PE);
        vmx.write(VmcsField.HOST_CR4, offered.cr4Fixed0() | Cr4.PAE);
        vmx.write(VmcsField.HOST_CS_SELECTOR, HOST_CS);
        vmx.write(VmcsField.HOST_TR_SELECTOR, HOST_TR);
        write(VmcsField.HOST_IA32_EFER, Efer.LME | Efer.LMA);
        write(VmcsField.HOST_IA32_PAT, DEFAULT_PAT);
    }

    /** Fills the guest-state area. */
    void guestState(VcpuState state) {
        modelSpecific();
        registers(state);
    }

    private void modelSpecific() {
        vmx.write(VmcsField.VMCS_LINK_POINTER, -1);
        write(VmcsField.GUEST_IA32_PAT, DEFAULT_PAT);
        for (VmcsField field : ZERO_AT_RESET) {
            vmx.write(field, 0);
        }
    }

    /** The state that INIT leaves: the processor waits for a start-up IPI, where VMX knows that. SDM Vol. 3, "Processor State After Reset". */
    void init(int signature) {
        registers(VcpuState.init(signature));
        for (int n = 0; n < 4; n++) {
            vmx.registers().dr(n, 0);
        }
        vmx.registers().dr(6, DR6_INITIAL);
        vmx.registers().cr2(0);
        if (offered.supportsActivity(Activity.WAIT_FOR_SIPI)) {
            vmx.write(VmcsField.GUEST_ACTIVITY_STATE, Activity.WAIT_FOR_SIPI);
        }
        if (offered.supportsInvvpid(Vmx.INVVPID_SINGLE_CONTEXT)) {
            require(vmx.invvpid(Vmx.INVVPID_SINGLE_CONTEXT, vpid, 0), "INVVPID");
        }
    }

    /** What a start-up IPI does after that. */
    void startup(int vector) {
        vmx.write(GuestSegments.selector(GuestSegments.CS), (long) vector << 8);
        vmx.write(GuestSegments.base(GuestSegments.CS), (long) vector << 12);
        vmx.write(VmcsField.GUEST_RIP, 0);
        vmx.write(VmcsField.GUEST_ACTIVITY_STATE, Activity.ACTIVE);
    }

    private void registers(VcpuState state) {
        long entry = word(ControlWord.ENTRY, EntryControl.LOAD_DEBUG_CONTROLS, EntryControl.LOAD_IA32_PAT, EntryControl.LOAD_IA32_EFER);
        entry |= (state.efer() & Efer.LMA) != 0 ? EntryControl.IA32E_MODE_GUEST.mask() : 0;
        vmx.write(VmcsField.ENTRY_CONTROLS, entry & 0xffff_ffffL);
        vmx.write(VmcsField.GUEST_CR0, state.cr0() | offered.cr0Fixed0() & CR0_OWNED);
        write(VmcsField.CR0_READ_SHADOW, state.cr0() & CR0_OWNED);
        vmx.write(VmcsField.GUEST_CR3, state.cr3());
        vmx.write(VmcsField.GUEST_CR4, state.cr4() | offered.cr4Fixed0() & CR4_OWNED);
        write(VmcsField.GUEST_IA32_EFER, state.efer());
        vmx.write(VmcsField.GUEST_DR7, DR7_FIXED);
        for (VmcsField field : ZERO_AT_INIT) {
            vmx.write(field, 0);
        }
        vmx.write(VmcsField.GUEST_RIP, state.rip());
        vmx.write(VmcsField.GUEST_RSP, state.registers().get(Gpr.RSP));
        vmx.write(VmcsField.GUEST_RFLAGS, state.rflags());
        for (int gpr = 0; gpr < 16; gpr++) {
            if (gpr != Gpr.RSP) {
                vmx.registers().gpr(gpr, state.registers().get(gpr));
            }
        }
        for (int n = 0; n < 8; n++) {
            segment(n, state.segments().get(n));
        }
        vmx.write(VmcsField.GUEST_GDTR_BASE, state.gdtr().base());
        vmx.write(VmcsField.GUEST_GDTR_LIMIT, state.gdtr().limit());
        vmx.write(VmcsField.GUEST_IDTR_BASE, state.idtr().base());
        vmx.write(VmcsField.GUEST_IDTR_LIMIT, state.idtr().limit());
    }

    private void segment(int n, VcpuState.Segment segment) {
        vmx.write(GuestSegments.selector(n), segment.selector());
        vmx.write(GuestSegments.base(n), segment.base());
        vmx.write(GuestSegments.limit(n), segment.limit() & 0xffff_ffffL);
        vmx.write(GuestSegments.rights(n), segment.rights());
    }

    /** The primary processor-based controls, as they were set up. */
    int primaryControls() {
        return primary;
    }

    /** Host-physical address of the virtual-APIC page. */
    long virtualApic() {
        return virtualApic;
    }
}
