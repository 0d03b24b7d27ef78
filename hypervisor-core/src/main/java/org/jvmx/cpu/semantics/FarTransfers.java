package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.CpuState;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.OperandKind;
import org.jvmx.vmx.TaskSwitch;

/**
 * Far jumps and calls, through call gates and task-state segments too. SDM Vol. 2: JMP CALL; Vol. 3, "Privilege Level Checking When
 * Transferring ...".
 */
final class FarTransfers {
    private FarTransfers() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.JMP_FAR, (cpu, insn) -> transfer(cpu, insn, false));
        to.effect(Mnemonic.CALL_FAR, (cpu, insn) -> transfer(cpu, insn, true));
    }

    private static void transfer(Cpu cpu, Insn insn, boolean call) {
        int size = insn.operandSize;
        long offset;
        int selector;
        if (insn.kind(0) == OperandKind.FAR_POINTER) {
            offset = insn.immediate & Cpu.mask(size);
            selector = insn.immediate2;
        } else {
            long at = cpu.offset(insn);
            offset = cpu.load(insn.segment, cpu.linear(insn.segment, at, size, false), size);
            long behind = at + size & Cpu.mask(insn.addressSize);
            selector = (int) cpu.load(insn.segment, cpu.linear(insn.segment, behind, 2, false), 2);
        }
        if (!cpu.protectedNotV86()) {
            real(cpu, size, selector, offset, call);
            return;
        }
        if (Descriptor.isNull(selector)) {
            throw cpu.gp(0);
        }
        Descriptor target = cpu.descriptor;
        target.fetch(cpu, selector, Segments.GP);
        if (target.isCode()) {
            direct(cpu, target, size, offset, call);
        } else if (target.isSystem()) {
            indirect(cpu, target, call);
        } else {
            throw target.fault(cpu, Segments.GP);
        }
    }

    private static void real(Cpu cpu, int size, int selector, long offset, boolean call) {
        if (offset > cpu.limit[CpuState.CS]) {
            throw cpu.gp(0);
        }
        if (call) {
            pushReturn(cpu, size, false);
            cpu.frame.commit(cpu);
        }
        Segments.loadReal(cpu, CpuState.CS, selector);
        cpu.nextRip = offset;
        cpu.modeChanged();
    }

    /** Pushes the return address; RSP is not moved yet. */
    private static void pushReturn(Cpu cpu, int size, boolean longCode) {
        StackFrame frame = cpu.frame;
        frame.current(cpu, longCode);
        frame.push(cpu, size, cpu.selector[CpuState.CS]);
        frame.push(cpu, size, cpu.nextRip);
    }

    /** To a code segment of the same privilege level, or a conforming one. */
    private static void direct(Cpu cpu, Descriptor code, int size, long offset, boolean call) {
        checkSameLevel(cpu, code, code.rpl());
        if (!code.present()) {
            throw code.fault(cpu, Segments.NP);
        }
        Segments.checkLong(cpu, code);
        enter(cpu, code, size, offset, call);
    }

    /** Into a code segment that has been checked. The return address is on the stack, as the code there sees the stack, before the offset is looked at. */
    private static void enter(Cpu cpu, Descriptor code, int size, long offset, boolean call) {
        if (call) {
            pushReturn(cpu, size, cpu.longMode() && code.isLongCode());
        }
        Segments.checkTarget(cpu, code, offset);
        code.markAccessed(cpu);
        if (call) {
            cpu.frame.commit(cpu);
        }
        Segments.installCode(cpu, code, cpu.cpl);
        cpu.nextRip = offset;
        cpu.modeChanged();
    }

    private static void checkSameLevel(Cpu cpu, Descriptor code, int rpl) {
        boolean allowed = code.isConforming() ? code.dpl() <= cpu.cpl : rpl <= cpu.cpl && code.dpl() == cpu.cpl;
        if (!allowed) {
            throw code.fault(cpu, Segments.GP);
        }
    }

    private static void indirect(Cpu cpu, Descriptor system, boolean call) {
        int type = system.type();
        boolean wide = cpu.longMode();
        boolean callGate = type == Descriptor.TYPE_CALL_GATE || type == Descriptor.TYPE_CALL_GATE_16 && !wide;
        boolean taskGate = type == Descriptor.TYPE_TASK_GATE && !wide;
        boolean tss = (type == Descriptor.TYPE_TSS || type == Descriptor.TYPE_TSS_16) && !wide;
        boolean permitted = system.dpl() >= cpu.cpl && system.dpl() >= system.rpl();
        if (!(callGate || taskGate || tss) || !permitted) {
            throw system.fault(cpu, Segments.GP);
        }
        if (callGate) {
            throughCallGate(cpu, system, call);
            return;
        }
        if (!system.present()) {
            throw system.fault(cpu, Segments.NP);
        }
        int selector = tss ? system.selector : system.gateSelector();
        TaskSwitches.begin(cpu, selector, call ? TaskSwitch.CALL : TaskSwitch.JMP, cpu.nextRip);
    }

    private static void throughCallGate(Cpu cpu, Descriptor gate, boolean call) {
        Descriptor code = cpu.gate;
        if (cpu.longMode() && (!gate.readHigh(cpu) || (gate.high >>> 32 & 0x1f00) != 0)) {
            throw gate.fault(cpu, Segments.GP);
        }
        if (!gate.present()) {
            throw gate.fault(cpu, Segments.NP);
        }
        int selector = gate.gateSelector();
        if (Descriptor.isNull(selector)) {
            throw cpu.gp(0);
        }
        code.fetch(cpu, selector, Segments.GP);
        if (!code.isCode() || code.dpl() > cpu.cpl || cpu.longMode() && (!code.isLongCode() || code.isBig())) {
            throw code.fault(cpu, Segments.GP);
        }
        boolean inward = call && !code.isConforming() && code.dpl() < cpu.cpl;
        if (!inward && !code.isConforming() && code.dpl() != cpu.cpl) {
            throw code.fault(cpu, Segments.GP);
        }
        if (!code.present()) {
            throw code.fault(cpu, Segments.NP);
        }
        long offset = gate.gateOffset();
        if (inward) {
            inward(cpu, gate, code, offset);
            return;
        }
        enter(cpu, code, gateSize(cpu, gate), offset, call);
    }

    private static int gateSize(Cpu cpu, Descriptor gate) {
        return cpu.longMode() ? 8 : (gate.rights & 8) != 0 ? 4 : 2;
    }

    /** A call to an inner privilege level: switches stacks and copies parameters. */
    private static void inward(Cpu cpu, Descriptor gate, Descriptor code, long offset) {
        int level = code.dpl();
        int size = gateSize(cpu, gate);
        StackFrame frame = cpu.frame;
        long oldPointer = cpu.stackPointer();
        if (cpu.longMode()) {
            frame.flat(cpu, InnerStacks.pointer64(cpu, level), level);
        } else {
            InnerStacks.open(cpu, level);
        }
        Segments.checkTarget(cpu, code, offset);
        frame.push(cpu, size, cpu.selector[CpuState.SS]);
        frame.push(cpu, size, cpu.longMode() ? cpu.gpr[CpuState.RSP] : oldPointer);
        if (!cpu.longMode()) {
            copyParameters(cpu, gate.parameters(), size, oldPointer);
        }
        frame.push(cpu, size, cpu.selector[CpuState.CS]);
        frame.push(cpu, size, cpu.nextRip);
        code.markAccessed(cpu);
        InnerStacks.install(cpu, level);
        Segments.installCode(cpu, code, level);
        frame.commit(cpu);
        cpu.nextRip = offset;
        cpu.modeChanged();
    }

    private static void copyParameters(Cpu cpu, int count, int size, long oldPointer) {
        long mask = Cpu.mask(cpu.stackSize());
        for (int n = count - 1; n >= 0; n--) {
            long at = oldPointer + (long) n * size & mask;
            long value = cpu.load(CpuState.SS, cpu.linear(CpuState.SS, at, size, false), size);
            cpu.frame.push(cpu, size, value);
        }
    }
}
