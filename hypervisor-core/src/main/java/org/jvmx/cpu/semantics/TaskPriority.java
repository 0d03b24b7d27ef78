package org.jvmx.cpu.semantics;

import org.jvmx.vmx.PrimaryControl;

/**
 * The task-priority register that MOV CR8 reaches: the byte in the virtual-APIC page where the TPR shadow is in use. SDM Vol. 3, "TPR
 * Virtualization".
 */
final class TaskPriority {
    private static final int VTPR = 0x80;

    private TaskPriority() {
    }

    private static boolean shadowed(Cpu cpu) {
        return cpu.controls.has(PrimaryControl.USE_TPR_SHADOW);
    }

    private static long page(Cpu cpu) {
        return cpu.controls.virtualApicAddress + VTPR;
    }

    /** CR8 as the guest reads it. */
    static long read(Cpu cpu) {
        if (!shadowed(cpu)) {
            return cpu.taskPriority;
        }
        return cpu.host.contains(page(cpu), 1) ? cpu.host.readByte(page(cpu)) >>> 4 : 15;
    }

    /** CR8 as the guest writes it; a VM exit may follow the instruction. */
    static void write(Cpu cpu, long value) {
        if (!shadowed(cpu)) {
            cpu.taskPriority = (int) value;
        } else if (cpu.host.contains(page(cpu), 1)) {
            cpu.host.writeByte(page(cpu), (int) value << 4);
            Boundary.demand(cpu);
        }
    }

    /** Whether the shadow has fallen below the threshold that the VMCS sets. */
    static boolean belowThreshold(Cpu cpu) {
        return shadowed(cpu) && read(cpu) < (cpu.controls.tprThreshold & 15);
    }
}
