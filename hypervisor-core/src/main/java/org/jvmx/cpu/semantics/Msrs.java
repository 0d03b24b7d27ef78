package org.jvmx.cpu.semantics;

import org.jvmx.arch.CpuidBit;
import org.jvmx.arch.Msr;
import org.jvmx.cpu.state.Completion;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.vmx.ExecutionControls;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.PrimaryControl;

/** RDMSR and WRMSR, and the model-specific registers of the processor itself. SDM Vol. 4, "Architectural MSRs". */
public final class Msrs {
    private static final long EFER_SCE = 1;
    private static final long EFER_LME = 1 << 8;
    private static final long EFER_LMA = 1 << 10;
    private static final long EFER_NXE = 1 << 11;
    private static final long CR0_PG = 1L << 31;
    /** IBRS, STIBP, SSBD and BHI_DIS_S. */
    private static final long SPEC_CTRL_BITS = 0x407;

    private Msrs() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.RDMSR, Msrs::rdmsr);
        to.effect(Mnemonic.WRMSR, Msrs::wrmsr);
    }

    private static void rdmsr(Cpu cpu, Insn insn) {
        int index = (int) cpu.gpr[Cpu.RCX];
        long value;
        if (cpu.completion.take(Completion.MSR, index & 0xffff_ffffL, 8, false)) {
            value = cpu.completion.value();
        } else if (intercepted(cpu, index, false)) {
            Intercepts.exit(cpu, insn, ExitReason.MSR_READ);
            cpu.exit.access().msr(index, false, 0);
            return;
        } else if (read(cpu, index)) {
            value = cpu.msrs.value;
        } else {
            throw cpu.gp(0);
        }
        cpu.gpr[Cpu.RAX] = value & 0xffff_ffffL;
        cpu.gpr[Cpu.RDX] = value >>> 32;
    }

    private static void wrmsr(Cpu cpu, Insn insn) {
        int index = (int) cpu.gpr[Cpu.RCX];
        long value = cpu.gpr[Cpu.RAX] & 0xffff_ffffL | cpu.gpr[Cpu.RDX] << 32;
        if (cpu.completion.take(Completion.MSR, index & 0xffff_ffffL, 8, true)) {
            return;
        }
        if (intercepted(cpu, index, true)) {
            Intercepts.exit(cpu, insn, ExitReason.MSR_WRITE);
            cpu.exit.access().msr(index, true, value);
        } else if (!write(cpu, index, value)) {
            throw cpu.gp(0);
        }
    }

    /** SDM Vol. 3, "MSR-Bitmap Address". */
    private static boolean intercepted(Cpu cpu, int index, boolean write) {
        ExecutionControls controls = cpu.controls;
        if (cpu.completion.interceptsOff) {
            return false;
        }
        if (!controls.has(PrimaryControl.USE_MSR_BITMAPS)) {
            return true;
        }
        boolean low = index >>> 13 == 0;
        boolean high = index >>> 13 == 0xc000_0000 >>> 13;
        if (!low && !high) {
            return true;
        }
        int bit = index & 0x1fff;
        long at = controls.msrBitmaps + (write ? 2048 : 0) + (high ? 1024 : 0) + (bit >> 3);
        return !cpu.host.contains(at, 1) || (cpu.host.readByte(at) >> (bit & 7) & 1) != 0;
    }

    /** Reads an MSR of the processor itself: false if it has none of that number; else the value is in {@code cpu.msrs.value}. */
    public static boolean read(Cpu cpu, int index) {
        MsrFile file = cpu.msrs;
        switch (index) {
            case Msr.TSC -> file.value = Timing.guestTsc(cpu);
            case Msr.TSC_ADJUST -> file.value = cpu.tscAdjust;
            case Msr.EFER -> file.value = cpu.efer;
            case Msr.STAR -> file.value = cpu.star;
            case Msr.LSTAR -> file.value = cpu.lstar;
            case Msr.CSTAR -> file.value = cpu.cstar;
            case Msr.FMASK -> file.value = cpu.fmask;
            case Msr.FS_BASE -> file.value = cpu.base[Cpu.FS];
            case Msr.GS_BASE -> file.value = cpu.base[Cpu.GS];
            case Msr.KERNEL_GS_BASE -> file.value = cpu.kernelGsBase;
            case Msr.TSC_AUX -> file.value = cpu.tscAux;
            case Msr.SYSENTER_CS -> file.value = cpu.sysenterCs;
            case Msr.SYSENTER_ESP -> file.value = cpu.sysenterEsp;
            case Msr.SYSENTER_EIP -> file.value = cpu.sysenterEip;
            case Msr.PAT -> file.value = cpu.pat;
            case Msr.DEBUGCTL -> file.value = cpu.debugctl;
            case Msr.XSS -> file.value = cpu.xss;
            default -> {
                return readOther(cpu, file, index);
            }
        }
        return true;
    }

    /** The value that the last successful {@link #read} found. */
    public static long value(Cpu cpu) {
        return cpu.msrs.value;
    }

    private static boolean readOther(Cpu cpu, MsrFile file, int index) {
        switch (index) {
            case Msr.SPEC_CTRL -> file.value = file.specCtrl;
            case Msr.ARCH_CAPABILITIES -> file.value = cpu.model.table().archCapabilities();
            case Msr.PLATFORM_INFO -> file.value = cpu.model.table().platformInformation();
            case Msr.BIOS_SIGN_ID -> file.value = (long) cpu.model.table().microcodeRevision() << 32;
            case Msr.PLATFORM_ID, Msr.P5_MC_ADDR, Msr.P5_MC_TYPE, Msr.MISC_FEATURES_ENABLES -> file.value = 0;
            case Msr.FEATURE_CONTROL -> file.value = file.featureControl;
            case Msr.MISC_ENABLE -> file.value = file.miscEnable;
            case Msr.MTRRCAP -> file.value = MsrFile.VARIABLE_RANGES | 1 << 8 | 1 << 10;
            case Msr.MTRR_DEF_TYPE -> file.value = file.mtrrDefault;
            case Msr.MCG_CAP -> file.value = MsrFile.BANKS;
            case Msr.MCG_STATUS -> file.value = file.mcgStatus;
            default -> {
                return readRange(file, index);
            }
        }
        return true;
    }

    private static boolean readRange(MsrFile file, int index) {
        int fixed = fixedRange(index);
        if (fixed >= 0) {
            file.value = file.mtrrFixed[fixed];
        } else if (index >= Msr.MTRR_PHYSBASE0 && index < Msr.MTRR_PHYSBASE0 + file.mtrrVariable.length) {
            file.value = file.mtrrVariable[index - Msr.MTRR_PHYSBASE0];
        } else if (index >= Msr.MC0_CTL && index < Msr.MC0_CTL + file.bank.length) {
            file.value = file.bank[index - Msr.MC0_CTL];
        } else {
            return false;
        }
        return true;
    }

    /** Writes an MSR of the processor itself: false if that is #GP(0), and nothing changed. */
    public static boolean write(Cpu cpu, int index, long value) {
        switch (index) {
            case Msr.TSC -> {
                long delta = value - Timing.guestTsc(cpu);
                cpu.tscAdjust += delta;
                cpu.tscBase += delta;
            }
            case Msr.TSC_ADJUST -> {
                cpu.tscBase += value - cpu.tscAdjust;
                cpu.tscAdjust = value;
            }
            case Msr.EFER -> {
                return writeEfer(cpu, value);
            }
            case Msr.STAR -> cpu.star = value;
            case Msr.FMASK -> cpu.fmask = value & 0xffff_ffffL;
            case Msr.SYSENTER_CS -> cpu.sysenterCs = value & 0xffff_ffffL;
            case Msr.TSC_AUX -> {
                return value >>> 32 == 0 && accept(cpu.tscAux = value);
            }
            case Msr.PAT -> {
                return legalPat(value) && accept(cpu.pat = value);
            }
            case Msr.DEBUGCTL -> {
                return (value & ~0x3) == 0 && accept(cpu.debugctl = value);
            }
            case Msr.XSS -> {
                return value == 0 && accept(cpu.xss = value);
            }
            default -> {
                return writeAddress(cpu, index, value);
            }
        }
        return true;
    }

    private static boolean accept(long written) {
        return true;
    }

    /** MSRs that hold linear addresses. */
    private static boolean writeAddress(Cpu cpu, int index, long value) {
        boolean canonical = Cpu.canonical(value);
        switch (index) {
            case Msr.LSTAR -> cpu.lstar = canonical ? value : cpu.lstar;
            case Msr.CSTAR -> cpu.cstar = canonical ? value : cpu.cstar;
            case Msr.FS_BASE -> cpu.base[Cpu.FS] = canonical ? value : cpu.base[Cpu.FS];
            case Msr.GS_BASE -> cpu.base[Cpu.GS] = canonical ? value : cpu.base[Cpu.GS];
            case Msr.KERNEL_GS_BASE -> cpu.kernelGsBase = canonical ? value : cpu.kernelGsBase;
            case Msr.SYSENTER_ESP -> cpu.sysenterEsp = canonical ? value : cpu.sysenterEsp;
            case Msr.SYSENTER_EIP -> cpu.sysenterEip = canonical ? value : cpu.sysenterEip;
            default -> {
                return writeOther(cpu, index, value);
            }
        }
        return canonical;
    }

    private static boolean writeEfer(Cpu cpu, long value) {
        long allowed = EFER_SCE | EFER_LME | EFER_LMA | (cpu.model.table().offers(CpuidBit.NX) ? EFER_NXE : 0);
        boolean lmeChanges = ((value ^ cpu.efer) & EFER_LME) != 0;
        if ((value & ~allowed) != 0 || lmeChanges && (cpu.cr0 & CR0_PG) != 0) {
            return false;
        }
        cpu.efer = value & ~EFER_LMA | cpu.efer & EFER_LMA;
        cpu.flushTlb();
        cpu.modeChanged();
        return true;
    }

    private static boolean writeOther(Cpu cpu, int index, long value) {
        MsrFile file = cpu.msrs;
        return switch (index) {
            case Msr.SPEC_CTRL -> (value & ~SPEC_CTRL_BITS) == 0 && accept(file.specCtrl = value);
            case Msr.PRED_CMD -> (value & ~1) == 0;
            case Msr.BIOS_SIGN_ID, Msr.BIOS_UPDT_TRIG, Msr.P5_MC_ADDR, Msr.P5_MC_TYPE -> true;
            case Msr.MISC_FEATURES_ENABLES -> value == 0;
            case Msr.MISC_ENABLE -> accept(file.miscEnable = value);
            case Msr.MCG_STATUS -> value == 0 && accept(file.mcgStatus = 0);
            case Msr.MTRR_DEF_TYPE -> (value & ~0xcff) == 0 && legalMtrrType((int) value & 0xff) && accept(file.mtrrDefault = value);
            default -> writeRange(file, index, value);
        };
    }

    private static boolean writeRange(MsrFile file, int index, long value) {
        int fixed = fixedRange(index);
        if (fixed >= 0) {
            for (int part = 0; part < 8; part++) {
                if (!legalMtrrType((int) (value >>> 8 * part) & 0xff)) {
                    return false;
                }
            }
            file.mtrrFixed[fixed] = value;
            return true;
        }
        if (index >= Msr.MTRR_PHYSBASE0 && index < Msr.MTRR_PHYSBASE0 + file.mtrrVariable.length) {
            boolean mask = (index & 1) != 0;
            long reserved = -1L << 46 | (mask ? 0x7ff : 0xf00);
            boolean legal = (value & reserved) == 0 && (mask || legalMtrrType((int) value & 0xff));
            return legal && accept(file.mtrrVariable[index - Msr.MTRR_PHYSBASE0] = value);
        }
        if (index >= Msr.MC0_CTL && index < Msr.MC0_CTL + file.bank.length) {
            int register = index & 3;
            boolean legal = value == 0 || register == MsrFile.BANK_CONTROL && value == -1 || register > MsrFile.BANK_STATUS;
            return legal && accept(file.bank[index - Msr.MC0_CTL] = value);
        }
        return false;
    }

    private static int fixedRange(int index) {
        if (index == Msr.MTRR_FIX64K_00000) {
            return 0;
        }
        if (index == Msr.MTRR_FIX16K_80000 || index == Msr.MTRR_FIX16K_A0000) {
            return 1 + index - Msr.MTRR_FIX16K_80000;
        }
        return index >= Msr.MTRR_FIX4K_C0000 && index <= Msr.MTRR_FIX4K_F8000 ? 3 + index - Msr.MTRR_FIX4K_C0000 : -1;
    }

    private static boolean legalMtrrType(int type) {
        return type == 0 || type == 1 || type >= 4 && type <= 6;
    }

    private static boolean legalPat(long value) {
        for (int entry = 0; entry < 8; entry++) {
            int type = (int) (value >>> 8 * entry) & 0xff;
            if (type > 7 || type == 2 || type == 3) {
                return false;
            }
        }
        return true;
    }
}
