package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.Attention;
import org.jvmx.cpu.state.Delivery;
import org.jvmx.cpu.state.Flags;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.Interruption;
import org.jvmx.vmx.PinBasedControl;
import org.jvmx.vmx.PrimaryControl;

/**
 * What happens between two instructions, in the order of SDM Vol. 3, "Prioritization of Concurrent Events" and "Other Causes of VM
 * Exits": the event that VM entry injects, INIT signals, the monitor trap flag, debug traps, the VMX-preemption timer, NMI and interrupt windows,
 * instruction breakpoints. A debugger outside the guest comes after all that is the guest's own and before its breakpoints.
 */
public final class Boundary {
    /** Bits of pending debug exceptions. */
    private static final long PENDING_ENABLED = 1 << 12;
    private static final long PENDING_STEP = 1 << 14;
    private static final long PENDING_TASK = 1 << 15;

    private static final int BLOCKED_BY_STI_OR_MOV_SS = 3;
    private static final int BLOCKED_BY_MOV_SS = 2;
    private static final int BLOCKED_FOR_NMI = 11;
    private static final int HALTED = 1;
    private static final int WAIT_FOR_SIPI = 3;
    /** L0 to G3 of DR7. */
    private static final int BREAKPOINTS = 0xff;

    private Boundary() {
    }

    /**
     * Looks at the boundary before the instruction at RIP. Afterwards {@code cpu.attention} is not 0 if only one instruction may run
     * before the next look.
     *
     * @return false if the guest was left; the exit is recorded
     */
    public static boolean pass(Cpu cpu) {
        cpu.attention &= Attention.WATCH;
        settle(cpu);
        completed(cpu);
        if (cpu.delivery.entryInformation != 0 && !inject(cpu)) {
            return false;
        }
        if (cpu.initPending || cpu.activity == WAIT_FOR_SIPI) {
            return signal(cpu);
        }
        if (cpu.delivery.monitorTrap) {
            return leave(cpu, ExitReason.MONITOR_TRAP_FLAG);
        }
        if (cpu.pendingDebug != 0 && !debugTraps(cpu)) {
            return false;
        }
        if (cpu.retired >= cpu.deadline) {
            return leave(cpu, ExitReason.PREEMPTION_TIMER);
        }
        if (cpu.dismissed()) {
            return leave(cpu, ExitReason.EXTERNAL_INTERRUPT);
        }
        if (!windows(cpu)) {
            return false;
        }
        if ((cpu.attention & Attention.WATCH) != 0 && cpu.watches.stops(cpu, cpu.codeAddress())) {
            return leave(cpu, ExitReason.EXTERNAL_INTERRUPT);
        }
        if (cpu.activity != 0) {
            return idle(cpu);
        }
        if ((cpu.systemFlags & Flags.RF) == 0 && breakpoint(cpu)) {
            return false;
        }
        arm(cpu);
        return true;
    }

    /** Ends blocking by STI or MOV SS when its instruction is over. */
    public static void settle(Cpu cpu) {
        if ((cpu.interruptibility & BLOCKED_BY_STI_OR_MOV_SS) != 0 && cpu.retired + cpu.blockRetired >= cpu.shadowEnd) {
            cpu.interruptibility &= ~BLOCKED_BY_STI_OR_MOV_SS;
        }
    }

    /** Blocks events until the instruction after the current one is complete. */
    static void block(Cpu cpu, int bit) {
        cpu.interruptibility = cpu.interruptibility & ~BLOCKED_BY_STI_OR_MOV_SS | bit;
        cpu.shadowEnd = cpu.retired + cpu.blockRetired + 2;
        if (waitsForWindow(cpu)) {
            demand(cpu);
        }
    }

    private static boolean waitsForWindow(Cpu cpu) {
        return cpu.controls.has(PrimaryControl.INTERRUPT_WINDOW_EXITING) || cpu.controls.has(PrimaryControl.NMI_WINDOW_EXITING);
    }

    /** The current instruction ends its block, and the boundary after it is looked at. */
    static void demand(Cpu cpu) {
        cpu.attention |= Attention.BOUNDARY;
        cpu.blockLimit = 0;
    }

    /** The instruction that {@link #arm} prepared is complete: it may owe a trap, and takes RF with it. */
    public static void completed(Cpu cpu) {
        Delivery delivery = cpu.delivery;
        if (delivery.trapArmed) {
            delivery.trapArmed = false;
            cpu.pendingDebug |= PENDING_STEP;
        }
        if (delivery.resumeArmed) {
            delivery.resumeArmed = false;
            cpu.systemFlags &= ~Flags.RF;
        }
    }

    /** Prepares for one instruction. While a breakpoint is enabled, of whatever kind, each instruction is looked at by itself. */
    public static void arm(Cpu cpu) {
        Delivery delivery = cpu.delivery;
        int flags = cpu.systemFlags;
        delivery.trapArmed = (flags & Flags.TF) != 0;
        delivery.resumeArmed = (flags & Flags.RF) != 0;
        delivery.monitorTrap = cpu.controls.has(PrimaryControl.MONITOR_TRAP_FLAG);
        if (delivery.trapArmed || delivery.resumeArmed || delivery.monitorTrap || (cpu.dr7 & BREAKPOINTS) != 0) {
            cpu.attention |= Attention.STEP;
        }
    }

    /** The guest was left in the middle of an instruction, or the instruction is to begin anew. */
    public static void abandon(Cpu cpu) {
        Delivery delivery = cpu.delivery;
        delivery.trapArmed = false;
        delivery.resumeArmed = false;
        delivery.monitorTrap = false;
        delivery.nmiUnblocked = false;
    }

    private static boolean inject(Cpu cpu) {
        int information = cpu.delivery.entryInformation;
        int type = Interruption.type(information);
        boolean trapAfter = cpu.controls.has(PrimaryControl.MONITOR_TRAP_FLAG);
        if (type == Interruption.OTHER_EVENT) {
            cpu.delivery.entryInformation = 0;
            cpu.delivery.monitorTrap = true;
            return true;
        }
        dropPendingDebug(cpu, type);
        if (!Interrupts.inject(cpu)) {
            return false;
        }
        cpu.delivery.monitorTrap = trapAfter;
        return true;
    }

    /** SDM Vol. 3, "Pending Debug Exceptions after VM Entry". */
    private static void dropPendingDebug(Cpu cpu, int type) {
        boolean bySoftware = type == Interruption.SOFTWARE_INTERRUPT || type == Interruption.SOFTWARE_EXCEPTION;
        if (!bySoftware || (cpu.interruptibility & BLOCKED_BY_MOV_SS) == 0) {
            cpu.pendingDebug = 0;
        }
    }

    private static boolean debugTraps(Cpu cpu) {
        if ((cpu.interruptibility & BLOCKED_BY_MOV_SS) != 0 || cpu.activity > HALTED) {
            cpu.attention |= Attention.BOUNDARY;
            return true;
        }
        long pending = cpu.pendingDebug;
        cpu.pendingDebug = 0;
        if ((pending & (PENDING_ENABLED | PENDING_STEP | PENDING_TASK)) == 0) {
            return true;
        }
        if (!Interrupts.deliverTrap(cpu, pending & ~PENDING_ENABLED)) {
            return false;
        }
        return !cpu.controls.has(PrimaryControl.MONITOR_TRAP_FLAG) || leave(cpu, ExitReason.MONITOR_TRAP_FLAG);
    }

    /** NMI and interrupt windows; where one is asked for and only a moment away, the boundary is looked at again. */
    private static boolean windows(Cpu cpu) {
        if (TaskPriority.belowThreshold(cpu)) {
            return leave(cpu, ExitReason.TPR_BELOW_THRESHOLD);
        }
        if (cpu.controls.has(PrimaryControl.NMI_WINDOW_EXITING) && cpu.controls.has(PinBasedControl.VIRTUAL_NMIS)) {
            if ((cpu.interruptibility & BLOCKED_FOR_NMI) == 0) {
                return leave(cpu, ExitReason.NMI_WINDOW);
            }
            watchShadow(cpu);
        }
        if (cpu.controls.has(PrimaryControl.INTERRUPT_WINDOW_EXITING) && cpu.interruptFlag() && cpu.activity <= HALTED) {
            if ((cpu.interruptibility & BLOCKED_BY_STI_OR_MOV_SS) == 0) {
                return leave(cpu, ExitReason.INTERRUPT_WINDOW);
            }
            watchShadow(cpu);
        }
        return true;
    }

    private static void watchShadow(Cpu cpu) {
        if ((cpu.interruptibility & BLOCKED_BY_STI_OR_MOV_SS) != 0) {
            cpu.attention |= Attention.BOUNDARY;
        }
    }

    /** An INIT signal, or the state that blocks it and everything else but a start-up IPI. Without one the host has to look after it. */
    private static boolean signal(Cpu cpu) {
        if (cpu.activity != WAIT_FOR_SIPI) {
            cpu.initPending = false;
            return leave(cpu, ExitReason.INIT_SIGNAL);
        }
        int vector = cpu.startupVector;
        leave(cpu, vector < 0 ? ExitReason.EXTERNAL_INTERRUPT : ExitReason.SIPI_SIGNAL);
        if (vector >= 0) {
            cpu.startupVector = -1;
            cpu.exit.begin(ExitReason.SIPI_SIGNAL, vector, 0);
        }
        return false;
    }

    /** A processor that executes nothing: time passes up to the VMX-preemption timer, else the host has to look after it. */
    private static boolean idle(Cpu cpu) {
        if (cpu.deadline == Long.MAX_VALUE) {
            return leave(cpu, ExitReason.EXTERNAL_INTERRUPT);
        }
        cpu.tscBase += cpu.deadline - cpu.retired;
        cpu.deadline = cpu.retired;
        return leave(cpu, ExitReason.PREEMPTION_TIMER);
    }

    /** Delivers an instruction breakpoint at RIP; true if that is a VM exit. */
    private static boolean breakpoint(Cpu cpu) {
        if ((cpu.dr7 & BREAKPOINTS) == 0 || (cpu.interruptibility & BLOCKED_BY_MOV_SS) != 0) {
            return false;
        }
        long linear = cpu.codeAddress();
        long hit = 0;
        for (int n = 0; n < 4; n++) {
            boolean instruction = (cpu.dr7 >>> 2 * n & 3) != 0 && (cpu.dr7 >>> 16 + 4 * n & 3) == 0;
            hit |= instruction && cpu.dr[n] == linear ? 1L << n : 0;
        }
        return hit != 0 && !Interrupts.deliverTrap(cpu, hit);
    }

    private static boolean leave(Cpu cpu, ExitReason reason) {
        cpu.exit.begin(reason, 0, 0);
        cpu.attention |= Attention.EXIT;
        return false;
    }
}
