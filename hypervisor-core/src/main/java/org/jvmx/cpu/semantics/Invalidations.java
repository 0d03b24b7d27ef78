package org.jvmx.cpu.semantics;

import org.jvmx.arch.Cr4;
import org.jvmx.cpu.state.CpuState;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.PrimaryControl;
import org.jvmx.vmx.SecondaryControl;

/** What forgets translations. SDM Vol. 2: INVLPG INVPCID. */
final class Invalidations {
    private static final int INVPCID_TYPES = 4;
    private static final int ADDRESS = 0;
    private static final int CONTEXT = 1;

    private Invalidations() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.INVLPG, Invalidations::invalidatePage);
        to.effect(Mnemonic.INVPCID, Invalidations::invalidateContext);
    }

    private static void invalidatePage(Cpu cpu, Insn insn) {
        long offset = cpu.offset(insn);
        boolean wide = cpu.longCode();
        boolean based = !wide || insn.segment >= CpuState.FS;
        long linear = offset + (based ? cpu.base[insn.segment] : 0) & (wide ? -1 : 0xffff_ffffL);
        if (Intercepts.on(cpu, PrimaryControl.INVLPG_EXITING)) {
            Intercepts.exit(cpu, insn, ExitReason.INVLPG, linear);
            return;
        }
        if (!wide || CpuState.canonical(linear)) {
            cpu.flushPage(linear);
            cpu.blockLimit = 0;
        }
    }

    private static void invalidateContext(Cpu cpu, Insn insn) {
        if (!cpu.controls.has(SecondaryControl.ENABLE_INVPCID)) {
            throw cpu.ud();
        }
        if (cpu.cpl != 0) {
            throw cpu.gp(0);
        }
        if (Intercepts.on(cpu, PrimaryControl.INVLPG_EXITING)) {
            Intercepts.exit(cpu, insn, ExitReason.INVPCID, Intercepts.displacement(cpu, insn));
            cpu.exit.instruction(Intercepts.operandsInformation(insn));
            return;
        }
        long type = cpu.gpr[insn.reg] & Cpu.mask(insn.mode64() ? 8 : 4);
        long at = cpu.offset(insn);
        long tag = cpu.load(insn.segment, cpu.linear(insn.segment, at, 8, false), 8);
        long second = cpu.linear(insn.segment, at + 8 & Cpu.mask(insn.addressSize), 8, false);
        long linear = cpu.load(insn.segment, second, 8);
        boolean needsTag = type == ADDRESS || type == CONTEXT;
        boolean badTag = needsTag && (tag >>> 12 != 0 || (cpu.cr4 & Cr4.PCIDE) == 0 && tag != 0);
        if (Long.compareUnsigned(type, INVPCID_TYPES) >= 0 || badTag || type == ADDRESS && !CpuState.canonical(linear)) {
            throw cpu.gp(0);
        }
        if (type == ADDRESS) {
            cpu.flushPage(linear);
        } else {
            cpu.flushTlb();
        }
        cpu.blockLimit = 0;
    }
}
