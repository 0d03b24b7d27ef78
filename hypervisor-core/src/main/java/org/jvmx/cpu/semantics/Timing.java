package org.jvmx.cpu.semantics;

import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.SecondaryControl;

/** Instructions that tell time or let it pass. SDM Vol. 2: HLT MONITOR MWAIT PAUSE RDPID RDPMC RDTSC RDTSCP. */
final class Timing {
    private static final long CR4_TSD = 1 << 2;
    private static final long CR4_PCE = 1 << 8;

    private Timing() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.RDTSC, Timing::rdtsc);
        to.effect(Mnemonic.RDTSCP, Timing::rdtscp);
        to.effect(Mnemonic.RDPID, Timing::rdpid);
        to.effect(Mnemonic.RDPMC, Timing::rdpmc);
        to.effect(Mnemonic.HLT, Timing::hlt);
        to.effect(Mnemonic.PAUSE, Timing::pause);
        to.effect(Mnemonic.MONITOR, (cpu, insn) -> waits(cpu, insn, PrimaryControl.MONITOR_EXITING, ExitReason.MONITOR_INSTRUCTION));
        to.effect(Mnemonic.MWAIT, (cpu, insn) -> waits(cpu, insn, PrimaryControl.MWAIT_EXITING, ExitReason.MWAIT_INSTRUCTION));
    }

    /** The time-stamp counter with TSC offsetting. SDM Vol. 3, "Time-Stamp Counter Offset". */
    static long guestTsc(Cpu cpu) {
        return cpu.tsc() + (cpu.controls.has(PrimaryControl.USE_TSC_OFFSETTING) ? cpu.controls.tscOffset : 0);
    }

    private static void rdtsc(Cpu cpu, Insn insn) {
        if ((cpu.cr4 & CR4_TSD) != 0 && cpu.cpl != 0) {
            throw cpu.gp(0);
        }
        if (Intercepts.on(cpu, PrimaryControl.RDTSC_EXITING)) {
            Intercepts.exit(cpu, insn, ExitReason.RDTSC);
            return;
        }
        tscToRegisters(cpu);
    }

    private static void tscToRegisters(Cpu cpu) {
        long tsc = guestTsc(cpu);
        cpu.gpr[Cpu.RAX] = tsc & 0xffff_ffffL;
        cpu.gpr[Cpu.RDX] = tsc >>> 32;
    }

    private static void rdtscp(Cpu cpu, Insn insn) {
        if (!cpu.controls.has(SecondaryControl.ENABLE_RDTSCP)) {
            throw cpu.ud();
        }
        if ((cpu.cr4 & CR4_TSD) != 0 && cpu.cpl != 0) {
            throw cpu.gp(0);
        }
        if (Intercepts.on(cpu, PrimaryControl.RDTSC_EXITING)) {
            Intercepts.exit(cpu, insn, ExitReason.RDTSCP);
            return;
        }
        tscToRegisters(cpu);
        cpu.gpr[Cpu.RCX] = cpu.tscAux & 0xffff_ffffL;
    }

    private static void rdpid(Cpu cpu, Insn insn) {
        if (!cpu.controls.has(SecondaryControl.ENABLE_RDTSCP)) {
            throw cpu.ud();
        }
        cpu.reg(insn.register(0), insn.mode64() ? 8 : 4, cpu.tscAux & 0xffff_ffffL);
    }

    /** The model has no performance counters. */
    private static void rdpmc(Cpu cpu, Insn insn) {
        if ((cpu.cr4 & CR4_PCE) == 0 && cpu.cpl != 0 && cpu.protectedMode()) {
            throw cpu.gp(0);
        }
        if (Intercepts.on(cpu, PrimaryControl.RDPMC_EXITING)) {
            Intercepts.exit(cpu, insn, ExitReason.RDPMC);
            return;
        }
        throw cpu.gp(0);
    }

    private static void hlt(Cpu cpu, Insn insn) {
        if (Intercepts.on(cpu, PrimaryControl.HLT_EXITING)) {
            Intercepts.exit(cpu, insn, ExitReason.HLT);
        } else if (!cpu.completion.interceptsOff) {
            cpu.activity = 1;
            cpu.modeChanged();
        }
    }

    /** SDM Vol. 3, "Changes to Instruction Behavior in VMX Non-Root Operation", PAUSE. */
    private static void pause(Cpu cpu, Insn insn) {
        if (Intercepts.on(cpu, PrimaryControl.PAUSE_EXITING)) {
            Intercepts.exit(cpu, insn, ExitReason.PAUSE_INSTRUCTION);
        } else if (cpu.cpl == 0 && Intercepts.on(cpu, SecondaryControl.PAUSE_LOOP_EXITING)) {
            long now = cpu.tsc();
            boolean newLoop = !cpu.delivery.paused || now - cpu.delivery.lastPause > (cpu.controls.pleGap & 0xffff_ffffL);
            cpu.delivery.paused = true;
            cpu.delivery.lastPause = now;
            if (newLoop) {
                cpu.delivery.firstPause = now;
            } else if (now - cpu.delivery.firstPause > (cpu.controls.pleWindow & 0xffff_ffffL)) {
                Intercepts.exit(cpu, insn, ExitReason.PAUSE_INSTRUCTION);
            }
        }
    }

    private static void waits(Cpu cpu, Insn insn, PrimaryControl control, ExitReason reason) {
        if (cpu.cpl != 0) {
            throw cpu.ud();
        }
        if (Intercepts.on(cpu, control)) {
            Intercepts.exit(cpu, insn, reason);
        }
    }
}
