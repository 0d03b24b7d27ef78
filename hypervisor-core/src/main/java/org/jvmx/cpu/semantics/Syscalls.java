package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Fast system calls and the segment bases beside them. SDM Vol. 2: RDFSBASE RDGSBASE SWAPGS SYSCALL SYSENTER SYSEXIT SYSRET WRFSBASE WRGSBASE. */
final class Syscalls {
    private static final int CODE32 = 0xc09b;
    private static final int CODE64 = 0xa09b;
    private static final int DATA = 0xc093;
    private static final int DPL3 = 3 << 5;
    private static final long EFER_SCE = 1;
    private static final long CR4_FSGSBASE = 1 << 16;

    private Syscalls() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.SYSCALL, Syscalls::syscall);
        to.effect(Mnemonic.SYSRET, Syscalls::sysret);
        to.effect(Mnemonic.SYSENTER, Syscalls::sysenter);
        to.effect(Mnemonic.SYSEXIT, Syscalls::sysexit);
        to.effect(Mnemonic.SWAPGS, Syscalls::swapgs);
        to.effect(Mnemonic.RDFSBASE, (cpu, insn) -> readBase(cpu, insn, Cpu.FS));
        to.effect(Mnemonic.RDGSBASE, (cpu, insn) -> readBase(cpu, insn, Cpu.GS));
        to.effect(Mnemonic.WRFSBASE, (cpu, insn) -> writeBase(cpu, insn, Cpu.FS));
        to.effect(Mnemonic.WRGSBASE, (cpu, insn) -> writeBase(cpu, insn, Cpu.GS));
    }

    private static void syscall(Cpu cpu, Insn insn) {
        if (!cpu.longCode() || (cpu.efer & EFER_SCE) == 0) {
            throw cpu.ud();
        }
        cpu.gpr[Cpu.RCX] = cpu.nextRip;
        cpu.gpr[11] = cpu.flags() & ~Flags.RF;
        cpu.flags(cpu.flags() & ~(int) cpu.fmask & ~Flags.RF);
        int selector = (int) (cpu.star >>> 32) & 0xfffc;
        segment(cpu, Cpu.CS, selector, CODE64);
        segment(cpu, Cpu.SS, selector + 8, DATA);
        cpu.cpl = 0;
        cpu.nextRip = cpu.lstar;
        trapByNewFlag(cpu);
        cpu.modeChanged();
    }

    private static void sysret(Cpu cpu, Insn insn) {
        if (!cpu.longCode() || (cpu.efer & EFER_SCE) == 0) {
            throw cpu.ud();
        }
        boolean to64 = insn.operandSize == 8;
        long target = cpu.gpr[Cpu.RCX];
        if (cpu.cpl != 0 || to64 && !Cpu.canonical(target)) {
            throw cpu.gp(0);
        }
        cpu.flags((int) cpu.gpr[11] & 0x3c7fd7 | Flags.ONE);
        int selector = (int) (cpu.star >>> 48) & 0xffff;
        segment(cpu, Cpu.CS, selector + (to64 ? 16 : 0) | 3, (to64 ? CODE64 : CODE32) | DPL3);
        segment(cpu, Cpu.SS, selector + 8 | 3, DATA | DPL3);
        cpu.cpl = 3;
        cpu.nextRip = to64 ? target : target & 0xffff_ffffL;
        trapByNewFlag(cpu);
        cpu.modeChanged();
    }

    /** SYSCALL and SYSRET are stepped over by the trap flag that they load, so that the trap is never taken on the wrong side. */
    private static void trapByNewFlag(Cpu cpu) {
        cpu.delivery.trapArmed = (cpu.systemFlags & Flags.TF) != 0;
        cpu.delivery.resumeArmed = false;
    }

    private static void sysenter(Cpu cpu, Insn insn) {
        if (!cpu.protectedMode() || (cpu.sysenterCs & 0xfffc) == 0) {
            throw cpu.gp(0);
        }
        boolean ia32e = cpu.longMode();
        cpu.systemFlags &= ~(Flags.VM | Flags.IF | Flags.RF);
        int selector = (int) cpu.sysenterCs & 0xfffc;
        segment(cpu, Cpu.CS, selector, ia32e ? CODE64 : CODE32);
        segment(cpu, Cpu.SS, selector + 8, DATA);
        cpu.cpl = 0;
        cpu.gpr[Cpu.RSP] = ia32e ? cpu.sysenterEsp : cpu.sysenterEsp & 0xffff_ffffL;
        cpu.nextRip = ia32e ? cpu.sysenterEip : cpu.sysenterEip & 0xffff_ffffL;
        cpu.modeChanged();
    }

    private static void sysexit(Cpu cpu, Insn insn) {
        if ((cpu.sysenterCs & 0xfffc) == 0 || !cpu.protectedMode() || cpu.cpl != 0) {
            throw cpu.gp(0);
        }
        boolean to64 = insn.operandSize == 8;
        long target = cpu.gpr[Cpu.RDX];
        long stack = cpu.gpr[Cpu.RCX];
        if (to64 && !(Cpu.canonical(target) && Cpu.canonical(stack))) {
            throw cpu.gp(0);
        }
        int selector = (int) cpu.sysenterCs & 0xffff;
        segment(cpu, Cpu.CS, selector + (to64 ? 32 : 16) | 3, (to64 ? CODE64 : CODE32) | DPL3);
        segment(cpu, Cpu.SS, selector + (to64 ? 40 : 24) | 3, DATA | DPL3);
        cpu.cpl = 3;
        cpu.gpr[Cpu.RSP] = to64 ? stack : stack & 0xffff_ffffL;
        cpu.nextRip = to64 ? target : target & 0xffff_ffffL;
        cpu.modeChanged();
    }

    private static void segment(Cpu cpu, int segment, int selector, int rights) {
        cpu.selector[segment] = selector & 0xffff;
        cpu.base[segment] = 0;
        cpu.limit[segment] = 0xffff_ffffL;
        cpu.access[segment] = rights;
    }

    private static void swapgs(Cpu cpu, Insn insn) {
        long base = cpu.base[Cpu.GS];
        cpu.base[Cpu.GS] = cpu.kernelGsBase;
        cpu.kernelGsBase = base;
    }

    private static void readBase(Cpu cpu, Insn insn, int segment) {
        requireFsGsBase(cpu);
        cpu.reg(insn.register(0), insn.width(0), cpu.base[segment]);
    }

    private static void writeBase(Cpu cpu, Insn insn, int segment) {
        requireFsGsBase(cpu);
        long value = cpu.reg(insn.register(0), insn.width(0));
        if (!Cpu.canonical(value)) {
            throw cpu.gp(0);
        }
        cpu.base[segment] = value;
    }

    private static void requireFsGsBase(Cpu cpu) {
        if ((cpu.cr4 & CR4_FSGSBASE) == 0) {
            throw cpu.ud();
        }
    }
}
