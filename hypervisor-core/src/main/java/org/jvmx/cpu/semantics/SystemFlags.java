package org.jvmx.cpu.semantics;

import org.jvmx.arch.Cr4;
import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/**
 * RFLAGS beyond arithmetic. SDM Vol. 2: CLAC CLI POPF PUSHF STAC STI, with virtual-8086 mode extensions and protected-mode virtual
 * interrupts.
 */
final class SystemFlags {
    private static final int BLOCKED_BY_STI = 1;
    /** What POPF may change whatever the privilege. */
    private static final int PLAIN = Flags.STATUS | Flags.TF | Flags.DF | Flags.NT | Flags.AC | Flags.ID;
    /** A change of one of these changes how instructions run. */
    private static final int MODE = Flags.TF | Flags.IF | Flags.IOPL | Flags.RF | Flags.VM | Flags.AC;

    private SystemFlags() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.PUSHF, SystemFlags::push);
        to.effect(Mnemonic.PUSHFD, SystemFlags::push);
        to.effect(Mnemonic.PUSHFQ, SystemFlags::push);
        to.effect(Mnemonic.POPF, SystemFlags::pop);
        to.effect(Mnemonic.POPFD, SystemFlags::pop);
        to.effect(Mnemonic.POPFQ, SystemFlags::pop);
        to.effect(Mnemonic.CLI, SystemFlags::clearInterrupts);
        to.effect(Mnemonic.STI, SystemFlags::setInterrupts);
        to.effect(Mnemonic.CLAC, (cpu, insn) -> accessCheck(cpu, 0));
        to.effect(Mnemonic.STAC, (cpu, insn) -> accessCheck(cpu, Flags.AC));
    }

    private static void push(Cpu cpu, Insn insn) {
        int size = insn.operandSize;
        int flags = cpu.flags() & ~(Flags.VM | Flags.RF);
        if (cpu.v8086() && cpu.iopl() < 3) {
            if ((cpu.cr4 & Cr4.VME) == 0 || size != 2) {
                throw cpu.gp(0);
            }
            flags = flags & ~Flags.IF | Flags.IOPL | ((flags & Flags.VIF) != 0 ? Flags.IF : 0);
        }
        cpu.push(size, flags);
    }

    private static void pop(Cpu cpu, Insn insn) {
        int size = insn.operandSize;
        boolean virtual = cpu.v8086() && cpu.iopl() < 3;
        if (virtual && ((cpu.cr4 & Cr4.VME) == 0 || size != 2)) {
            throw cpu.gp(0);
        }
        int width = cpu.stackSize();
        long top = cpu.stackPointer();
        int flags = (int) cpu.load(Cpu.SS, cpu.linear(Cpu.SS, top, size, false), size);
        int change = PLAIN;
        if (virtual) {
            if ((flags & Flags.TF) != 0 || (flags & Flags.IF) != 0 && (cpu.systemFlags & Flags.VIP) != 0) {
                throw cpu.gp(0);
            }
            flags = flags & ~Flags.VIF | ((flags & Flags.IF) != 0 ? Flags.VIF : 0);
            change = change & 0xffff | Flags.VIF;
        } else {
            change |= cpu.cpl == 0 ? Flags.IOPL : 0;
            change |= cpu.cpl <= cpu.iopl() ? Flags.IF : 0;
            change &= size == 2 ? 0xffff : -1;
        }
        cpu.reg(Cpu.RSP, width, top + size);
        set(cpu, cpu.flags() & ~(change | (size == 2 ? 0 : Flags.RF)) | flags & change);
    }

    private static void set(Cpu cpu, int flags) {
        int before = cpu.systemFlags;
        cpu.flags(flags);
        if (((before ^ cpu.systemFlags) & MODE) != 0) {
            cpu.modeChanged();
        }
    }

    private static void clearInterrupts(Cpu cpu, Insn insn) {
        if (!cpu.protectedMode() || cpu.iopl() >= cpu.cpl) {
            cpu.systemFlags &= ~Flags.IF;
        } else if (virtualInterrupts(cpu)) {
            cpu.systemFlags &= ~Flags.VIF;
        } else {
            throw cpu.gp(0);
        }
    }

    private static void setInterrupts(Cpu cpu, Insn insn) {
        if (!cpu.protectedMode() || cpu.iopl() >= cpu.cpl) {
            if ((cpu.systemFlags & Flags.IF) == 0) {
                cpu.systemFlags |= Flags.IF;
                Boundary.block(cpu, BLOCKED_BY_STI);
            }
        } else if (virtualInterrupts(cpu) && (cpu.systemFlags & Flags.VIP) == 0) {
            cpu.systemFlags |= Flags.VIF;
        } else {
            throw cpu.gp(0);
        }
    }

    /** Whether CLI and STI act on VIF: VME in virtual-8086 mode, PVI at level 3. */
    private static boolean virtualInterrupts(Cpu cpu) {
        return cpu.v8086() ? (cpu.cr4 & Cr4.VME) != 0 : cpu.cpl == 3 && (cpu.cr4 & Cr4.PVI) != 0;
    }

    private static void accessCheck(Cpu cpu, int value) {
        if (cpu.cpl != 0 || cpu.v8086()) {
            throw cpu.ud();
        }
        cpu.systemFlags = cpu.systemFlags & ~Flags.AC | value;
        cpu.modeChanged();
    }
}
