package org.jvmx.cpu.semantics;

import java.util.Arrays;
import org.jvmx.cpu.fp.Fp80;
import org.jvmx.isa.Feature;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.SecondaryControl;

/**
 * Saving and restoring x87, SSE and AVX state. SDM Vol. 1, "Managing State Using the XSAVE Feature Set"; SDM Vol. 2: FXRSTOR FXSAVE XGETBV
 * XRSTOR XRSTORS XSAVE XSAVEC XSAVEOPT XSAVES XSETBV. The components are x87 (bit 0), SSE (bit 1)
 * and AVX (bit 2): bits 255:128 of the YMM registers, which lie behind the header in the compacted form too.
 */
final class XsaveFamily {
    private static final int X87 = 1;
    private static final int SSE = 2;
    private static final int AVX = 4;
    private static final int HEADER = 512;
    /** Where the AVX component begins, and its size. */
    private static final int UPPER_HALVES = 576;
    private static final int UPPER_SIZE = 256;
    private static final long COMPACTED = 1L << 63;
    private static final int MXCSR_RESERVED = 0xffff_0000;
    private static final int MXCSR_MASK = 0xffff;

    private XsaveFamily() {
    }

    static void define(Meanings to) {
        to.effect(Mnemonic.FXSAVE, XsaveFamily::fxsave);
        to.effect(Mnemonic.FXRSTOR, XsaveFamily::fxrstor);
        to.effect(Mnemonic.XSAVE, (cpu, insn) -> save(cpu, insn, false, false));
        to.effect(Mnemonic.XSAVEOPT, (cpu, insn) -> save(cpu, insn, false, true));
        to.effect(Mnemonic.XSAVEC, (cpu, insn) -> save(cpu, insn, true, true));
        to.effect(Mnemonic.XSAVES, XsaveFamily::xsaves);
        to.effect(Mnemonic.XRSTOR, (cpu, insn) -> restore(cpu, insn, false));
        to.effect(Mnemonic.XRSTORS, XsaveFamily::xrstors);
        to.effect(Mnemonic.XGETBV, XsaveFamily::xgetbv);
        to.effect(Mnemonic.XSETBV, XsaveFamily::xsetbv);
    }

    // --- FXSAVE

    private static void fxsave(Cpu cpu, Insn insn) {
        checkAvailable(cpu, (cpu.cr0 & 0xc) != 0);
        long area = area(cpu, insn, 512, 16, true);
        int segment = insn.segment;
        saveX87(cpu, segment, area, insn.operandSize == 8);
        cpu.store32(segment, area + 24, cpu.mxcsr);
        cpu.store32(segment, area + 28, MXCSR_MASK);
        if ((cpu.cr4 & 1 << 9) != 0) {
            saveXmm(cpu, insn, area);
        }
    }

    private static void fxrstor(Cpu cpu, Insn insn) {
        checkAvailable(cpu, (cpu.cr0 & 0xc) != 0);
        long area = area(cpu, insn, 512, 16, false);
        int mxcsr = (int) cpu.load32(insn.segment, area + 24);
        boolean sse = (cpu.cr4 & 1 << 9) != 0;
        if (sse && (mxcsr & MXCSR_RESERVED) != 0) {
            throw cpu.gp(0);
        }
        restoreX87(cpu, insn.segment, area, insn.operandSize == 8);
        if (sse) {
            cpu.mxcsr = mxcsr;
            restoreXmm(cpu, insn, area);
        }
    }

    private static void checkAvailable(Cpu cpu, boolean unavailable) {
        if (unavailable) {
            throw cpu.nm();
        }
    }

    /** The checked linear address of the save area; every page of it permits the access. */
    private static long area(Cpu cpu, Insn insn, int size, int alignment, boolean write) {
        long linear = areaAddress(cpu, insn, size, alignment, write);
        cpu.probe(insn.segment, linear, size, write ? Cpu.WRITE : Cpu.READ);
        return linear;
    }

    private static long areaAddress(Cpu cpu, Insn insn, int size, int alignment, boolean write) {
        long linear = cpu.address(insn, size, write);
        if (cpu.longMode() && !Cpu.canonical(linear)) {
            throw cpu.badAddress(insn.segment);
        }
        if ((linear & alignment - 1) != 0) {
            cpu.align(linear, 4);
            throw cpu.gp(0);
        }
        return linear;
    }

    /** Faults as an access to the parts of these components would; the others may lie in pages that are not there. */
    private static void probeComponents(Cpu cpu, int segment, long area, int components, boolean mxcsr, int access) {
        if ((components & X87) != 0) {
            cpu.probe(segment, area, 24, access);
            cpu.probe(segment, area + 32, 128, access);
        }
        if (mxcsr) {
            cpu.probe(segment, area + 24, 8, access);
        }
        if ((components & SSE) != 0) {
            cpu.probe(segment, area + 160, 256, access);
        }
        if ((components & AVX) != 0) {
            cpu.probe(segment, area + UPPER_HALVES, UPPER_SIZE, access);
        }
    }

    // --- components

    private static void saveX87(Cpu cpu, int segment, long area, boolean wide) {
        cpu.store16(segment, area, cpu.fpControl);
        cpu.store16(segment, area + 2, X87Control.statusWord(cpu));
        cpu.store8(segment, area + 4, cpu.fpNotEmpty);
        cpu.store8(segment, area + 5, 0);
        cpu.store16(segment, area + 6, cpu.fpOpcode);
        if (wide) {
            cpu.store64(segment, area + 8, cpu.fpInstruction);
            cpu.store64(segment, area + 16, cpu.fpData);
        } else {
            cpu.store32(segment, area + 8, cpu.fpInstruction);
            cpu.store32(segment, area + 12, cpu.fpInstructionSelector & 0xffff);
            cpu.store32(segment, area + 16, cpu.fpData);
            cpu.store32(segment, area + 20, cpu.fpDataSelector & 0xffff);
        }
        for (int n = 0; n < 8; n++) {
            int physical = cpu.fpTop + n & 7;
            cpu.store64(segment, area + 32 + 16 * n, cpu.fpSignificand[physical]);
            cpu.store64(segment, area + 40 + 16 * n, cpu.fpSignExponent[physical] & 0xffff);
        }
    }

    private static void restoreX87(Cpu cpu, int segment, long area, boolean wide) {
        X87Control.controlWord(cpu, (int) cpu.load16(segment, area));
        X87Control.statusWord(cpu, (int) cpu.load16(segment, area + 2));
        cpu.fpNotEmpty = (int) cpu.load8(segment, area + 4);
        cpu.fpOpcode = (int) cpu.load16(segment, area + 6) & 0x7ff;
        cpu.fpInstruction = wide ? cpu.load64(segment, area + 8) : cpu.load32(segment, area + 8);
        cpu.fpData = wide ? cpu.load64(segment, area + 16) : cpu.load32(segment, area + 16);
        cpu.fpInstructionSelector = 0;
        cpu.fpDataSelector = 0;
        for (int n = 0; n < 8; n++) {
            int physical = cpu.fpTop + n & 7;
            cpu.fpSignificand[physical] = cpu.load64(segment, area + 32 + 16 * n);
            cpu.fpSignExponent[physical] = (int) cpu.load16(segment, area + 40 + 16 * n);
        }
    }

    /** The initial configuration of the x87 component: as after FNINIT, with empty registers of zero. */
    private static void initialiseX87(Cpu cpu) {
        X87Control.initialize(cpu);
        Arrays.fill(cpu.fpSignificand, 0);
        Arrays.fill(cpu.fpSignExponent, 0);
    }

    private static boolean x87InUse(Cpu cpu) {
        boolean initial =
                cpu.fpControl == Fp80.RESET_CONTROL && cpu.fpStatus == 0 && cpu.fpTop == 0 && cpu.fpNotEmpty == 0 && cpu.fpOpcode == 0
                        && cpu.fpInstruction == 0 && cpu.fpData == 0;
        for (int n = 0; n < 8; n++) {
            initial &= cpu.fpSignificand[n] == 0 && cpu.fpSignExponent[n] == 0;
        }
        return !initial;
    }

    private static int xmmRegisters(Insn insn) {
        return insn.mode64() ? 16 : 8;
    }

    private static void saveXmm(Cpu cpu, Insn insn, long area) {
        for (int n = 0; n < 2 * xmmRegisters(insn); n++) {
            cpu.store64(insn.segment, area + 160 + 8 * n, cpu.xmm[n]);
        }
    }

    private static void saveUpper(Cpu cpu, Insn insn, long area) {
        for (int n = 0; n < 2 * xmmRegisters(insn); n++) {
            cpu.store64(insn.segment, area + UPPER_HALVES + 8 * n, cpu.xmm[Cpu.UPPER + n]);
        }
    }

    private static void restoreXmm(Cpu cpu, Insn insn, long area) {
        for (int n = 0; n < 2 * xmmRegisters(insn); n++) {
            cpu.xmm[n] = cpu.load64(insn.segment, area + 160 + 8 * n);
        }
    }

    private static void restoreUpper(Cpu cpu, Insn insn, long area) {
        for (int n = 0; n < 2 * xmmRegisters(insn); n++) {
            cpu.xmm[Cpu.UPPER + n] = cpu.load64(insn.segment, area + UPPER_HALVES + 8 * n);
        }
    }

    /** Zeroes the lower halves of the vector registers, or those from {@link Cpu#UPPER} on. */
    private static void clear(Cpu cpu, Insn insn, int from) {
        Arrays.fill(cpu.xmm, from, from + 2 * xmmRegisters(insn), 0);
    }

    private static boolean vectorsInUse(Cpu cpu, Insn insn, int from) {
        long used = 0;
        for (int n = from; n < from + 2 * xmmRegisters(insn); n++) {
            used |= cpu.xmm[n];
        }
        return used != 0;
    }

    private static int inUse(Cpu cpu, Insn insn) {
        return (x87InUse(cpu) ? X87 : 0) | (vectorsInUse(cpu, insn, 0) ? SSE : 0) | (vectorsInUse(cpu, insn, Cpu.UPPER) ? AVX : 0);
    }

    // --- XSAVE

    private static void requireXsave(Cpu cpu) {
        if ((cpu.cr4 & 1 << 18) == 0) {
            throw cpu.ud();
        }
        checkAvailable(cpu, (cpu.cr0 & 8) != 0);
    }

    /** How far the area goes if these components are wanted. */
    private static int areaSize(int wanted) {
        return (wanted & AVX) != 0 ? UPPER_HALVES + UPPER_SIZE : HEADER + 64;
    }

    private static long instructionMask(Cpu cpu) {
        return cpu.gpr[Cpu.RAX] & 0xffff_ffffL | cpu.gpr[Cpu.RDX] << 32;
    }

    private static void save(Cpu cpu, Insn insn, boolean compacted, boolean onlyModified) {
        requireXsave(cpu);
        int wanted = (int) (instructionMask(cpu) & cpu.xcr0);
        long area = areaAddress(cpu, insn, areaSize(wanted), 64, true);
        int segment = insn.segment;
        int used = inUse(cpu, insn);
        int written = onlyModified ? wanted & used : wanted;
        if (compacted && (wanted & SSE) != 0 && cpu.mxcsr != 0x1f80) {
            used |= SSE;
            written |= SSE;
        }
        boolean savesMxcsr = compacted ? (written & SSE) != 0 : (wanted & (SSE | AVX)) != 0;
        cpu.probe(segment, area + HEADER, 64, Cpu.WRITE);
        probeComponents(cpu, segment, area, written, savesMxcsr, Cpu.WRITE);
        long header = compacted ? 0 : cpu.load64(segment, area + HEADER);
        if ((written & X87) != 0) {
            saveX87(cpu, segment, area, insn.operandSize == 8);
        }
        if ((written & SSE) != 0) {
            saveXmm(cpu, insn, area);
        }
        if ((written & AVX) != 0) {
            saveUpper(cpu, insn, area);
        }
        if (savesMxcsr) {
            cpu.store32(segment, area + 24, cpu.mxcsr);
            cpu.store32(segment, area + 28, MXCSR_MASK);
        }
        cpu.store64(segment, area + HEADER, header & ~wanted | used & wanted);
        if (compacted) {
            cpu.store64(segment, area + HEADER + 8, COMPACTED | wanted);
        }
    }

    private static void xsaves(Cpu cpu, Insn insn) {
        requireSupervisor(cpu, SecondaryControl.ENABLE_XSAVES);
        if (exitsOnState(cpu)) {
            Intercepts.exit(cpu, insn, ExitReason.XSAVES);
            cpu.exit.instruction(Intercepts.operandInformation(insn));
            return;
        }
        save(cpu, insn, true, true);
    }

    private static void xrstors(Cpu cpu, Insn insn) {
        requireSupervisor(cpu, SecondaryControl.ENABLE_XSAVES);
        if (exitsOnState(cpu)) {
            Intercepts.exit(cpu, insn, ExitReason.XRSTORS);
            cpu.exit.instruction(Intercepts.operandInformation(insn));
            return;
        }
        restore(cpu, insn, true);
    }

    private static void requireSupervisor(Cpu cpu, SecondaryControl control) {
        if (!cpu.controls.has(control) || (cpu.cr4 & 1 << 18) == 0) {
            throw cpu.ud();
        }
        if (cpu.cpl != 0) {
            throw cpu.gp(0);
        }
    }

    private static boolean exitsOnState(Cpu cpu) {
        long asked = instructionMask(cpu) & (cpu.xcr0 | cpu.xss);
        return (asked & cpu.controls.xssBitmap) != 0 && Intercepts.unconditional(cpu);
    }

    private static void restore(Cpu cpu, Insn insn, boolean supervisor) {
        requireXsave(cpu);
        int wanted = (int) (instructionMask(cpu) & cpu.xcr0);
        long area = areaAddress(cpu, insn, areaSize(wanted), 64, false);
        int segment = insn.segment;
        cpu.probe(segment, area + HEADER, 64, Cpu.READ);
        probeComponents(cpu, segment, area, wanted, (wanted & (SSE | AVX)) != 0, Cpu.READ);
        long present = cpu.load64(segment, area + HEADER);
        long layout = cpu.load64(segment, area + HEADER + 8);
        checkHeader(cpu, segment, area, present, layout, supervisor);
        int loaded = wanted & (int) present;
        boolean compacted = layout < 0;
        boolean loadsMxcsr = compacted ? (loaded & SSE) != 0 : (wanted & (SSE | AVX)) != 0;
        int mxcsr = loadsMxcsr ? (int) cpu.load32(segment, area + 24) : 0;
        if (loadsMxcsr && (mxcsr & MXCSR_RESERVED) != 0) {
            throw cpu.gp(0);
        }
        if ((wanted & X87) != 0) {
            if ((loaded & X87) != 0) {
                restoreX87(cpu, segment, area, insn.operandSize == 8);
            } else {
                initialiseX87(cpu);
            }
        }
        if ((wanted & SSE) != 0) {
            if ((loaded & SSE) != 0) {
                restoreXmm(cpu, insn, area);
            } else {
                clear(cpu, insn, 0);
            }
        }
        if ((loaded & AVX) != 0) {
            restoreUpper(cpu, insn, area);
        } else if ((wanted & AVX) != 0) {
            clear(cpu, insn, Cpu.UPPER);
        }
        if (loadsMxcsr) {
            cpu.mxcsr = mxcsr;
        } else if (compacted && (wanted & SSE) != 0) {
            cpu.mxcsr = 0x1f80;
        }
    }

    /** SDM Vol. 1, "XSAVE Header" and the faults of XRSTOR and XRSTORS. */
    private static void checkHeader(Cpu cpu, int segment, long area, long present, long layout, boolean supervisor) {
        boolean bad = supervisor && layout >= 0;
        if (layout < 0) {
            long named = layout & ~COMPACTED;
            bad |= (named & ~cpu.xcr0) != 0 || (present & ~named) != 0;
            for (int at = 16; at < 64; at += 8) {
                bad |= cpu.load64(segment, area + HEADER + at) != 0;
            }
        } else {
            bad |= (present & ~cpu.xcr0) != 0 || layout != 0 || cpu.load64(segment, area + HEADER + 16) != 0;
        }
        if (bad) {
            throw cpu.gp(0);
        }
    }

    // --- XCR0

    private static void xgetbv(Cpu cpu, Insn insn) {
        if ((cpu.cr4 & 1 << 18) == 0) {
            throw cpu.ud();
        }
        int index = (int) cpu.gpr[Cpu.RCX];
        if (index != 0 && index != 1) {
            throw cpu.gp(0);
        }
        long value = index == 0 ? cpu.xcr0 : cpu.xcr0 & inUse(cpu, insn);
        cpu.gpr[Cpu.RAX] = value & 0xffff_ffffL;
        cpu.gpr[Cpu.RDX] = value >>> 32;
    }

    private static void xsetbv(Cpu cpu, Insn insn) {
        if ((cpu.cr4 & 1 << 18) == 0) {
            throw cpu.ud();
        }
        if (cpu.cpl != 0) {
            throw cpu.gp(0);
        }
        if (Intercepts.unconditional(cpu)) {
            Intercepts.exit(cpu, insn, ExitReason.XSETBV);
            return;
        }
        long value = instructionMask(cpu);
        if ((int) cpu.gpr[Cpu.RCX] != 0 || !legalXcr0(cpu, value)) {
            throw cpu.gp(0);
        }
        cpu.xcr0 = value;
        cpu.modeChanged();
    }

    /** SDM Vol. 1, "Extended Control Register XCR0": x87 is always there, and AVX needs SSE. */
    private static boolean legalXcr0(Cpu cpu, long value) {
        int offered = cpu.model.offers(Feature.AVX) ? X87 | SSE | AVX : X87 | SSE;
        return (value & ~offered) == 0 && (value & X87) != 0 && (value & (SSE | AVX)) != AVX;
    }
}
