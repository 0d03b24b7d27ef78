package org.jvmx.vmx;

import static org.jvmx.vmx.VmcsField.*;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.arch.Efer;
import org.jvmx.arch.Msr;
import org.jvmx.arch.Rflags;

/** For each VM-entry check a way to break it, and it alone, in a legal VMCS. */
final class Forges {
    private static final long NONCANONICAL = 1L << 47;
    private static final long TOO_WIDE = 1L << FakeProcessor.WIDTH;
    private static final String[] SEGMENTS = {"es", "cs", "ss", "ds", "fs", "gs"};
    private static final int LDTR = EntryState.LDTR;
    private static final int TR = EntryState.TR;

    /**
     * How to break one check.
     *
     * @param change what to do to a legal VMCS
     * @param with other checks that the SDM makes fail along with it
     */
    record Forge(Consumer<Rig> change, Set<String> with) {
    }

    private final Map<String, Forge> all = new LinkedHashMap<>();

    private Forges() {
        executionControls();
        apicControls();
        eptControls();
        otherControls();
        exitAndEntryControls();
        hostRegisters();
        hostSegments();
        addressSpace();
        guestRegisters();
        guestFeatures();
        guestSegments();
        virtual8086();
        systemSegments();
        guestRip();
        guestNonRegister();
        linkPointerAndPdptes();
        msrLoad();
    }

    static Map<String, Forge> all() {
        return new Forges().all;
    }

    private void forge(String id, Consumer<Rig> change, String... with) {
        if (all.put(id, new Forge(change, Set.of(with))) != null) {
            throw new IllegalStateException(id + " is forged twice");
        }
    }

    private void executionControls() {
        forge("control.pin-based.reserved", r -> r.or(PIN_BASED_CONTROLS, 1 << 8));
        forge("control.primary.reserved", r -> r.or(PRIMARY_CONTROLS, 1));
        forge("control.secondary.reserved", r -> r.or(SECONDARY_CONTROLS, 1 << 29));
        forge("control.tertiary.reserved", r -> r.on(PrimaryControl.ACTIVATE_TERTIARY_CONTROLS).set(TERTIARY_CONTROLS, 1 << 5));
        forge("control.cr3-target-count", r -> r.set(CR3_TARGET_COUNT, 5));
        forge("control.io-bitmap-a", r -> r.on(PrimaryControl.USE_IO_BITMAPS).set(IO_BITMAP_A, 1));
        forge("control.io-bitmap-b", r -> r.on(PrimaryControl.USE_IO_BITMAPS).set(IO_BITMAP_B, TOO_WIDE));
        forge("control.msr-bitmaps", r -> r.on(PrimaryControl.USE_MSR_BITMAPS).set(MSR_BITMAPS, 0x800));
        forge("control.virtual-nmis", r -> r.on(PinBasedControl.VIRTUAL_NMIS));
        forge("control.nmi-window", r -> r.on(PrimaryControl.NMI_WINDOW_EXITING));
        forge("control.vpid", r -> r.set(VPID, 0));
    }

    private void apicControls() {
        forge("control.virtual-apic-address", r -> r.on(PrimaryControl.USE_TPR_SHADOW).set(VIRTUAL_APIC_ADDRESS, 4));
        forge("control.tpr-threshold.reserved", r -> r.on(PrimaryControl.USE_TPR_SHADOW).set(VIRTUAL_APIC_ADDRESS,
                r.page()).set(TPR_THRESHOLD, 16),
                "control.tpr-threshold.vtpr");
        forge("control.tpr-threshold.vtpr", r -> r.on(PrimaryControl.USE_TPR_SHADOW).set(VIRTUAL_APIC_ADDRESS, r.page()).set(TPR_THRESHOLD,
                1));
        forge("control.apic-access-address", r -> r.on(SecondaryControl.VIRTUALIZE_APIC_ACCESSES).set(APIC_ACCESS_ADDRESS, 1));
        forge("control.apic-virtualization.tpr-shadow", r -> r.on(SecondaryControl.APIC_REGISTER_VIRTUALIZATION));
        forge("control.x2apic-mode", r -> r.on(PrimaryControl.USE_TPR_SHADOW, SecondaryControl.VIRTUALIZE_APIC_ACCESSES,
                SecondaryControl.VIRTUALIZE_X2APIC_MODE));
        forge("control.virtual-interrupt-delivery", r -> r.on(PrimaryControl.USE_TPR_SHADOW, SecondaryControl.VIRTUAL_INTERRUPT_DELIVERY));
        forge("control.posted-interrupts", r -> r.on(PinBasedControl.PROCESS_POSTED_INTERRUPTS));
        forge("control.posted-interrupts.vector", r -> posted(r).set(POSTED_INTERRUPT_NOTIFICATION_VECTOR, 256));
        forge("control.posted-interrupts.descriptor", r -> posted(r).set(POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, 32));
    }

    private static Rig posted(Rig r) {
        return r.on(PinBasedControl.PROCESS_POSTED_INTERRUPTS, PinBasedControl.EXTERNAL_INTERRUPT_EXITING, PrimaryControl.USE_TPR_SHADOW,
                SecondaryControl.VIRTUAL_INTERRUPT_DELIVERY, ExitControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT);
    }

    private void eptControls() {
        forge("control.ept.memory-type", r -> r.set(EPT_POINTER, 3 << 3 | 1));
        forge("control.ept.walk-length", r -> r.set(EPT_POINTER, 4 << 3 | 6));
        forge("control.ept.reserved", r -> r.or(EPT_POINTER, 1 << 7));
        forge("control.pml.ept", r -> r.noEpt().on(SecondaryControl.ENABLE_PML));
        forge("control.pml.address", r -> r.on(SecondaryControl.ENABLE_PML).set(PML_ADDRESS, 8));
        forge("control.unrestricted-guest.ept", r -> r.off(SecondaryControl.ENABLE_EPT));
        forge("control.mode-based-execute.ept", r -> r.noEpt().on(SecondaryControl.MODE_BASED_EXECUTE_CONTROL_FOR_EPT));
        forge("control.sub-page-permissions.ept", r -> r.noEpt().on(SecondaryControl.SUB_PAGE_WRITE_PERMISSIONS_FOR_EPT));
        forge("control.sub-page-permissions.table",
                r -> r.on(SecondaryControl.SUB_PAGE_WRITE_PERMISSIONS_FOR_EPT).set(SUB_PAGE_PERMISSION_TABLE_POINTER, 1));
        forge("control.virtualization-exception",
                r -> r.on(SecondaryControl.EPT_VIOLATION_VE).set(VIRTUALIZATION_EXCEPTION_INFORMATION_ADDRESS, 1));
        forge("control.pt-guest-physical.ept", r -> r.noEpt().on(SecondaryControl.PT_USES_GUEST_PHYSICAL_ADDRESSES));
        forge("control.tertiary.ept", r -> r.noEpt().on(TertiaryControl.ENABLE_HLAT));
    }

    private void otherControls() {
        forge("control.vm-functions.reserved", r -> r.on(SecondaryControl.ENABLE_VM_FUNCTIONS).set(VM_FUNCTION_CONTROLS, 2));
        forge("control.vm-functions.ept", r -> r.noEpt().on(SecondaryControl.ENABLE_VM_FUNCTIONS).set(VM_FUNCTION_CONTROLS, 1));
        forge("control.vm-functions.eptp-list",
                r -> r.on(SecondaryControl.ENABLE_VM_FUNCTIONS).set(VM_FUNCTION_CONTROLS, 1).set(EPTP_LIST_ADDRESS, 1));
        forge("control.vmcs-shadowing.vmread-bitmap", r -> r.on(SecondaryControl.VMCS_SHADOWING).set(VMREAD_BITMAP_ADDRESS, 1));
        forge("control.vmcs-shadowing.vmwrite-bitmap", r -> r.on(SecondaryControl.VMCS_SHADOWING).set(VMWRITE_BITMAP_ADDRESS, 1));
        forge("control.tsc-multiplier", r -> r.on(SecondaryControl.USE_TSC_SCALING));
        forge("control.pasid.low-directory", r -> r.on(SecondaryControl.PASID_TRANSLATION).set(LOW_PASID_DIRECTORY_ADDRESS, 1));
        forge("control.pasid.high-directory", r -> r.on(SecondaryControl.PASID_TRANSLATION).set(HIGH_PASID_DIRECTORY_ADDRESS, TOO_WIDE));
        forge("control.hlat-pointer", r -> r.on(TertiaryControl.ENABLE_HLAT).set(HLAT_POINTER, 1));
        forge("control.pid-pointer-table", r -> r.on(TertiaryControl.IPI_VIRTUALIZATION).set(PID_POINTER_TABLE_ADDRESS, 4));
    }

    private void exitAndEntryControls() {
        forge("exit.reserved", r -> r.clear(EXIT_CONTROLS, 1));
        forge("exit.save-preemption-timer", r -> r.on(ExitControl.SAVE_PREEMPTION_TIMER_VALUE));
        forge("exit.msr-store", r -> r.set(EXIT_MSR_STORE_COUNT, 1).set(EXIT_MSR_STORE_ADDRESS, 8));
        forge("exit.msr-load", r -> r.set(EXIT_MSR_LOAD_COUNT, 2).set(EXIT_MSR_LOAD_ADDRESS, TOO_WIDE - 16));
        forge("entry.reserved", r -> r.or(ENTRY_CONTROLS, 1L << 31));
        forge("entry.injection.type", r -> r.inject(1, 32, false));
        forge("entry.injection.vector", r -> r.inject(Interruption.NMI, 3, false));
        forge("entry.injection.deliver-error-code", r -> r.inject(Interruption.HARDWARE_EXCEPTION, 13, false));
        forge("entry.injection.reserved", r -> r.set(ENTRY_INTERRUPTION_INFORMATION, Interruption.of(Interruption.NMI, 2,
                false) | 1 << 12));
        forge("entry.injection.error-code",
                r -> r.inject(Interruption.HARDWARE_EXCEPTION, 13, true).set(ENTRY_EXCEPTION_ERROR_CODE, 0x1_0000));
        forge("entry.injection.instruction-length",
                r -> r.inject(Interruption.SOFTWARE_INTERRUPT, 0x80, false).set(ENTRY_INSTRUCTION_LENGTH, 16));
        forge("entry.msr-load", r -> r.set(ENTRY_MSR_LOAD_COUNT, 513));
        forge("entry.smm", r -> r.on(EntryControl.ENTRY_TO_SMM));
    }

    private void hostRegisters() {
        forge("host.cr0.fixed", r -> r.clear(HOST_CR0, Cr0.NE));
        forge("host.cr4.fixed", r -> r.clear(HOST_CR4, Cr4.VMXE));
        forge("host.cr4.cet", r -> r.or(HOST_CR4, Cr4.CET));
        forge("host.cr3.width", r -> r.set(HOST_CR3, TOO_WIDE));
        forge("host.sysenter-esp", r -> r.set(HOST_IA32_SYSENTER_ESP, NONCANONICAL));
        forge("host.sysenter-eip", r -> r.set(HOST_IA32_SYSENTER_EIP, NONCANONICAL));
        forge("host.perf-global-ctrl", r -> r.on(ExitControl.LOAD_IA32_PERF_GLOBAL_CTRL).set(HOST_IA32_PERF_GLOBAL_CTRL, 1 << 20));
        forge("host.pat", r -> r.on(ExitControl.LOAD_IA32_PAT).set(HOST_IA32_PAT, 0x0300));
        forge("host.efer.reserved", r -> r.on(ExitControl.LOAD_IA32_EFER).set(HOST_IA32_EFER, Efer.LMA | Efer.LME | 2));
        forge("host.efer.long-mode", r -> r.on(ExitControl.LOAD_IA32_EFER).set(HOST_IA32_EFER, Efer.LMA));
        forge("host.s-cet", r -> r.on(ExitControl.LOAD_CET_STATE).set(HOST_IA32_S_CET, 0xc00));
        forge("host.ssp", r -> r.on(ExitControl.LOAD_CET_STATE).set(HOST_SSP, 2));
        forge("host.ssp-table", r -> r.on(ExitControl.LOAD_CET_STATE).set(HOST_IA32_INTERRUPT_SSP_TABLE_ADDR, NONCANONICAL));
        forge("host.pkrs", r -> r.on(ExitControl.LOAD_PKRS).set(HOST_IA32_PKRS, 1L << 32));
    }

    private void hostSegments() {
        List<VmcsField> selectors = List.of(HOST_ES_SELECTOR, HOST_CS_SELECTOR, HOST_SS_SELECTOR, HOST_DS_SELECTOR, HOST_FS_SELECTOR,
                HOST_GS_SELECTOR);
        for (int i = 0; i < SEGMENTS.length; i++) {
            VmcsField selector = selectors.get(i);
            forge("host." + SEGMENTS[i] + ".rpl-ti", r -> r.set(selector, 0x21));
        }
        forge("host.tr.rpl-ti", r -> r.set(HOST_TR_SELECTOR, 0x1c));
        forge("host.cs.null", r -> r.set(HOST_CS_SELECTOR, 0));
        forge("host.tr.null", r -> r.set(HOST_TR_SELECTOR, 0));
        forge("host.ss.null", r -> legacyHost(r).set(HOST_SS_SELECTOR, 0));
        forge("host.fs-base", r -> r.set(HOST_FS_BASE, NONCANONICAL));
        forge("host.gs-base", r -> r.set(HOST_GS_BASE, NONCANONICAL));
        forge("host.gdtr-base", r -> r.set(HOST_GDTR_BASE, NONCANONICAL));
        forge("host.idtr-base", r -> r.set(HOST_IDTR_BASE, NONCANONICAL));
        forge("host.tr-base", r -> r.set(HOST_TR_BASE, NONCANONICAL));
    }

    private static Rig legacyHost(Rig r) {
        r.root.efer = 0;
        return r.legacy().off(ExitControl.HOST_ADDRESS_SPACE_SIZE);
    }

    private void addressSpace() {
        forge("host.size.legacy", r -> r.root.efer = 0);
        forge("host.size.long", r -> r.legacy().off(ExitControl.HOST_ADDRESS_SPACE_SIZE));
        forge("host.size.ia32e-guest", r -> r.off(ExitControl.HOST_ADDRESS_SPACE_SIZE), "host.size.long");
        forge("host.size.pcide", r -> legacyHost(r).or(HOST_CR4, Cr4.PCIDE));
        forge("host.size.rip-32", r -> legacyHost(r).set(HOST_RIP, 1L << 32));
        forge("host.size.pae", r -> r.clear(HOST_CR4, Cr4.PAE));
        forge("host.size.rip-64", r -> r.set(HOST_RIP, NONCANONICAL));
    }

    private void guestRegisters() {
        forge("guest.cr0.fixed", r -> r.clear(GUEST_CR0, Cr0.NE));
        forge("guest.cr0.paging", r -> r.clear(GUEST_CR0, Cr0.PE));
        forge("guest.cr4.fixed", r -> r.clear(GUEST_CR4, Cr4.VMXE));
        forge("guest.cr4.cet", r -> r.or(GUEST_CR4, Cr4.CET));
        forge("guest.debugctl", r -> r.set(GUEST_IA32_DEBUGCTL, 1 << 13));
        forge("guest.ia32e.paging", r -> r.clear(GUEST_CR0, Cr0.PG));
        forge("guest.ia32e.pae", r -> r.clear(GUEST_CR4, Cr4.PAE));
        forge("guest.cr4.pcide", r -> r.legacy().or(GUEST_CR4, Cr4.PCIDE));
        forge("guest.cr3.width", r -> r.set(GUEST_CR3, 1L << 63));
        forge("guest.dr7", r -> r.set(GUEST_DR7, 1L << 32));
        forge("guest.sysenter-esp", r -> r.set(GUEST_IA32_SYSENTER_ESP, NONCANONICAL));
        forge("guest.sysenter-eip", r -> r.set(GUEST_IA32_SYSENTER_EIP, NONCANONICAL));
        forge("guest.pat", r -> r.set(GUEST_IA32_PAT, 2));
        forge("guest.efer.reserved", r -> r.or(GUEST_IA32_EFER, 1 << 12));
        forge("guest.efer.lma", r -> r.set(GUEST_IA32_EFER, 0));
        forge("guest.efer.lme", r -> r.set(GUEST_IA32_EFER, Efer.LMA));
    }

    private void guestFeatures() {
        forge("guest.perf-global-ctrl", r -> r.on(EntryControl.LOAD_IA32_PERF_GLOBAL_CTRL).set(GUEST_IA32_PERF_GLOBAL_CTRL, 1 << 4));
        forge("guest.bndcfgs", r -> r.on(EntryControl.LOAD_IA32_BNDCFGS).set(GUEST_IA32_BNDCFGS, 4));
        forge("guest.s-cet", r -> r.on(EntryControl.LOAD_CET_STATE).set(GUEST_IA32_S_CET, 1 << 6));
        forge("guest.ssp-table", r -> r.on(EntryControl.LOAD_CET_STATE).set(GUEST_IA32_INTERRUPT_SSP_TABLE_ADDR, NONCANONICAL));
        forge("guest.pkrs", r -> r.on(EntryControl.LOAD_PKRS).set(GUEST_IA32_PKRS, 1L << 32));
        forge("guest.uinv", r -> r.on(EntryControl.LOAD_UINV).set(GUEST_UINV, 256));
        forge("guest.ssp", r -> r.on(EntryControl.LOAD_CET_STATE).set(GUEST_SSP, 1));
    }

    private void guestSegments() {
        for (int i = 0; i < SEGMENTS.length; i++) {
            String name = "guest." + SEGMENTS[i];
            VmcsField rights = EntryState.rightsField(i);
            VmcsField limit = EntryState.limitField(i);
            VmcsField base = EntryState.baseField(i);
            boolean wide = i >= 4;
            forge(name + ".base", r -> r.set(base, wide ? NONCANONICAL : 1L << 32));
            forge(name + ".descriptor-type", r -> r.clear(rights, 1 << 4));
            forge(name + ".present", r -> r.clear(rights, 1 << 7));
            forge(name + ".reserved-low", r -> r.or(rights, 1 << 8));
            forge(name + ".granularity.bytes", r -> r.set(limit, 0xffff_fffeL));
            forge(name + ".granularity.pages", r -> r.clear(rights, 1 << 15));
            forge(name + ".reserved-high", r -> r.or(rights, 1 << 17));
        }
        for (int i : new int[] {0, 3, 4, 5}) {
            VmcsField rights = EntryState.rightsField(i);
            VmcsField selector = EntryState.selectorField(i);
            forge("guest." + SEGMENTS[i] + ".type", r -> r.set(rights, 0xc099));
            forge("guest." + SEGMENTS[i] + ".dpl", r -> r.off(SecondaryControl.UNRESTRICTED_GUEST).or(selector, 3));
        }
        forge("guest.cs.type", r -> r.set(GUEST_CS_ACCESS_RIGHTS, 0xa09a));
        forge("guest.cs.dpl", r -> r.set(GUEST_CS_ACCESS_RIGHTS, 0xa0fb));
        forge("guest.cs.size", r -> r.or(GUEST_CS_ACCESS_RIGHTS, 1 << 14));
        forge("guest.ss.type", r -> r.set(GUEST_SS_ACCESS_RIGHTS, 0xc091));
        forge("guest.ss.rpl", r -> conforming(r).off(SecondaryControl.UNRESTRICTED_GUEST).or(GUEST_SS_SELECTOR, 3)
                .or(GUEST_SS_ACCESS_RIGHTS, 3 << 5));
        forge("guest.ss.dpl.rpl", r -> conforming(r).off(SecondaryControl.UNRESTRICTED_GUEST).or(GUEST_SS_ACCESS_RIGHTS, 3 << 5));
        forge("guest.ss.dpl.zero", r -> r.set(GUEST_CS_ACCESS_RIGHTS, 0xc093).or(GUEST_SS_ACCESS_RIGHTS, 3 << 5));
    }

    private static Rig conforming(Rig r) {
        return r.set(GUEST_CS_ACCESS_RIGHTS, 0xa09f);
    }

    private void virtual8086() {
        for (int i = 0; i < SEGMENTS.length; i++) {
            VmcsField rights = EntryState.rightsField(i);
            VmcsField limit = EntryState.limitField(i);
            VmcsField base = EntryState.baseField(i);
            forge("guest." + SEGMENTS[i] + ".base.virtual-8086", r -> r.virtual8086().set(base, 0x10));
            forge("guest." + SEGMENTS[i] + ".limit.virtual-8086", r -> r.virtual8086().set(limit, 0xfffe));
            forge("guest." + SEGMENTS[i] + ".rights.virtual-8086", r -> r.virtual8086().set(rights, 0xf1));
        }
    }

    private void systemSegments() {
        system("tr", TR, r -> r, 0x89);
        system("ldtr", LDTR, Rig::ldt, 0x83);
        forge("guest.tr.usable", r -> r.or(GUEST_TR_ACCESS_RIGHTS, 1 << 16));
        forge("guest.gdtr.base", r -> r.set(GUEST_GDTR_BASE, NONCANONICAL));
        forge("guest.idtr.base", r -> r.set(GUEST_IDTR_BASE, NONCANONICAL));
        forge("guest.gdtr.limit", r -> r.set(GUEST_GDTR_LIMIT, 0x1_0000));
        forge("guest.idtr.limit", r -> r.set(GUEST_IDTR_LIMIT, 0x1_0000));
    }

    private void system(String name, int segment, java.util.function.UnaryOperator<Rig> usable, int wrongType) {
        VmcsField rights = EntryState.rightsField(segment);
        VmcsField limit = EntryState.limitField(segment);
        forge("guest." + name + ".selector", r -> usable.apply(r).or(EntryState.selectorField(segment), 4));
        forge("guest." + name + ".base", r -> usable.apply(r).set(EntryState.baseField(segment), NONCANONICAL));
        forge("guest." + name + ".type", r -> usable.apply(r).set(rights, wrongType));
        forge("guest." + name + ".descriptor-type", r -> usable.apply(r).or(rights, 1 << 4));
        forge("guest." + name + ".present", r -> usable.apply(r).clear(rights, 1 << 7));
        forge("guest." + name + ".reserved-low", r -> usable.apply(r).or(rights, 1 << 11));
        forge("guest." + name + ".granularity.bytes", r -> usable.apply(r).set(limit, 0x67).or(rights, 1 << 15));
        forge("guest." + name + ".granularity.pages", r -> usable.apply(r).set(limit, 0x10_0fff));
        forge("guest." + name + ".reserved-high", r -> usable.apply(r).or(rights, 1 << 17));
    }

    private void guestRip() {
        forge("guest.rip.legacy", r -> r.legacy().set(GUEST_RIP, 1L << 32));
        forge("guest.rip.long", r -> r.set(GUEST_RIP, 1L << 48));
        forge("guest.rflags.reserved", r -> r.set(GUEST_RFLAGS, 0));
        forge("guest.rflags.vm", r -> r.virtual8086().clear(GUEST_CR0, Cr0.PE | Cr0.PG));
        forge("guest.rflags.if", r -> r.inject(Interruption.EXTERNAL, 32, false));
    }

    private void guestNonRegister() {
        forge("guest.activity.supported", r -> r.set(GUEST_ACTIVITY_STATE, 4));
        forge("guest.activity.hlt-privilege",
                r -> conforming(r).or(GUEST_SS_ACCESS_RIGHTS, 3 << 5).set(GUEST_ACTIVITY_STATE, Activity.HLT));
        forge("guest.activity.blocking", r -> blocked(r, Interruptibility.BLOCKING_BY_STI).set(GUEST_ACTIVITY_STATE, Activity.HLT));
        forge("guest.activity.injection",
                r -> blocked(r, 0).set(GUEST_ACTIVITY_STATE, Activity.SHUTDOWN).inject(Interruption.EXTERNAL, 32, false));
        forge("guest.interruptibility.reserved", r -> blocked(r, Interruptibility.ENCLAVE_INTERRUPTION));
        forge("guest.interruptibility.sti-mov-ss", r -> blocked(r, 3));
        forge("guest.interruptibility.sti-if", r -> r.set(GUEST_INTERRUPTIBILITY_STATE, Interruptibility.BLOCKING_BY_STI));
        forge("guest.interruptibility.external",
                r -> blocked(r, Interruptibility.BLOCKING_BY_MOV_SS).inject(Interruption.EXTERNAL, 32, false));
        forge("guest.interruptibility.nmi-mov-ss", r -> blocked(r, Interruptibility.BLOCKING_BY_MOV_SS).inject(Interruption.NMI, 2, false));
        forge("guest.interruptibility.smi", r -> blocked(r, Interruptibility.BLOCKING_BY_SMI));
        forge("guest.interruptibility.nmi-sti", r -> blocked(r, Interruptibility.BLOCKING_BY_STI).inject(Interruption.NMI, 2, false));
        forge("guest.interruptibility.virtual-nmi", r -> blocked(r, Interruptibility.BLOCKING_BY_NMI).inject(Interruption.NMI, 2, false)
                .on(PinBasedControl.NMI_EXITING, PinBasedControl.VIRTUAL_NMIS));
        forge("guest.pending-debug.reserved", r -> r.set(GUEST_PENDING_DEBUG_EXCEPTIONS, 1 << 4));
        forge("guest.pending-debug.step-missing", r -> blocked(r, Interruptibility.BLOCKING_BY_MOV_SS).or(GUEST_RFLAGS, Rflags.TF));
        forge("guest.pending-debug.step-wrong",
                r -> blocked(r, Interruptibility.BLOCKING_BY_MOV_SS).set(GUEST_PENDING_DEBUG_EXCEPTIONS, 1 << 14));
    }

    private static Rig blocked(Rig r, int bits) {
        return r.or(GUEST_RFLAGS, Rflags.IF).set(GUEST_INTERRUPTIBILITY_STATE, bits);
    }

    private void linkPointerAndPdptes() {
        forge("guest.link-pointer.address", r -> r.set(VMCS_LINK_POINTER, r.newRegion() + 16), "guest.link-pointer.revision");
        forge("guest.link-pointer.revision", r -> r.set(VMCS_LINK_POINTER, r.page()));
        forge("guest.link-pointer.current", r -> r.set(VMCS_LINK_POINTER, r.region));
        for (VmcsField entry : List.of(GUEST_PDPTE0, GUEST_PDPTE1, GUEST_PDPTE2, GUEST_PDPTE3)) {
            forge("guest.pdpte" + (entry.ordinal() - GUEST_PDPTE0.ordinal()), r -> r.legacy().set(entry, 3));
        }
        forge("guest.pdptes", r -> {
            r.legacy().noEpt();
            r.host.writeLong(r.vmx.read(GUEST_CR3) + 24, TOO_WIDE | 1);
        });
    }

    private void msrLoad() {
        forge("msr-load.segment-base", r -> r.msrLoad(Msr.GS_BASE, 0, 0));
        forge("msr-load.x2apic", r -> r.msrLoad(Msr.X2APIC_FIRST + 8, 0, 0));
        forge("msr-load.smm", r -> r.msrLoad(0x9b, 0, 0));
        forge("msr-load.model-specific", r -> r.msrLoad(Msr.BIOS_UPDT_TRIG, 0, 0));
        forge("msr-load.reserved", r -> r.msrLoad(Msr.LSTAR, 1, 0));
        forge("msr-load.wrmsr", r -> r.msrLoad(FakeProcessor.REFUSED_MSR, 0, 0));
    }
}
