package org.jvmx.vmx;

import static org.jvmx.vmx.VmcsField.*;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.arch.Efer;
import org.jvmx.arch.Rflags;
import org.jvmx.memory.HostMemory;

/** A processor in VMX operation with a legal current VMCS of a 64-bit guest. */
final class Rig implements AutoCloseable {
    static final long PAT = 0x0007_0406_0007_0406L;
    static final List<VmcsField> SIX = List.of(GUEST_ES_SELECTOR, GUEST_CS_SELECTOR, GUEST_SS_SELECTOR, GUEST_DS_SELECTOR,
            GUEST_FS_SELECTOR,
            GUEST_GS_SELECTOR);

    /** The state of the processor that executes the VMX instructions. */
    static final class Root implements RootState {
        long cr0 = MONITOR.cr0();
        long cr4 = MONITOR.cr4();
        long efer = MONITOR.efer();
        int cpl;
        long featureControl = MONITOR.featureControl();
        boolean movSs;

        @Override
        public long cr0() {
            return cr0;
        }

        @Override
        public long cr4() {
            return cr4;
        }

        @Override
        public long efer() {
            return efer;
        }

        @Override
        public int cpl() {
            return cpl;
        }

        @Override
        public long featureControl() {
            return featureControl;
        }

        @Override
        public boolean blockingByMovSs() {
            return movSs;
        }
    }

    final HostMemory host = new HostMemory(1 << 20);
    final VmxMemory memory = VmxMemory.of(host);
    final FakeProcessor processor = new FakeProcessor();
    final Root root = new Root();
    final CapabilityMsrs capabilities;
    final VmxOperation vmx;
    final long vmxonRegion = region();
    final long region = region();

    private Rig(CapabilityMsrs capabilities) {
        this.capabilities = capabilities;
        this.vmx = new VmxOperation(memory, processor, capabilities, root);
        host.writeInt(vmxonRegion, capabilities.revision());
        host.writeInt(region, capabilities.revision());
    }

    /** A processor not in VMX operation. */
    static Rig outside() {
        return new Rig(CapabilityMsrs.software(-1L >>> 32));
    }

    /** The software processor with a current VMCS. */
    static Rig software() {
        return outside().entered();
    }

    /** A processor that offers every control that the SDM defines. */
    static Rig everything() {
        List<Control> all = new ArrayList<>();
        all.addAll(List.of(PinBasedControl.values()));
        all.addAll(List.of(PrimaryControl.values()));
        all.addAll(List.of(SecondaryControl.values()));
        all.addAll(List.of(TertiaryControl.values()));
        all.addAll(List.of(ExitControl.values()));
        all.addAll(List.of(EntryControl.values()));
        return new Rig(new CapabilityMsrs(all, 0x1234, 0xffff_ffffL)).entered();
    }

    private Rig entered() {
        vmx.vmxon(vmxonRegion);
        vmx.vmclear(region);
        vmx.vmptrld(region);
        legal();
        return this;
    }

    private long region() {
        return host.allocate(HostMemory.PAGE);
    }

    /** A page with the processor's revision identifier. */
    long newRegion() {
        long address = region();
        host.writeInt(address, capabilities.revision());
        return address;
    }

    long page() {
        return host.allocate(HostMemory.PAGE);
    }

    Rig set(VmcsField field, long value) {
        vmx.write(field, value);
        return this;
    }

    Rig or(VmcsField field, long bits) {
        return set(field, vmx.read(field) | bits);
    }

    Rig clear(VmcsField field, long bits) {
        return set(field, vmx.read(field) & ~bits);
    }

    Rig on(Control... controls) {
        for (Control control : controls) {
            if (control.word() == ControlWord.TERTIARY) {
                or(PRIMARY_CONTROLS, PrimaryControl.ACTIVATE_TERTIARY_CONTROLS.mask());
            }
            or(field(control), control.mask());
        }
        return this;
    }

    Rig off(Control... controls) {
        for (Control control : controls) {
            clear(field(control), control.mask());
        }
        return this;
    }

    private static VmcsField field(Control control) {
        return switch (control.word()) {
            case PIN_BASED -> PIN_BASED_CONTROLS;
            case PRIMARY -> PRIMARY_CONTROLS;
            case SECONDARY -> SECONDARY_CONTROLS;
            case TERTIARY -> TERTIARY_CONTROLS;
            case EXIT -> EXIT_CONTROLS;
            case ENTRY -> ENTRY_CONTROLS;
        };
    }

    Rig noEpt() {
        return off(SecondaryControl.ENABLE_EPT, SecondaryControl.UNRESTRICTED_GUEST);
    }

    Rig inject(int type, int vector, boolean errorCode) {
        return set(ENTRY_INTERRUPTION_INFORMATION, Interruption.of(type, vector, errorCode));
    }

    /** A 32-bit guest with PAE paging. */
    Rig legacy() {
        off(EntryControl.IA32E_MODE_GUEST);
        return set(GUEST_IA32_EFER, 0).set(GUEST_CS_ACCESS_RIGHTS, 0xc09b);
    }

    /** A guest in virtual-8086 mode. */
    Rig virtual8086() {
        legacy().or(GUEST_RFLAGS, Rflags.VM);
        for (int i = 0; i < SIX.size(); i++) {
            set(EntryState.selectorField(i), 0).set(EntryState.baseField(i), 0).set(EntryState.limitField(i), 0xffff)
                    .set(EntryState.rightsField(i), 0xf3);
        }
        return this;
    }

    /** A usable LDT. */
    Rig ldt() {
        return set(GUEST_LDTR_ACCESS_RIGHTS, 0x82).set(GUEST_LDTR_LIMIT, 0xfff);
    }

    /** One entry in a new VM-entry MSR-load list. */
    Rig msrLoad(int index, int reserved, long value) {
        set(ENTRY_MSR_LOAD_ADDRESS, msrList(index, reserved, value));
        return set(ENTRY_MSR_LOAD_COUNT, 1);
    }

    long msrList(int index, int reserved, long value) {
        long list = page();
        host.writeInt(list, index);
        host.writeInt(list + 4, reserved);
        host.writeLong(list + 8, value);
        return list;
    }

    /** Makes the current VMCS legal. */
    void legal() {
        set(PIN_BASED_CONTROLS, capabilities.word(ControlWord.PIN_BASED));
        set(PRIMARY_CONTROLS, capabilities.word(ControlWord.PRIMARY, PrimaryControl.ACTIVATE_SECONDARY_CONTROLS));
        set(SECONDARY_CONTROLS, capabilities.word(ControlWord.SECONDARY, SecondaryControl.ENABLE_EPT, SecondaryControl.ENABLE_VPID,
                SecondaryControl.UNRESTRICTED_GUEST));
        set(EXIT_CONTROLS, capabilities.word(ControlWord.EXIT, ExitControl.HOST_ADDRESS_SPACE_SIZE, ExitControl.SAVE_DEBUG_CONTROLS,
                ExitControl.SAVE_IA32_EFER, ExitControl.SAVE_IA32_PAT));
        set(ENTRY_CONTROLS, capabilities.word(ControlWord.ENTRY, EntryControl.IA32E_MODE_GUEST, EntryControl.LOAD_DEBUG_CONTROLS,
                EntryControl.LOAD_IA32_EFER, EntryControl.LOAD_IA32_PAT));
        set(VPID, 1).set(EPT_POINTER, page() | 3 << 3 | 6);
        legalHost();
        legalGuest();
    }

    private void legalHost() {
        set(HOST_CR0, Cr0.PG | Cr0.NE | Cr0.PE).set(HOST_CR4, Cr4.PAE | Cr4.VMXE);
        set(HOST_CS_SELECTOR, 8).set(HOST_SS_SELECTOR, 16).set(HOST_TR_SELECTOR, 24);
    }

    private void legalGuest() {
        set(GUEST_CR0, Cr0.PG | Cr0.NE | Cr0.ET | Cr0.PE).set(GUEST_CR4, Cr4.PAE | Cr4.VMXE).set(GUEST_CR3, page());
        set(GUEST_IA32_EFER, Efer.LMA | Efer.LME).set(GUEST_IA32_PAT, PAT).set(GUEST_DR7, 0x400);
        for (int i = 0; i < SIX.size(); i++) {
            set(EntryState.rightsField(i), 0xc093).set(EntryState.limitField(i), 0xffff_ffffL).set(EntryState.selectorField(i), 16);
        }
        set(GUEST_CS_ACCESS_RIGHTS, 0xa09b).set(GUEST_CS_SELECTOR, 8);
        set(GUEST_LDTR_ACCESS_RIGHTS, 0x1_0000);
        set(GUEST_TR_ACCESS_RIGHTS, 0x8b).set(GUEST_TR_LIMIT, 0x67).set(GUEST_TR_SELECTOR, 24);
        set(GUEST_RFLAGS, 2).set(GUEST_RIP, 0x1000).set(VMCS_LINK_POINTER, -1);
    }

    /** The VM-instruction error. */
    VmxError error() {
        return VmxError.of(vmx.read(VM_INSTRUCTION_ERROR));
    }

    @Override
    public void close() {
        host.close();
    }
}
