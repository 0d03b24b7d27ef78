package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.CpuState;

/** The stacks of inner privilege levels, out of the current task-state segment. SDM Vol. 3, "Stack Switching" and "Task Management". */
final class InnerStacks {
    private InnerStacks() {
    }

    /** RSP of a privilege level in a 64-bit TSS. */
    static long pointer64(Cpu cpu, int level) {
        return load64(cpu, 4 + 8 * level);
    }

    /** A stack of the interrupt stack table, 1 to 7. */
    static long interruptStack(Cpu cpu, int index) {
        return load64(cpu, 28 + 8 * index);
    }

    private static long load64(Cpu cpu, int at) {
        if (at + 7 > cpu.limit[CpuState.TR]) {
            throw badTask(cpu);
        }
        long pointer = cpu.systemLoad(cpu.base[CpuState.TR] + at, 8);
        if (!CpuState.canonical(pointer)) {
            throw cpu.ss(cpu.delivery.ext);
        }
        return pointer;
    }

    private static RuntimeException badTask(Cpu cpu) {
        return cpu.ts(cpu.selector[CpuState.TR] & 0xfffc | cpu.delivery.ext);
    }

    /** Begins the frame of a privilege level's stack in protected mode, after all checks of its segment. */
    static void open(Cpu cpu, int level) {
        boolean wide = (cpu.access[CpuState.TR] & 8) != 0;
        int size = wide ? 4 : 2;
        int at = wide ? 4 + 8 * level : 2 + 4 * level;
        if (at + size + 1 > cpu.limit[CpuState.TR]) {
            throw badTask(cpu);
        }
        long tss = cpu.base[CpuState.TR];
        long pointer = cpu.systemLoad(tss + at & 0xffff_ffffL, size);
        int selector = (int) cpu.systemLoad(tss + at + size & 0xffff_ffffL, 2);
        if (Descriptor.isNull(selector)) {
            throw cpu.ts(cpu.delivery.ext);
        }
        Descriptor stack = cpu.stackDescriptor;
        stack.fetch(cpu, selector, Segments.TS);
        Segments.checkStack(cpu, stack, level, Segments.TS);
        stack.markAccessed(cpu);
        cpu.frame.fresh(cpu, stack, pointer, level);
    }

    /** Loads SS with the stack that {@link #open} began, or with a null selector in IA-32e mode. */
    static void install(Cpu cpu, int level) {
        if (cpu.longMode()) {
            Segments.loadNullStack(cpu, level, level);
        } else {
            cpu.stackDescriptor.install(cpu, CpuState.SS, cpu.stackDescriptor.selector);
        }
    }
}
