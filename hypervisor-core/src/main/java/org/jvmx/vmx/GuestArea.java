package org.jvmx.vmx;

import static org.jvmx.vmx.VmcsField.*;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.jvmx.arch.Cr0;
import org.jvmx.arch.Efer;

/**
 * The guest-state area on its way into the processor. What entered stays there; which fields a VM exit would save decides which of them the
 * VMCS reads from the processor afterwards. SDM Vol. 3, "Loading Guest State" and "Saving Guest State".
 */
final class GuestArea {
    /** Fields that a control decides about, or that stay in the VMCS. */
    private static final Set<VmcsField> SPECIAL = EnumSet.of(GUEST_DR7, GUEST_IA32_DEBUGCTL, GUEST_IA32_PAT, GUEST_IA32_EFER, GUEST_PDPTE0,
            GUEST_PDPTE1, GUEST_PDPTE2, GUEST_PDPTE3, PREEMPTION_TIMER_VALUE, VMCS_LINK_POINTER, GUEST_SMBASE);
    private static final VmcsField[] PDPTES = {GUEST_PDPTE0, GUEST_PDPTE1, GUEST_PDPTE2, GUEST_PDPTE3};

    private final LogicalProcessor processor;
    private final VmcsField[] plain;
    private boolean loaded;

    GuestArea(LogicalProcessor processor, CapabilityMsrs capabilities) {
        this.processor = processor;
        this.plain = Arrays.stream(EntryChecks.FIELDS)
                .filter(field -> field.type() == Type.GUEST && capabilities.has(field) && !SPECIAL.contains(field))
                .toArray(VmcsField[]::new);
    }

    /** Loads the fields that the processor does not have. */
    void enter(EntryState s) {
        Vmcs vmcs = s.vmcs();
        if (vmcs.settled()) {
            return;
        }
        loaded = false;
        if (vmcs.guestWritten()) {
            for (VmcsField field : plain) {
                load(vmcs, field);
            }
        }
        if (s.on(EntryControl.LOAD_DEBUG_CONTROLS)) {
            load(vmcs, GUEST_DR7);
            load(vmcs, GUEST_IA32_DEBUGCTL);
        }
        if (s.on(EntryControl.LOAD_IA32_PAT)) {
            load(vmcs, GUEST_IA32_PAT);
        }
        if (s.on(EntryControl.LOAD_IA32_EFER)) {
            load(vmcs, GUEST_IA32_EFER);
        } else {
            adaptEfer(s);
        }
        pdptes(s);
        if (loaded) {
            processor.guestStateLoaded();
        }
    }

    private void load(Vmcs vmcs, VmcsField field) {
        if (!vmcs.isHeld(field)) {
            put(field, vmcs.data[field.ordinal()]);
        }
    }

    private void put(VmcsField field, long value) {
        processor.loadGuestState(field, value);
        loaded = true;
    }

    /** Where IA32_EFER is not loaded, LMA still becomes the "IA-32e mode guest" control, and LME with it while paging is on. */
    private void adaptEfer(EntryState s) {
        long now = processor.guestState(GUEST_IA32_EFER);
        long mask = (s.get(GUEST_CR0) & Cr0.PG) != 0 ? Efer.LMA | Efer.LME : Efer.LMA;
        long wanted = s.ia32e() ? now | mask : now & ~mask;
        if (wanted != now) {
            put(GUEST_IA32_EFER, wanted);
        }
    }

    private void pdptes(EntryState s) {
        if (s.ept()) {
            for (VmcsField field : PDPTES) {
                load(s.vmcs(), field);
            }
        } else if (s.pae()) {
            long table = s.get(GUEST_CR3) & PdpteChecks.TABLE;
            for (int i = 0; i < PDPTES.length; i++) {
                put(PDPTES[i], s.memory().readLong(table + 8 * i));
            }
        }
    }

    /** From now on the processor has the truth about the fields that a VM exit would save. */
    void entered(EntryState s) {
        Vmcs vmcs = s.vmcs();
        hold(vmcs, PREEMPTION_TIMER_VALUE, s.on(ExitControl.SAVE_PREEMPTION_TIMER_VALUE));
        if (vmcs.settled()) {
            return;
        }
        if (vmcs.guestWritten()) {
            for (VmcsField field : plain) {
                vmcs.hold(field, processor);
            }
        }
        vmcs.hold(ENTRY_CONTROLS, processor);
        hold(vmcs, GUEST_DR7, s.on(ExitControl.SAVE_DEBUG_CONTROLS));
        hold(vmcs, GUEST_IA32_DEBUGCTL, s.on(ExitControl.SAVE_DEBUG_CONTROLS));
        hold(vmcs, GUEST_IA32_PAT, s.on(ExitControl.SAVE_IA32_PAT));
        hold(vmcs, GUEST_IA32_EFER, s.on(ExitControl.SAVE_IA32_EFER));
        for (VmcsField field : PDPTES) {
            hold(vmcs, field, s.ept());
        }
        vmcs.guestLoaded(savesWhatItLoads(s));
    }

    /** Whether an entry with no field written has nothing to load: all that entries load is what exits save. */
    private static boolean savesWhatItLoads(EntryState s) {
        return s.ept() && s.on(EntryControl.LOAD_IA32_EFER) && s.on(ExitControl.SAVE_IA32_EFER)
                && (s.on(ExitControl.SAVE_IA32_PAT) || !s.on(EntryControl.LOAD_IA32_PAT))
                && (s.on(ExitControl.SAVE_DEBUG_CONTROLS) || !s.on(EntryControl.LOAD_DEBUG_CONTROLS));
    }

    private void hold(Vmcs vmcs, VmcsField field, boolean saved) {
        if (saved) {
            vmcs.hold(field, processor);
        }
    }
}
