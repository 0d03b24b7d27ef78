package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.CpuState;
import org.jvmx.cpu.state.Flags;
import org.jvmx.cpu.state.GuestFault;
import org.jvmx.vmx.Interruption;
import org.jvmx.vmx.TaskSwitch;

/**
 * One event through the interrupt vector table or a gate of the IDT. Nothing changes but memory until all checks have passed. SDM Vol. 2,
 * INT n, and Vol. 3, "Exception and Interrupt Handling" in protected, 64-bit and virtual-8086 mode.
 */
final class InterruptGates {
    private static final int ENTRY_CLEARS = Flags.TF | Flags.NT | Flags.RF | Flags.VM;
    private static final int[] V86_SAVED = {CpuState.GS, CpuState.FS, CpuState.DS, CpuState.ES};

    private InterruptGates() {
    }

    /**
     * Delivers the event in {@code cpu.delivery}; the handler is at {@code cpu.nextRip} then.
     *
     * @return false if a task gate made a VM exit
     */
    static boolean pass(Cpu cpu, long returnTo) {
        if (!cpu.protectedMode()) {
            throughVectorTable(cpu, returnTo);
            return true;
        }
        if (cpu.longMode()) {
            throughLongGate(cpu, returnTo);
            return true;
        }
        return throughGate(cpu, returnTo);
    }

    private static int vector(Cpu cpu) {
        return Interruption.vector(cpu.delivery.information);
    }

    /** An exception that names an entry of the IDT. */
    private static GuestFault fault(Cpu cpu, int vector) {
        return cpu.raise(vector, vector(cpu) * 8 + 2 | cpu.delivery.ext);
    }

    /** INT n, INT3 and INTO look at the gate's privilege level. */
    private static void checkGate(Cpu cpu, Descriptor gate) {
        int type = Interruption.type(cpu.delivery.information);
        boolean software = type == Interruption.SOFTWARE_INTERRUPT || type == Interruption.SOFTWARE_EXCEPTION;
        if (software && gate.dpl() < cpu.cpl) {
            throw fault(cpu, Segments.GP);
        }
        if (!gate.present()) {
            throw fault(cpu, Segments.NP);
        }
    }

    // --- real-address mode

    private static void throughVectorTable(Cpu cpu, long returnTo) {
        int at = vector(cpu) * 4;
        if (at + 3 > cpu.idtrLimit) {
            throw cpu.gp(0);
        }
        long entry = cpu.systemLoad(cpu.idtrBase + at & 0xffff_ffffL, 4);
        enter8086(cpu, entry, returnTo, cpu.flags());
        cpu.systemFlags &= ~(Flags.IF | Flags.TF | Flags.RF | Flags.AC);
        cpu.modeChanged();
    }

    /** Goes to a real-address style handler. */
    static void enter8086(Cpu cpu, long entry, long returnTo, int flags) {
        long offset = entry & 0xffff;
        StackFrame frame = cpu.frame;
        frame.current(cpu);
        frame.push(cpu, 2, flags);
        frame.push(cpu, 2, cpu.selector[CpuState.CS]);
        frame.push(cpu, 2, returnTo);
        if (offset > cpu.limit[CpuState.CS]) {
            throw cpu.gp(0);
        }
        frame.commit(cpu);
        Segments.loadReal(cpu, CpuState.CS, (int) (entry >>> 16) & 0xffff);
        cpu.nextRip = offset;
    }

    // --- IA-32e mode

    private static void throughLongGate(Cpu cpu, long returnTo) {
        Descriptor gate = cpu.gate;
        int at = vector(cpu) * 16;
        if (at + 15 > cpu.idtrLimit) {
            throw fault(cpu, Segments.GP);
        }
        gate.parse(cpu.systemLoad(cpu.idtrBase + at, 8));
        gate.high = cpu.systemLoad(cpu.idtrBase + at + 8, 8);
        if (!gate.isSystem() || gate.type() < Descriptor.TYPE_INTERRUPT_GATE) {
            throw fault(cpu, Segments.GP);
        }
        checkGate(cpu, gate);
        Descriptor code = handlerSegment(cpu, gate);
        if (!code.isLongCode() || code.isBig()) {
            throw code.fault(cpu, Segments.GP);
        }
        if (!code.present()) {
            throw code.fault(cpu, Segments.NP);
        }
        int level = code.isConforming() ? cpu.cpl : code.dpl();
        openLong(cpu, gate, level);
        Segments.checkTarget(cpu, code, gate.gateOffset());
        StackFrame frame = cpu.frame;
        frame.push(cpu, 8, cpu.selector[CpuState.SS]);
        frame.push(cpu, 8, cpu.gpr[CpuState.RSP]);
        pushReturn(cpu, 8, returnTo);
        code.markAccessed(cpu);
        if (level < cpu.cpl) {
            Segments.loadNullStack(cpu, level, level);
        }
        enter(cpu, gate, code, level);
    }

    private static void openLong(Cpu cpu, Descriptor gate, int level) {
        int stack = gate.interruptStack();
        long top;
        if (stack != 0) {
            top = InnerStacks.interruptStack(cpu, stack);
        } else if (level < cpu.cpl) {
            top = InnerStacks.pointer64(cpu, level);
        } else {
            top = cpu.gpr[CpuState.RSP];
        }
        cpu.frame.flat(cpu, top & -16, level);
    }

    // --- protected and virtual-8086 mode

    private static boolean throughGate(Cpu cpu, long returnTo) {
        Descriptor gate = cpu.gate;
        int at = vector(cpu) * 8;
        if (at + 7 > cpu.idtrLimit) {
            throw fault(cpu, Segments.GP);
        }
        gate.parse(cpu.systemLoad(cpu.idtrBase + at & 0xffff_ffffL, 8));
        int type = gate.type();
        boolean task = type == Descriptor.TYPE_TASK_GATE;
        boolean interrupt = (type & 7) == Descriptor.TYPE_INTERRUPT_GATE_16 || (type & 7) == Descriptor.TYPE_TRAP_GATE_16;
        if (!gate.isSystem() || !task && !interrupt) {
            throw fault(cpu, Segments.GP);
        }
        checkGate(cpu, gate);
        if (task) {
            return throughTaskGate(cpu, gate, returnTo);
        }
        Descriptor code = handlerSegment(cpu, gate);
        if (!code.present()) {
            throw code.fault(cpu, Segments.NP);
        }
        boolean v8086 = cpu.v8086();
        if (v8086 && (code.isConforming() || code.dpl() != 0)) {
            throw code.fault(cpu, Segments.GP);
        }
        int level = code.isConforming() ? cpu.cpl : code.dpl();
        int size = (gate.rights & 8) != 0 ? 4 : 2;
        openProtected(cpu, level, size, v8086);
        Segments.checkTarget(cpu, code, gate.gateOffset());
        pushReturn(cpu, size, returnTo);
        code.markAccessed(cpu);
        if (level < cpu.cpl) {
            InnerStacks.install(cpu, level);
        }
        if (v8086) {
            for (int segment : V86_SAVED) {
                Segments.loadNull(cpu, segment, 0);
            }
        }
        enter(cpu, gate, code, level);
        return true;
    }

    private static void openProtected(Cpu cpu, int level, int size, boolean v8086) {
        StackFrame frame = cpu.frame;
        if (level == cpu.cpl) {
            frame.current(cpu);
            return;
        }
        long pointer = cpu.stackPointer();
        InnerStacks.open(cpu, level);
        if (v8086) {
            for (int segment : V86_SAVED) {
                frame.push(cpu, size, cpu.selector[segment]);
            }
        }
        frame.push(cpu, size, cpu.selector[CpuState.SS]);
        frame.push(cpu, size, v8086 ? cpu.gpr[CpuState.RSP] : pointer);
    }

    private static boolean throughTaskGate(Cpu cpu, Descriptor gate, long returnTo) {
        int information = cpu.delivery.information;
        int code = cpu.delivery.errorCode;
        if (!TaskSwitches.begin(cpu, gate.gateSelector(), TaskSwitch.GATE, returnTo)) {
            return false;
        }
        if (Interruption.hasErrorCode(information)) {
            cpu.push((cpu.access[CpuState.TR] & 8) != 0 ? 4 : 2, code);
        }
        return true;
    }

    // --- both

    private static Descriptor handlerSegment(Cpu cpu, Descriptor gate) {
        int selector = gate.gateSelector();
        if (Descriptor.isNull(selector)) {
            throw cpu.gp(cpu.delivery.ext);
        }
        Descriptor code = cpu.descriptor;
        code.fetch(cpu, selector, Segments.GP);
        if (!code.isCode() || code.dpl() > cpu.cpl) {
            throw code.fault(cpu, Segments.GP);
        }
        return code;
    }

    private static void pushReturn(Cpu cpu, int size, long returnTo) {
        StackFrame frame = cpu.frame;
        frame.push(cpu, size, cpu.flags());
        frame.push(cpu, size, cpu.selector[CpuState.CS]);
        frame.push(cpu, size, returnTo);
        if (Interruption.hasErrorCode(cpu.delivery.information)) {
            frame.push(cpu, size, cpu.delivery.errorCode);
        }
    }

    private static void enter(Cpu cpu, Descriptor gate, Descriptor code, int level) {
        Segments.installCode(cpu, code, level);
        cpu.frame.commit(cpu);
        cpu.nextRip = gate.gateOffset();
        cpu.systemFlags &= ~((gate.type() & 1) == 0 ? ENTRY_CLEARS | Flags.IF : ENTRY_CLEARS);
        cpu.modeChanged();
    }
}
