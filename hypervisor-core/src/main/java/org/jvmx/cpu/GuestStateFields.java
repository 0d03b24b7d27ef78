package org.jvmx.cpu;

import static org.jvmx.vmx.VmcsField.GUEST_ES_ACCESS_RIGHTS;
import static org.jvmx.vmx.VmcsField.GUEST_ES_BASE;
import static org.jvmx.vmx.VmcsField.GUEST_ES_LIMIT;
import static org.jvmx.vmx.VmcsField.GUEST_ES_SELECTOR;

import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr4;
import org.jvmx.arch.Dr7;
import org.jvmx.arch.Efer;
import org.jvmx.cpu.semantics.Boundary;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.cpu.state.CpuState;
import org.jvmx.vmx.VmcsField;

/** The guest-state area of a VMCS, field by field, as it stands in the processor. SDM Vol. 3, "Guest-State Area". */
final class GuestStateFields {
    private static final int SEGMENTS = 8;
    private static final long PENDING_DEBUG = 0x500f;
    private static final long CR0_PAGING = Cr0.PG | Cr0.WP | Cr0.PE;
    private static final long CR4_PAGING = Cr4.PSE | Cr4.PAE | Cr4.PGE | Cr4.PCIDE | Cr4.SMEP | Cr4.SMAP;
    private static final long EFER_PAGING = Efer.NXE | Efer.LMA;

    private final Cpu cpu;
    private long cr0;
    private long cr3;
    private long cr4;
    private long efer;

    GuestStateFields(Cpu cpu) {
        this.cpu = cpu;
    }

    /** The number of the segment register whose field it is, if the fields of that kind begin with {@code first}; else -1. */
    private static int segment(VmcsField field, VmcsField first) {
        int number = field.ordinal() - first.ordinal();
        return number >= 0 && number < SEGMENTS ? number : -1;
    }

    // --- reads

    long read(VmcsField field) {
        return switch (field) {
            case GUEST_RIP -> cpu.rip;
            case GUEST_RSP -> cpu.gpr[CpuState.RSP];
            case GUEST_RFLAGS -> cpu.flags();
            case GUEST_CR0 -> cpu.cr0;
            case GUEST_CR3 -> cpu.cr3;
            case GUEST_CR4 -> cpu.cr4;
            case GUEST_DR7 -> cpu.dr7;
            case GUEST_INTERRUPTIBILITY_STATE -> interruptibility();
            case GUEST_ACTIVITY_STATE -> cpu.activity;
            case GUEST_PENDING_DEBUG_EXCEPTIONS -> cpu.pendingDebug & PENDING_DEBUG;
            case GUEST_GDTR_BASE -> cpu.gdtrBase;
            case GUEST_GDTR_LIMIT -> cpu.gdtrLimit;
            case GUEST_IDTR_BASE -> cpu.idtrBase;
            case GUEST_IDTR_LIMIT -> cpu.idtrLimit;
            case PREEMPTION_TIMER_VALUE -> Math.max(0, cpu.deadline - cpu.retired) & 0xffff_ffffL;
            default -> readRegister(field);
        };
    }

    private long readRegister(VmcsField field) {
        return switch (field) {
            case GUEST_IA32_DEBUGCTL -> cpu.debugctl;
            case GUEST_IA32_PAT -> cpu.pat;
            case GUEST_IA32_EFER -> cpu.efer;
            case GUEST_IA32_SYSENTER_CS -> cpu.sysenterCs;
            case GUEST_IA32_SYSENTER_ESP -> cpu.sysenterEsp;
            case GUEST_IA32_SYSENTER_EIP -> cpu.sysenterEip;
            case GUEST_PDPTE0 -> cpu.pdpte[0];
            case GUEST_PDPTE1 -> cpu.pdpte[1];
            case GUEST_PDPTE2 -> cpu.pdpte[2];
            case GUEST_PDPTE3 -> cpu.pdpte[3];
            default -> readSegment(field);
        };
    }

    private long readSegment(VmcsField field) {
        int number = segment(field, GUEST_ES_SELECTOR);
        if (number >= 0) {
            return cpu.selector[number];
        }
        number = segment(field, GUEST_ES_BASE);
        if (number >= 0) {
            return cpu.base[number];
        }
        number = segment(field, GUEST_ES_LIMIT);
        if (number >= 0) {
            return cpu.limit[number];
        }
        number = segment(field, GUEST_ES_ACCESS_RIGHTS);
        return number >= 0 ? cpu.access[number] : 0;
    }

    private int interruptibility() {
        Boundary.settle(cpu);
        return cpu.interruptibility;
    }

    // --- writes

    void write(VmcsField field, long value) {
        switch (field) {
            case GUEST_RIP -> cpu.rip = value;
            case GUEST_RSP -> cpu.gpr[CpuState.RSP] = value;
            case GUEST_RFLAGS -> cpu.flags((int) value);
            case GUEST_CR0 -> cpu.cr0 = value;
            case GUEST_CR3 -> cpu.cr3 = value;
            case GUEST_CR4 -> cpu.cr4 = value;
            case GUEST_DR7 -> cpu.dr7 = value | Dr7.FIXED;
            case GUEST_INTERRUPTIBILITY_STATE -> block((int) value);
            case GUEST_ACTIVITY_STATE -> cpu.activity = (int) value;
            case GUEST_PENDING_DEBUG_EXCEPTIONS -> cpu.pendingDebug = value & PENDING_DEBUG;
            case GUEST_GDTR_BASE -> cpu.gdtrBase = value;
            case GUEST_GDTR_LIMIT -> cpu.gdtrLimit = (int) value;
            case GUEST_IDTR_BASE -> cpu.idtrBase = value;
            case GUEST_IDTR_LIMIT -> cpu.idtrLimit = (int) value;
            default -> writeRegister(field, value);
        }
    }

    private void writeRegister(VmcsField field, long value) {
        switch (field) {
            case GUEST_IA32_DEBUGCTL -> cpu.debugctl = value;
            case GUEST_IA32_PAT -> cpu.pat = value;
            case GUEST_IA32_EFER -> cpu.efer = value;
            case GUEST_IA32_SYSENTER_CS -> cpu.sysenterCs = value & 0xffff_ffffL;
            case GUEST_IA32_SYSENTER_ESP -> cpu.sysenterEsp = value;
            case GUEST_IA32_SYSENTER_EIP -> cpu.sysenterEip = value;
            case GUEST_PDPTE0 -> cpu.pdpte[0] = value;
            case GUEST_PDPTE1 -> cpu.pdpte[1] = value;
            case GUEST_PDPTE2 -> cpu.pdpte[2] = value;
            case GUEST_PDPTE3 -> cpu.pdpte[3] = value;
            default -> writeSegment(field, value);
        }
    }

    private void writeSegment(VmcsField field, long value) {
        int number = segment(field, GUEST_ES_SELECTOR);
        if (number >= 0) {
            cpu.selector[number] = (int) value & 0xffff;
            return;
        }
        number = segment(field, GUEST_ES_BASE);
        if (number >= 0) {
            cpu.base[number] = value;
            return;
        }
        number = segment(field, GUEST_ES_LIMIT);
        if (number >= 0) {
            cpu.limit[number] = value & 0xffff_ffffL;
            return;
        }
        number = segment(field, GUEST_ES_ACCESS_RIGHTS);
        if (number >= 0) {
            cpu.access[number] = (int) value;
        }
    }

    /** Blocking by STI or MOV SS lasts for one more instruction. */
    private void block(int state) {
        cpu.interruptibility = state;
        cpu.shadowEnd = cpu.retired + 1;
    }

    /** All fields are in: what depends on several of them. */
    void loaded() {
        cpu.cpl = cpu.v8086() ? 3 : cpu.protectedMode() ? cpu.access[CpuState.SS] >> 5 & 3 : 0;
        long changed = (cr0 ^ cpu.cr0) & CR0_PAGING | (cr4 ^ cpu.cr4) & CR4_PAGING | (efer ^ cpu.efer) & EFER_PAGING | cr3 ^ cpu.cr3;
        if (changed != 0) {
            cpu.flushTlb();
        }
        cr0 = cpu.cr0;
        cr3 = cpu.cr3;
        cr4 = cpu.cr4;
        efer = cpu.efer;
        cpu.modeChanged();
    }
}
