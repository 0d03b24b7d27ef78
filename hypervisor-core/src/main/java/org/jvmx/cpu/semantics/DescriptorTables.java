package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.CpuState;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.SecondaryControl;

/** Descriptor-table registers and looks at descriptors. SDM Vol. 2: ARPL LAR LGDT LIDT LLDT LSL LTR SGDT SIDT SLDT STR VERR VERW. */
final class DescriptorTables {
    private static final int LDT_OR_TSS = 1 << 0 | 1 << Descriptor.TYPE_TSS_16 | 1 << Descriptor.TYPE_LDT | 1 << Descriptor.TYPE_TSS_16_BUSY
            | 1 << Descriptor.TYPE_TSS | 1 << Descriptor.TYPE_TSS_BUSY;
    private static final int GATES_FOR_LAR =
            1 << Descriptor.TYPE_CALL_GATE_16 | 1 << Descriptor.TYPE_TASK_GATE | 1 << Descriptor.TYPE_CALL_GATE;
    private static final int LONG_TYPES = 1 << Descriptor.TYPE_LDT | 1 << Descriptor.TYPE_TSS | 1 << Descriptor.TYPE_TSS_BUSY;

    private DescriptorTables() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.SGDT, (cpu, insn) -> storeTable(cpu, insn, 0, cpu.gdtrLimit, cpu.gdtrBase));
        to.effect(Mnemonic.SIDT, (cpu, insn) -> storeTable(cpu, insn, 1, cpu.idtrLimit, cpu.idtrBase));
        to.effect(Mnemonic.LGDT, (cpu, insn) -> loadTable(cpu, insn, 2));
        to.effect(Mnemonic.LIDT, (cpu, insn) -> loadTable(cpu, insn, 3));
        to.effect(Mnemonic.SLDT, (cpu, insn) -> storeSelector(cpu, insn, 0, CpuState.LDTR));
        to.effect(Mnemonic.STR, (cpu, insn) -> storeSelector(cpu, insn, 1, CpuState.TR));
        to.effect(Mnemonic.LLDT, DescriptorTables::loadLdtr);
        to.effect(Mnemonic.LTR, DescriptorTables::loadTr);
        to.effect(Mnemonic.VERR, (cpu, insn) -> verify(cpu, insn, false));
        to.effect(Mnemonic.VERW, (cpu, insn) -> verify(cpu, insn, true));
        to.effect(Mnemonic.LAR, DescriptorTables::loadAccessRights);
        to.effect(Mnemonic.LSL, DescriptorTables::loadLimit);
        to.effect(Mnemonic.ARPL, DescriptorTables::adjustRpl);
    }

    /** Whether the access was left to the monitor. */
    private static boolean exits(Cpu cpu, Insn insn, ExitReason reason, int which) {
        if (!Intercepts.on(cpu, SecondaryControl.DESCRIPTOR_TABLE_EXITING)) {
            return false;
        }
        Intercepts.exit(cpu, insn, reason, Intercepts.displacement(cpu, insn));
        int wide = reason == ExitReason.GDTR_IDTR && insn.operandSize != 2 ? 1 << 11 : 0;
        cpu.exit.instruction(Intercepts.operandInformation(insn) | wide | which << 28);
        return true;
    }

    private static void storeTable(Cpu cpu, Insn insn, int which, int limit, long base) {
        if (exits(cpu, insn, ExitReason.GDTR_IDTR, which)) {
            return;
        }
        int size = insn.mode64() ? 8 : 4;
        long at = cpu.offset(insn);
        long first = cpu.linear(insn.segment, at, 2, true);
        long second = cpu.linear(insn.segment, at + 2 & Cpu.mask(insn.addressSize), size, true);
        cpu.probe(insn.segment, second, size, Cpu.WRITE);
        cpu.store(insn.segment, first, 2, limit);
        cpu.store(insn.segment, second, size, base);
    }

    private static void loadTable(Cpu cpu, Insn insn, int which) {
        if (exits(cpu, insn, ExitReason.GDTR_IDTR, which)) {
            return;
        }
        int size = insn.mode64() ? 8 : 4;
        long at = cpu.offset(insn);
        int limit = (int) cpu.load(insn.segment, cpu.linear(insn.segment, at, 2, false), 2);
        long second = cpu.linear(insn.segment, at + 2 & Cpu.mask(insn.addressSize), size, false);
        long base = cpu.load(insn.segment, second, size);
        if (size == 4 && insn.operandSize == 2) {
            base &= 0xff_ffff;
        }
        if (size == 8 && !CpuState.canonical(base)) {
            throw cpu.gp(0);
        }
        if (which == 2) {
            cpu.gdtrBase = base;
            cpu.gdtrLimit = limit;
        } else {
            cpu.idtrBase = base;
            cpu.idtrLimit = limit;
        }
    }

    private static void storeSelector(Cpu cpu, Insn insn, int which, int register) {
        if (!exits(cpu, insn, ExitReason.LDTR_TR, which)) {
            cpu.operand(insn, 0, cpu.selector[register]);
        }
    }

    private static void loadLdtr(Cpu cpu, Insn insn) {
        if (exits(cpu, insn, ExitReason.LDTR_TR, 2)) {
            return;
        }
        int selector = (int) cpu.operand(insn, 0);
        if (Descriptor.isNull(selector)) {
            Segments.loadNull(cpu, CpuState.LDTR, selector);
            return;
        }
        Descriptor ldt = cpu.descriptor;
        fetchSystem(cpu, ldt, selector);
        if (!ldt.isSystem() || ldt.type() != Descriptor.TYPE_LDT) {
            throw ldt.fault(cpu, Segments.GP);
        }
        finishSystem(cpu, ldt);
        ldt.install(cpu, CpuState.LDTR, selector);
    }

    private static void loadTr(Cpu cpu, Insn insn) {
        if (exits(cpu, insn, ExitReason.LDTR_TR, 3)) {
            return;
        }
        int selector = (int) cpu.operand(insn, 0);
        if (Descriptor.isNull(selector)) {
            throw cpu.gp(0);
        }
        Descriptor tss = cpu.descriptor;
        fetchSystem(cpu, tss, selector);
        boolean available = tss.type() == Descriptor.TYPE_TSS || tss.type() == Descriptor.TYPE_TSS_16 && !cpu.longMode();
        if (!tss.isSystem() || !available) {
            throw tss.fault(cpu, Segments.GP);
        }
        finishSystem(cpu, tss);
        tss.markBusy(cpu, true);
        tss.install(cpu, CpuState.TR, selector);
    }

    private static void fetchSystem(Cpu cpu, Descriptor system, int selector) {
        system.selector = selector;
        if ((selector & 4) != 0) {
            throw system.fault(cpu, Segments.GP);
        }
        system.fetch(cpu, selector, Segments.GP);
    }

    private static void finishSystem(Cpu cpu, Descriptor system) {
        if (cpu.longMode()) {
            boolean inside = system.readHigh(cpu);
            if (!inside || (system.high >>> 32 & 0x1f00) != 0 || !CpuState.canonical(system.base)) {
                throw system.fault(cpu, Segments.GP);
            }
        }
        if (!system.present()) {
            throw system.fault(cpu, Segments.NP);
        }
    }

    // --- looks

    private static void verify(Cpu cpu, Insn insn, boolean write) {
        int selector = (int) cpu.operand(insn, 0);
        Descriptor segment = cpu.descriptor;
        boolean ok = !Descriptor.isNull(selector) && segment.read(cpu, selector) && !segment.isSystem()
                && (segment.isConforming() || visible(cpu, segment)) && (write ? segment.isWritableData() : segment.isReadable());
        zeroFlag(cpu, ok);
    }

    private static boolean visible(Cpu cpu, Descriptor segment) {
        return segment.dpl() >= cpu.cpl && segment.dpl() >= segment.rpl();
    }

    private static boolean look(Cpu cpu, Descriptor segment, int selector, int types) {
        if (Descriptor.isNull(selector) || !segment.read(cpu, selector)) {
            return false;
        }
        if (!segment.isSystem()) {
            return segment.isConforming() || visible(cpu, segment);
        }
        if ((types >>> segment.type() & 1) == 0 || segment.type() == 0) {
            return false;
        }
        if (cpu.longMode() && segment.type() != Descriptor.TYPE_TASK_GATE && !segment.readHigh(cpu)) {
            return false;
        }
        return visible(cpu, segment);
    }

    private static void loadAccessRights(Cpu cpu, Insn insn) {
        int selector = (int) cpu.operand(insn, 1) & 0xffff;
        int types = cpu.longMode() ? LONG_TYPES | 1 << Descriptor.TYPE_CALL_GATE : LDT_OR_TSS | GATES_FOR_LAR;
        boolean ok = look(cpu, cpu.descriptor, selector, types);
        if (ok) {
            cpu.operand(insn, 0, cpu.descriptor.raw >>> 32 & 0xff_ff00);
        }
        zeroFlag(cpu, ok);
    }

    private static void loadLimit(Cpu cpu, Insn insn) {
        int selector = (int) cpu.operand(insn, 1) & 0xffff;
        boolean ok = look(cpu, cpu.descriptor, selector, cpu.longMode() ? LONG_TYPES : LDT_OR_TSS);
        if (ok) {
            cpu.operand(insn, 0, cpu.descriptor.limit);
        }
        zeroFlag(cpu, ok);
    }

    private static void adjustRpl(Cpu cpu, Insn insn) {
        long destination = cpu.operand(insn, 0);
        long source = cpu.operand(insn, 1);
        boolean raise = (destination & 3) < (source & 3);
        if (raise) {
            cpu.operand(insn, 0, destination & ~3L | source & 3);
        }
        zeroFlag(cpu, raise);
    }

    private static void zeroFlag(Cpu cpu, boolean set) {
        int flags = cpu.flags();
        cpu.statusFlags(set ? flags | 1 << 6 : flags & ~(1 << 6));
    }
}
