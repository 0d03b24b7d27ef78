package org.jvmx.kvm;

import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.arch.Efer;
import org.jvmx.arch.Gpr;
import org.jvmx.memory.HostMemory;
import org.jvmx.vmx.VmcsField;

/** The guest-state area of a VMCS in KVM's registers. */
final class GuestFields {
    private static final int SEGMENTS = 8;
    private static final long PDPT = 0xffff_ffe0L;

    private final RegisterFile registers;
    private final EventFile events;
    private final MemorySlots slots;
    private final HostMemory memory;
    private final long[] pdptes = new long[4];

    GuestFields(RegisterFile registers, EventFile events, MemorySlots slots, HostMemory memory) {
        this.registers = registers;
        this.events = events;
        this.slots = slots;
        this.memory = memory;
    }

    /**
     * Whether the field is before an instruction with an access is finished what it is after it: port and MSR instructions change RIP and
     * general registers only; one with a memory operand may change anything but the mode.
     */
    static boolean survives(VmcsField field, boolean memory) {
        return switch (field) {
            case GUEST_IA32_EFER, GUEST_ACTIVITY_STATE, GUEST_PENDING_DEBUG_EXCEPTIONS -> true;
            case GUEST_RIP, GUEST_RSP -> false;
            default -> !memory;
        };
    }

    private static int segment(VmcsField field, VmcsField first) {
        int n = field.ordinal() - first.ordinal();
        return n >= 0 && n < SEGMENTS ? n : -1;
    }

    long read(VmcsField field) {
        return switch (field) {
            case GUEST_RIP -> registers.plain(RegisterFile.RIP);
            case GUEST_RFLAGS -> registers.plain(RegisterFile.RFLAGS);
            case GUEST_RSP -> registers.gpr(Gpr.RSP);
            case GUEST_CR0 -> registers.system(RegisterFile.CR0);
            case GUEST_CR3 -> registers.system(RegisterFile.CR3);
            case GUEST_CR4 -> registers.system(RegisterFile.CR4);
            case GUEST_IA32_EFER -> registers.system(RegisterFile.EFER);
            case GUEST_GDTR_BASE -> registers.system(RegisterFile.GDT);
            case GUEST_IDTR_BASE -> registers.system(RegisterFile.IDT);
            case GUEST_GDTR_LIMIT -> registers.tableLimit(RegisterFile.GDT);
            case GUEST_IDTR_LIMIT -> registers.tableLimit(RegisterFile.IDT);
            case GUEST_DR7 -> registers.debug(RegisterFile.DR7);
            case GUEST_IA32_SYSENTER_CS -> registers.listed(RegisterFile.SYSENTER_CS);
            case GUEST_IA32_SYSENTER_ESP -> registers.listed(RegisterFile.SYSENTER_ESP);
            case GUEST_IA32_SYSENTER_EIP -> registers.listed(RegisterFile.SYSENTER_EIP);
            case GUEST_IA32_PAT -> registers.listed(RegisterFile.PAT);
            case GUEST_IA32_DEBUGCTL -> registers.listed(RegisterFile.DEBUGCTL);
            case GUEST_INTERRUPTIBILITY_STATE -> events.interruptibility();
            case GUEST_ACTIVITY_STATE, GUEST_PENDING_DEBUG_EXCEPTIONS -> 0;
            case GUEST_PDPTE0, GUEST_PDPTE1, GUEST_PDPTE2, GUEST_PDPTE3 -> pdpte(field.ordinal() - VmcsField.GUEST_PDPTE0.ordinal());
            default -> readSegment(field);
        };
    }

    private long readSegment(VmcsField field) {
        int selector = segment(field, VmcsField.GUEST_ES_SELECTOR);
        int base = segment(field, VmcsField.GUEST_ES_BASE);
        int limit = segment(field, VmcsField.GUEST_ES_LIMIT);
        int rights = segment(field, VmcsField.GUEST_ES_ACCESS_RIGHTS);
        if (selector >= 0) {
            return registers.selector(selector);
        } else if (base >= 0) {
            return registers.base(base);
        } else if (limit >= 0) {
            return registers.limit(limit) & 0xffff_ffffL;
        }
        return rights >= 0 ? registers.rights(rights) & 0xffff_ffffL : 0;
    }

    /** Where KVM does not tell them: it takes them from memory whenever CR3 is loaded, and so does who asks. */
    private long pdpte(int n) {
        long loaded = registers.hasPointers() ? registers.pointer(n) : -1;
        if (loaded != -1) {
            return loaded;
        }
        long paging = Cr0.PG | Cr0.PE;
        boolean pae = (registers.system(RegisterFile.CR0) & paging) == paging && (registers.system(RegisterFile.CR4) & Cr4.PAE) != 0
                && (registers.system(RegisterFile.EFER) & Efer.LMA) == 0;
        long table = registers.system(RegisterFile.CR3) & PDPT;
        long hpa = pae ? slots.toHost(table) : -1;
        return hpa < 0 ? pdptes[n] : memory.readLong(hpa + 8L * n);
    }

    void write(VmcsField field, long value) {
        switch (field) {
            case GUEST_RIP -> registers.plain(RegisterFile.RIP, value);
            case GUEST_RFLAGS -> registers.plain(RegisterFile.RFLAGS, value);
            case GUEST_RSP -> registers.gpr(Gpr.RSP, value);
            case GUEST_CR0 -> registers.system(RegisterFile.CR0, value);
            case GUEST_CR3 -> registers.system(RegisterFile.CR3, value);
            case GUEST_CR4 -> registers.system(RegisterFile.CR4, value);
            case GUEST_IA32_EFER -> registers.system(RegisterFile.EFER, value);
            case GUEST_GDTR_BASE -> registers.system(RegisterFile.GDT, value);
            case GUEST_IDTR_BASE -> registers.system(RegisterFile.IDT, value);
            case GUEST_GDTR_LIMIT -> registers.tableLimit(RegisterFile.GDT, (int) value);
            case GUEST_IDTR_LIMIT -> registers.tableLimit(RegisterFile.IDT, (int) value);
            case GUEST_DR7 -> registers.debug(RegisterFile.DR7, value);
            case GUEST_IA32_SYSENTER_CS -> registers.listed(RegisterFile.SYSENTER_CS, value);
            case GUEST_IA32_SYSENTER_ESP -> registers.listed(RegisterFile.SYSENTER_ESP, value);
            case GUEST_IA32_SYSENTER_EIP -> registers.listed(RegisterFile.SYSENTER_EIP, value);
            case GUEST_IA32_PAT -> registers.listed(RegisterFile.PAT, value);
            case GUEST_IA32_DEBUGCTL -> registers.listed(RegisterFile.DEBUGCTL, value);
            case GUEST_INTERRUPTIBILITY_STATE -> events.interruptibility((int) value);
            case GUEST_PDPTE0, GUEST_PDPTE1, GUEST_PDPTE2, GUEST_PDPTE3 -> {
                int n = field.ordinal() - VmcsField.GUEST_PDPTE0.ordinal();
                pdptes[n] = value;
                if (registers.hasPointers()) {
                    registers.pointer(n, value, pdptes);
                }
            }
            default -> writeSegment(field, value);
        }
    }

    private void writeSegment(VmcsField field, long value) {
        int selector = segment(field, VmcsField.GUEST_ES_SELECTOR);
        int base = segment(field, VmcsField.GUEST_ES_BASE);
        int limit = segment(field, VmcsField.GUEST_ES_LIMIT);
        int rights = segment(field, VmcsField.GUEST_ES_ACCESS_RIGHTS);
        if (selector >= 0) {
            registers.selector(selector, (int) value);
        } else if (base >= 0) {
            registers.base(base, value);
        } else if (limit >= 0) {
            registers.limit(limit, (int) value);
        } else if (rights >= 0) {
            registers.rights(rights, (int) value);
        }
    }
}
