package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.CpuState;
import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.vmx.Interruption;

/** Instructions that are interrupts. SDM Vol. 2: INT n INT1 INT3 INTO; Vol. 3, "Handling Virtual-8086 Mode Interrupts" for VME. */
final class SoftwareInterrupts {
    private static final int CR4_VME = 1;

    private SoftwareInterrupts() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.INT, SoftwareInterrupts::interrupt);
        to.effect(Mnemonic.INT3, (cpu, insn) -> Interrupts.software(cpu, 3, Interruption.SOFTWARE_EXCEPTION));
        to.effect(Mnemonic.INT1, (cpu, insn) -> Interrupts.software(cpu, 1, Interruption.PRIVILEGED_SOFTWARE_EXCEPTION));
        to.effect(Mnemonic.INTO, SoftwareInterrupts::overflow);
    }

    private static void overflow(Cpu cpu, Insn insn) {
        if (cpu.of()) {
            Interrupts.software(cpu, 4, Interruption.SOFTWARE_EXCEPTION);
        }
    }

    private static void interrupt(Cpu cpu, Insn insn) {
        int vector = (int) insn.immediate & 0xff;
        if (cpu.v8086()) {
            if ((cpu.cr4 & CR4_VME) != 0 && !redirected(cpu, vector)) {
                stayIn8086(cpu, vector);
                return;
            }
            if (cpu.iopl() < 3) {
                throw cpu.gp(0);
            }
        }
        Interrupts.software(cpu, vector, Interruption.SOFTWARE_INTERRUPT);
    }

    /** Whether the interrupt redirection bitmap sends the vector to the protected-mode handler. */
    private static boolean redirected(Cpu cpu, int vector) {
        int map = (int) cpu.systemLoad(cpu.base[CpuState.TR] + 102, 2) - 32;
        if (map + 31 > cpu.limit[CpuState.TR] || map < 0) {
            return true;
        }
        long bits = cpu.systemLoad(cpu.base[CpuState.TR] + map + (vector >> 3), 1);
        return (bits >>> (vector & 7) & 1) != 0;
    }

    /** The handler of the virtual-8086 program's own vector table. */
    private static void stayIn8086(Cpu cpu, int vector) {
        boolean virtual = cpu.iopl() < 3;
        int flags = cpu.flags();
        if (virtual) {
            flags = flags & ~Flags.IF | Flags.IOPL | ((flags & Flags.VIF) != 0 ? Flags.IF : 0);
        }
        long entry = cpu.load(CpuState.DS, vector * 4L, 4);
        InterruptGates.enter8086(cpu, entry, cpu.nextRip, flags);
        cpu.systemFlags &= ~(Flags.TF | (virtual ? Flags.VIF : Flags.IF));
        cpu.delivery.trapArmed = false;
        cpu.modeChanged();
    }
}
