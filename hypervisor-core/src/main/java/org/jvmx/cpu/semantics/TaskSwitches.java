package org.jvmx.cpu.semantics;

import org.jvmx.cpu.mmu.EptTranslation;
import org.jvmx.cpu.state.CpuState;
import org.jvmx.cpu.state.Flags;
import org.jvmx.cpu.state.GuestFault;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.TaskSwitch;

/**
 * Hardware task switches. In VMX non-root operation each is a VM exit after its first checks; the processor performs it when the monitor
 * asks to finish the instruction. SDM Vol. 3, "Task Switching".
 */
final class TaskSwitches {
    /** Lowest limits of a 32-bit and a 16-bit task-state segment. */
    private static final int LIMIT = 103;
    private static final int LIMIT_16 = 43;

    private static final long PENDING_BT = 1 << 15;
    private static final long CR0_PG = 1L << 31;
    private static final long CR0_TS = 8;

    /** Order of the segment registers in a task-state segment. */
    private static final int[] SEGMENTS = {CpuState.ES, CpuState.CS, CpuState.SS, CpuState.DS, CpuState.FS, CpuState.GS};

    private TaskSwitches() {
    }

    /**
     * Switches to a task, or exits.
     *
     * @param source how it came about, as {@link TaskSwitch} numbers it
     * @param resumeAt where the old task goes on
     * @return false if that is a VM exit
     */
    static boolean begin(Cpu cpu, int selector, int source, long resumeAt) {
        boolean back = source == TaskSwitch.IRET;
        int vector = back ? Segments.TS : Segments.GP;
        Descriptor task = cpu.gate;
        task.selector = selector & 0xffff;
        if (Descriptor.isNull(selector) || (selector & 4) != 0) {
            throw task.fault(cpu, vector);
        }
        task.fetch(cpu, selector, vector);
        int wanted = back ? Descriptor.TYPE_TSS_16_BUSY : Descriptor.TYPE_TSS_16;
        if (!task.isSystem() || (task.type() & 7) != wanted) {
            throw task.fault(cpu, vector);
        }
        if (!task.present()) {
            throw task.fault(cpu, Segments.NP);
        }
        if (task.limit < (isWide(task.rights) ? LIMIT : LIMIT_16)) {
            throw task.fault(cpu, Segments.TS);
        }
        if (Intercepts.unconditional(cpu)) {
            cpu.vmExit(ExitReason.TASK_SWITCH, TaskSwitch.of(selector, source));
            if (source == TaskSwitch.GATE) {
                cpu.exit.length(0); // that of a software event follows with the event
            }
            return false;
        }
        perform(cpu, task, source, resumeAt);
        return true;
    }

    private static boolean isWide(int rights) {
        return (rights & 8) != 0;
    }

    private static void perform(Cpu cpu, Descriptor task, int source, long resumeAt) {
        boolean nested = source == TaskSwitch.CALL || source == TaskSwitch.GATE;
        int oldSelector = cpu.selector[CpuState.TR];
        long oldBase = cpu.base[CpuState.TR];
        boolean oldWide = isWide(cpu.access[CpuState.TR]);
        boolean wide = isWide(task.rights);
        cpu.systemProbe(oldBase, (oldWide ? LIMIT : LIMIT_16) + 1, EptTranslation.WRITE);
        cpu.systemProbe(task.base, (wide ? LIMIT : LIMIT_16) + 1, nested ? EptTranslation.WRITE : EptTranslation.READ);
        int flags = cpu.flags();
        if (source == TaskSwitch.IRET) {
            flags &= ~Flags.NT;
        }
        save(cpu, oldBase, oldWide, flags, resumeAt);
        if (!nested) {
            Descriptor old = cpu.stackDescriptor;
            old.fetch(cpu, oldSelector, Segments.TS);
            old.markBusy(cpu, false);
        } else {
            cpu.systemStore(task.base, 2, oldSelector);
        }
        if (source != TaskSwitch.IRET) {
            task.markBusy(cpu, true);
        }
        task.rights |= 2;
        load(cpu, task, wide, nested);
    }

    /** Stores the dynamic fields of the old task. */
    private static void save(Cpu cpu, long base, boolean wide, int flags, long resumeAt) {
        int size = wide ? 4 : 2;
        int at = wide ? 32 : 14;
        cpu.systemStore(base + at, size, resumeAt);
        cpu.systemStore(base + at + size, size, flags);
        at += 2 * size;
        for (int n = 0; n < 8; n++) {
            cpu.systemStore(base + at + n * size, size, cpu.gpr[n]);
        }
        at += 8 * size;
        for (int n = 0; n < (wide ? 6 : 4); n++) {
            cpu.systemStore(base + at + n * size, 2, cpu.selector[SEGMENTS[n]]);
        }
    }

    /** Loads all of the new task. From here on faults are the new task's. */
    private static void load(Cpu cpu, Descriptor task, boolean wide, boolean nested) {
        long base = task.base;
        int size = wide ? 4 : 2;
        int at = wide ? 32 : 14;
        long target = cpu.systemLoad(base + at, size);
        int flags = (int) cpu.systemLoad(base + at + size, size);
        long[] registers = new long[8];
        for (int n = 0; n < 8; n++) {
            registers[n] = cpu.systemLoad(base + at + (2 + n) * size, size);
        }
        int[] selectors = new int[6];
        for (int n = 0; n < (wide ? 6 : 4); n++) {
            selectors[n] = (int) cpu.systemLoad(base + at + (10 + n) * size, 2);
        }
        int ldt = (int) cpu.systemLoad(base + (wide ? 96 : 42), 2);
        boolean trap = wide && (cpu.systemLoad(base + 100, 2) & 1) != 0;
        long root = wide ? cpu.systemLoad(base + 28, 4) : cpu.cr3;
        task.install(cpu, CpuState.TR, task.selector);
        cpu.cr0 |= CR0_TS;
        for (int n = 0; n < 8; n++) {
            cpu.gpr[n] = wide ? registers[n] : cpu.gpr[n] & 0xffff_0000L | registers[n];
        }
        cpu.flags(flags & 0x3f_7fd7 | (nested ? Flags.NT : 0));
        cpu.rip = target;
        cpu.nextRip = target;
        if (trap) {
            cpu.pendingDebug |= PENDING_BT;
        }
        enter(cpu, root, wide, ldt, selectors);
    }

    private static void enter(Cpu cpu, long root, boolean wide, int ldt, int[] selectors) {
        try {
            if (wide && (cpu.cr0 & CR0_PG) != 0 && root != cpu.cr3) {
                ControlRegisters.changeCr3(cpu, root);
            }
            segments(cpu, ldt, selectors);
            cpu.modeChanged();
            if (cpu.rip > cpu.limit[CpuState.CS]) {
                throw cpu.gp(cpu.delivery.ext);
            }
        } catch (GuestFault fault) {
            cpu.modeChanged();
            cpu.completion.clear();
            cpu.delivery.information = 0;
            Interrupts.deliverFault(cpu);
            cpu.nextRip = cpu.rip;
        }
        cpu.delivery.resumeArmed = false;
        cpu.dr7 &= ~0x55L;
    }

    private static void segments(Cpu cpu, int ldt, int[] selectors) {
        for (int n = 0; n < SEGMENTS.length; n++) {
            Segments.loadNull(cpu, SEGMENTS[n], selectors[n]);
        }
        Segments.loadNull(cpu, CpuState.LDTR, ldt);
        Descriptor read = cpu.descriptor;
        if (!Descriptor.isNull(ldt)) {
            read.selector = ldt;
            if ((ldt & 4) != 0 || !read.read(cpu, ldt) || !read.isSystem() || read.type() != Descriptor.TYPE_LDT || !read.present()) {
                throw read.fault(cpu, Segments.TS);
            }
            read.install(cpu, CpuState.LDTR, ldt);
        }
        if (cpu.v8086()) {
            cpu.cpl = 3;
            for (int n = 0; n < SEGMENTS.length; n++) {
                Segments.loadReal(cpu, SEGMENTS[n], selectors[n]);
            }
            return;
        }
        cpu.cpl = selectors[1] & 3;
        stack(cpu, read, selectors[2]);
        code(cpu, read, selectors[1]);
        for (int segment : new int[] {CpuState.ES, CpuState.DS, CpuState.FS, CpuState.GS}) {
            int selector = selectors[segment];
            if (!Descriptor.isNull(selector)) {
                read.fetch(cpu, selector, Segments.TS);
                Segments.checkData(cpu, read, Segments.TS);
                read.markAccessed(cpu);
                read.install(cpu, segment, selector);
            }
        }
    }

    private static void stack(Cpu cpu, Descriptor read, int selector) {
        if (Descriptor.isNull(selector)) {
            throw cpu.ts(cpu.delivery.ext);
        }
        read.fetch(cpu, selector, Segments.TS);
        Segments.checkStack(cpu, read, cpu.cpl, Segments.TS);
        read.markAccessed(cpu);
        read.install(cpu, CpuState.SS, selector);
    }

    private static void code(Cpu cpu, Descriptor read, int selector) {
        if (Descriptor.isNull(selector)) {
            throw cpu.ts(cpu.delivery.ext);
        }
        read.fetch(cpu, selector, Segments.TS);
        boolean level = read.isConforming() ? read.dpl() <= read.rpl() : read.dpl() == read.rpl();
        if (!read.isCode() || !level) {
            throw read.fault(cpu, Segments.TS);
        }
        if (!read.present()) {
            throw read.fault(cpu, Segments.NP);
        }
        read.markAccessed(cpu);
        read.install(cpu, CpuState.CS, selector);
    }
}
