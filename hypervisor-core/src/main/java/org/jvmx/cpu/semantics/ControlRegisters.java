package org.jvmx.cpu.semantics;

import org.jvmx.arch.Cr0;
import org.jvmx.arch.Cr3;
import org.jvmx.arch.Cr4;
import org.jvmx.arch.Efer;
import org.jvmx.cpu.state.CpuState;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.OperandKind;
import org.jvmx.vmx.CrAccess;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.PrimaryControl;

/**
 * Control registers, with guest/host masks, read shadows and CR3-target values. SDM Vol. 2: MOV (control registers) CLTS LMSW SMSW; Vol.
 * 3, "Control Registers" and "Changes to Instruction Behavior in VMX Non-Root Operation".
 */
public final class ControlRegisters {
    private static final long CR0_BITS = Cr0.PE | Cr0.MP | Cr0.EM | Cr0.TS | Cr0.ET | Cr0.NE | Cr0.WP | Cr0.AM | Cr0.NW | Cr0.CD | Cr0.PG;
    private static final long LOW_WORD = 0xf;
    private static final long PHYSICAL = (1L << Cpu.PHYSICAL_BITS) - 1;
    private static final int PDPTE_PRESENT = 1;
    private static final long PDPTE_RESERVED = 0x1e6 | ~PHYSICAL;
    private static final long PAE_CR4 = Cr4.PAE | Cr4.PGE | Cr4.PSE | Cr4.SMEP;
    private static final long FLUSHING_CR4 = PAE_CR4 | Cr4.PCIDE | Cr4.SMAP;
    private static final int BUSY_TSS_16 = 3;

    private ControlRegisters() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.MOV_CR, ControlRegisters::move);
        to.effect(Mnemonic.CLTS, ControlRegisters::clearTaskSwitched);
        to.effect(Mnemonic.LMSW, ControlRegisters::loadMachineStatus);
        to.effect(Mnemonic.SMSW, (cpu, insn) -> cpu.operand(insn, 0, cpu.controls.visibleCr0(cpu.cr0)));
    }

    private static void move(Cpu cpu, Insn insn) {
        if (insn.kind(0) == OperandKind.CONTROL_REG) {
            write(cpu, insn, insn.register(0), cpu.operand(insn, 1));
        } else {
            read(cpu, insn, insn.register(1));
        }
    }

    // --- MOV from CR

    private static void read(Cpu cpu, Insn insn, int number) {
        PrimaryControl control = number == 3 ? PrimaryControl.CR3_STORE_EXITING : PrimaryControl.CR8_STORE_EXITING;
        if ((number == 3 || number == 8) && Intercepts.on(cpu, control)) {
            Intercepts.exit(cpu, insn, ExitReason.CR_ACCESS, CrAccess.mov(number, false, insn.register(0)));
            return;
        }
        cpu.operand(insn, 0, switch (number) {
            case 0 -> cpu.controls.visibleCr0(cpu.cr0);
            case 2 -> cpu.cr2;
            case 3 -> cpu.cr3;
            case 4 -> cpu.controls.visibleCr4(cpu.cr4);
            default -> TaskPriority.read(cpu);
        });
    }

    // --- MOV to CR

    private static void write(Cpu cpu, Insn insn, int number, long value) {
        if (intercepted(cpu, number, value)) {
            Intercepts.exit(cpu, insn, ExitReason.CR_ACCESS, CrAccess.mov(number, true, insn.register(1)));
            return;
        }
        switch (number) {
            case 0 -> writeCr0(cpu, value);
            case 2 -> cpu.cr2 = value;
            case 3 -> writeCr3(cpu, value);
            case 4 -> writeCr4(cpu, value);
            default -> writeCr8(cpu, value);
        }
    }

    private static boolean intercepted(Cpu cpu, int number, long value) {
        return switch (number) {
            case 0 -> Intercepts.unconditional(cpu) && ((value ^ cpu.controls.cr0Shadow) & cpu.controls.cr0Mask) != 0;
            case 3 -> Intercepts.on(cpu, PrimaryControl.CR3_LOAD_EXITING) && !cpu.controls.isCr3Target(value);
            case 4 -> Intercepts.unconditional(cpu) && ((value ^ cpu.controls.cr4Shadow) & cpu.controls.cr4Mask) != 0;
            case 8 -> Intercepts.on(cpu, PrimaryControl.CR8_LOAD_EXITING);
            default -> false;
        };
    }

    private static void writeCr0(Cpu cpu, long value) {
        long mask = cpu.controls.cr0Mask;
        long wanted = value & ~mask | cpu.cr0 & mask;
        boolean unsupported = wanted >>> 32 != 0 || (wanted & Cr0.NE) == 0 && (cpu.cr0 & Cr0.NE) != 0;
        boolean inconsistent = (wanted & (Cr0.PG | Cr0.PE)) == Cr0.PG || (wanted & (Cr0.NW | Cr0.CD)) == Cr0.NW;
        if (unsupported || inconsistent) {
            throw cpu.gp(0);
        }
        changeCr0(cpu, wanted & CR0_BITS | Cr0.ET);
    }

    /** Changes CR0, after the checks that depend on the mode. */
    private static void changeCr0(Cpu cpu, long value) {
        long changed = cpu.cr0 ^ value;
        boolean paging = (value & Cr0.PG) != 0;
        boolean enters = (changed & Cr0.PG) != 0 && paging;
        boolean leaves = (changed & Cr0.PG) != 0 && !paging;
        boolean extended = (cpu.efer & Efer.LME) != 0;
        boolean pae = (cpu.cr4 & Cr4.PAE) != 0;
        boolean badEntry = enters && extended && (!pae || longSegment(cpu) || cpu.access[CpuState.TR] == (BUSY_TSS_16 | 0x80));
        boolean badExit = leaves && (cpu.longCode() || (cpu.cr4 & Cr4.PCIDE) != 0);
        if (badEntry || badExit) {
            throw cpu.gp(0);
        }
        if (paging && pae && !extended && (changed & (Cr0.PG | Cr0.CD | Cr0.NW)) != 0) {
            loadPdptes(cpu, cpu.cr3);
        }
        if (enters && extended) {
            cpu.efer |= Efer.LMA;
        } else if (leaves) {
            cpu.efer &= ~Efer.LMA;
        }
        cpu.cr0 = value;
        if ((changed & (Cr0.PG | Cr0.WP | Cr0.PE)) != 0) {
            cpu.flushTlb();
        }
        cpu.modeChanged();
    }

    private static boolean longSegment(Cpu cpu) {
        return (cpu.access[CpuState.CS] & Descriptor.LONG_CODE) != 0;
    }

    private static boolean paePaging(Cpu cpu) {
        return (cpu.cr0 & Cr0.PG) != 0 && (cpu.cr4 & Cr4.PAE) != 0 && !cpu.longMode();
    }

    private static void writeCr3(Cpu cpu, long value) {
        boolean tagged = (cpu.cr4 & Cr4.PCIDE) != 0;
        long wanted = tagged ? value & ~Cr3.NO_FLUSH : value;
        if ((wanted & ~PHYSICAL) != 0) {
            throw cpu.gp(0);
        }
        changeCr3(cpu, wanted);
    }

    /** Loads CR3 and, with PAE paging, the page-directory-pointer table. */
    static void changeCr3(Cpu cpu, long value) {
        if (paePaging(cpu)) {
            loadPdptes(cpu, value);
        }
        cpu.loadCr3(value);
    }

    /** Reads the four PDPTEs and checks them before any is loaded. SDM Vol. 3, "PDPTE Registers". */
    static void loadPdptes(Cpu cpu, long root) {
        long table = root & 0xffff_ffe0L;
        long first = checkedPdpte(cpu, table);
        long second = checkedPdpte(cpu, table + 8);
        long third = checkedPdpte(cpu, table + 16);
        cpu.pdpte[3] = checkedPdpte(cpu, table + 24);
        cpu.pdpte[2] = third;
        cpu.pdpte[1] = second;
        cpu.pdpte[0] = first;
    }

    private static long checkedPdpte(Cpu cpu, long gpa) {
        long entry = cpu.physicalLoad64(gpa);
        if ((entry & PDPTE_PRESENT) != 0 && (entry & PDPTE_RESERVED) != 0) {
            throw cpu.gp(0);
        }
        return entry;
    }

    private static void writeCr4(Cpu cpu, long value) {
        long mask = cpu.controls.cr4Mask;
        long wanted = value & ~mask | cpu.cr4 & mask;
        long changed = cpu.cr4 ^ wanted;
        boolean unsupported = (wanted & ~(cpu.model.cr4Bits() | Cr4.VMXE)) != 0 || (changed & Cr4.VMXE) != 0;
        boolean leavesPae = cpu.longMode() && (wanted & Cr4.PAE) == 0;
        boolean tags = (changed & wanted & Cr4.PCIDE) != 0;
        if (unsupported || leavesPae || tags && (!cpu.longMode() || (cpu.cr3 & Cr3.PCID) != 0)) {
            throw cpu.gp(0);
        }
        boolean pae = (cpu.cr0 & Cr0.PG) != 0 && (wanted & Cr4.PAE) != 0 && !cpu.longMode();
        if (pae && (changed & PAE_CR4) != 0) {
            loadPdptes(cpu, cpu.cr3);
        }
        cpu.cr4 = wanted;
        if ((changed & FLUSHING_CR4) != 0) {
            cpu.flushTlb();
        }
        cpu.modeChanged();
    }

    private static void writeCr8(Cpu cpu, long value) {
        if (value >>> 4 != 0) {
            throw cpu.gp(0);
        }
        TaskPriority.write(cpu, value);
    }

    // --- parts of CR0

    private static void clearTaskSwitched(Cpu cpu, Insn insn) {
        if ((cpu.controls.cr0Mask & Cr0.TS) != 0) {
            if ((cpu.controls.cr0Shadow & Cr0.TS) != 0 && Intercepts.unconditional(cpu)) {
                Intercepts.exit(cpu, insn, ExitReason.CR_ACCESS, CrAccess.clts());
            }
            return;
        }
        cpu.cr0 &= ~Cr0.TS;
        cpu.modeChanged();
    }

    private static void loadMachineStatus(Cpu cpu, Insn insn) {
        long linear = insn.hasMemory() ? cpu.address(insn, 2, false) : 0;
        long source = cpu.operand(insn, 0);
        long mask = cpu.controls.cr0Mask;
        long shadow = cpu.controls.cr0Shadow;
        boolean enters = (mask & source & ~shadow & Cr0.PE) != 0;
        boolean differs = ((source ^ shadow) & mask & LOW_WORD & ~Cr0.PE) != 0;
        if (Intercepts.unconditional(cpu) && (enters || differs)) {
            Intercepts.exit(cpu, insn, ExitReason.CR_ACCESS, CrAccess.lmsw((int) source, insn.hasMemory()));
            cpu.exit.linear(linear);
            return;
        }
        long bits = source & LOW_WORD & ~mask | cpu.cr0 & LOW_WORD & mask | cpu.cr0 & Cr0.PE;
        changeCr0(cpu, cpu.cr0 & ~LOW_WORD | bits);
    }
}
