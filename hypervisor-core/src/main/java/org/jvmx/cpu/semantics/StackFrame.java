package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.CpuState;
import org.jvmx.cpu.state.GuestFault;

/**
 * A stack that a transfer of control writes before it changes any register: the current one, or one of an inner privilege level. RSP
 * moves only by {@link #commit}, so that a fault in the middle leaves the processor as it was.
 */
final class StackFrame {
    private long base;
    private long limit;
    private int rights;
    private int width;
    private int errorCode;
    private int level;
    private boolean flat;
    private long pointer;
    /** Bits of RSP beyond the stack's width. */
    private long beyond;

    /** Goes on with the current stack. */
    void current(Cpu cpu) {
        current(cpu, cpu.longCode());
    }

    /** Goes on with the current stack as the code that is transferred to sees it: flat if that is 64-bit code. */
    void current(Cpu cpu, boolean longCode) {
        base = cpu.base[CpuState.SS];
        limit = cpu.limit[CpuState.SS];
        rights = cpu.access[CpuState.SS];
        width = longCode ? 8 : (rights & Descriptor.BIG) != 0 ? 4 : 2;
        flat = longCode;
        errorCode = cpu.delivery.ext;
        level = cpu.cpl;
        pointer = cpu.gpr[CpuState.RSP] & Cpu.mask(width);
        beyond = cpu.gpr[CpuState.RSP] & ~Cpu.mask(width);
    }

    /** Begins a stack in a segment that is not loaded yet, for the privilege level {@code newLevel}. */
    void fresh(Cpu cpu, Descriptor stack, long top, int newLevel) {
        base = stack.base;
        limit = stack.limit;
        rights = stack.rights;
        width = stack.isBig() ? 4 : 2;
        flat = false;
        errorCode = stack.selector & 0xfffc | cpu.delivery.ext;
        level = newLevel;
        pointer = top & Cpu.mask(width);
        beyond = top & ~Cpu.mask(width);
    }

    /** Begins a stack in 64-bit mode. */
    void flat(Cpu cpu, long top, int newLevel) {
        width = 8;
        flat = true;
        errorCode = cpu.delivery.ext;
        level = newLevel;
        pointer = top;
        beyond = 0;
    }

    /** Pushes one value. */
    void push(Cpu cpu, int size, long value) {
        long top = pointer - size & Cpu.mask(width);
        long linear = linear(cpu, top, size);
        if (level == cpu.cpl) {
            cpu.store(CpuState.SS, linear, size, value);
        } else if (level == 3) {
            throw new IllegalStateException("no event is delivered to an outer level");
        } else {
            cpu.systemStore(linear, size, value);
        }
        pointer = top;
    }

    private long linear(Cpu cpu, long offset, int size) {
        if (flat) {
            if (!CpuState.canonical(offset) || !CpuState.canonical(offset + size - 1)) {
                throw outside(cpu);
            }
            return offset;
        }
        long last = offset + size - 1;
        boolean expandDown = (rights & 0xc) == 4;
        long top = (rights & Descriptor.BIG) != 0 ? 0xffff_ffffL : 0xffffL;
        boolean inside = expandDown ? offset > limit && last <= top : last <= limit;
        if (!inside || (rights & Descriptor.UNUSABLE) != 0) {
            throw outside(cpu);
        }
        return base + offset & 0xffff_ffffL;
    }

    private GuestFault outside(Cpu cpu) {
        return cpu.ss(errorCode);
    }

    /** Moves the stack pointer, after SS is loaded where it changes. */
    void commit(Cpu cpu) {
        cpu.gpr[CpuState.RSP] = width == 4 ? pointer : beyond | pointer;
    }
}
