package org.jvmx.cpu.semantics;

import static org.jvmx.cpu.semantics.SseOperands.high;
import static org.jvmx.cpu.semantics.SseOperands.low;

import org.jvmx.cpu.fp.PackedShuffle;
import org.jvmx.cpu.mmu.Paging;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.OperandKind;

/** Moves of MMX and XMM registers, and MXCSR. SDM Vol. 2: EMMS LDDQU LDMXCSR MASKMOVDQU MASKMOVQ MOV... PEXTRx PINSRx PMOVMSKB STMXCSR. */
final class SseMoves {
    private static final int MXCSR_MASK = 0xffff;
    private static final long DOUBLEWORD = 0xffff_ffffL;

    private SseMoves() {
    }

    static void define(Meanings to) {
        Mnemonic[] full = {Mnemonic.MOVUPS, Mnemonic.MOVUPD, Mnemonic.MOVAPS, Mnemonic.MOVAPD, Mnemonic.MOVDQA, Mnemonic.MOVDQU,
            Mnemonic.MOVNTPS, Mnemonic.MOVNTPD, Mnemonic.MOVNTDQ, Mnemonic.MOVNTDQA, Mnemonic.LDDQU};
        for (Mnemonic mnemonic : full) {
            to.effect(mnemonic, SseMoves::moveFull);
        }
        to.effect(Mnemonic.MOVSS, SseMoves::movss);
        to.effect(Mnemonic.MOVSD_XMM, SseMoves::movsd);
        to.effect(Mnemonic.MOVLPS, SseMoves::moveLow);
        to.effect(Mnemonic.MOVLPD, SseMoves::moveLow);
        to.effect(Mnemonic.MOVHPS, SseMoves::moveHigh);
        to.effect(Mnemonic.MOVHPD, SseMoves::moveHigh);
        to.effect(Mnemonic.MOVHLPS, (cpu, insn) -> cpu.xmm[2 * insn.register(0)] = high(cpu, insn.register(1)));
        to.effect(Mnemonic.MOVLHPS, (cpu, insn) -> cpu.xmm[2 * insn.register(0) + 1] = low(cpu, insn.register(1)));
        to.effect(Mnemonic.MOVDDUP, SseMoves::movddup);
        to.effect(Mnemonic.MOVSLDUP, SseMoves::movsldup);
        to.effect(Mnemonic.MOVSHDUP, SseMoves::movshdup);
        to.effect(Mnemonic.MOVMSKPS, SseMoves::movmskps);
        to.effect(Mnemonic.MOVMSKPD, SseMoves::movmskpd);
        to.bind(Mnemonic.MOVD, new Meaning.ByForm(SseMoves::moveForm));
        to.bind(Mnemonic.MOVQ, new Meaning.ByForm(SseMoves::moveForm));
        to.effect(Mnemonic.MOVNTQ, SseMoves::moveMmx);
        to.effect(Mnemonic.MOVQ2DQ, SseMoves::movq2dq);
        to.effect(Mnemonic.MOVDQ2Q, SseMoves::moveMmx);
        to.effect(Mnemonic.PMOVMSKB, SseMoves::pmovmskb);
        to.effect(Mnemonic.MASKMOVQ, SseMoves::maskmovq);
        to.effect(Mnemonic.MASKMOVDQU, SseMoves::maskmovdqu);
        to.effect(Mnemonic.EMMS, SseMoves::emms);
        to.effect(Mnemonic.LDMXCSR, SseMoves::ldmxcsr);
        to.effect(Mnemonic.STMXCSR, (cpu, insn) -> cpu.operand(insn, 0, cpu.mxcsr & DOUBLEWORD));
        defineElements(to);
    }

    private static void defineElements(Meanings to) {
        to.effect(Mnemonic.PINSRB, (cpu, insn) -> insert(cpu, insn, 1));
        to.effect(Mnemonic.PINSRD, (cpu, insn) -> insert(cpu, insn, 4));
        to.effect(Mnemonic.PINSRQ, (cpu, insn) -> insert(cpu, insn, 8));
        to.effect(Mnemonic.PINSRW, SseMoves::pinsrw);
        to.effect(Mnemonic.PEXTRB, (cpu, insn) -> extract(cpu, insn, 1));
        to.effect(Mnemonic.PEXTRD, (cpu, insn) -> extract(cpu, insn, 4));
        to.effect(Mnemonic.PEXTRQ, (cpu, insn) -> extract(cpu, insn, 8));
        to.effect(Mnemonic.EXTRACTPS, (cpu, insn) -> extract(cpu, insn, 4));
        to.effect(Mnemonic.PEXTRW, SseMoves::pextrw);
        to.effect(Mnemonic.INSERTPS, SseMoves::insertps);
    }

    private static void moveFull(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        SseOperands.storeFull(cpu, insn, 0, cpu.simd.low, cpu.simd.high);
    }

    private static void movss(Cpu cpu, Insn insn) {
        if (insn.isMemory(0)) {
            cpu.operand(insn, 0, low(cpu, insn.register(1)));
        } else if (insn.isMemory(1)) {
            SseOperands.set(cpu, insn.register(0), cpu.operand(insn, 1), 0);
        } else {
            int at = 2 * insn.register(0);
            cpu.xmm[at] = cpu.xmm[at] & ~DOUBLEWORD | low(cpu, insn.register(1)) & DOUBLEWORD;
        }
    }

    private static void movsd(Cpu cpu, Insn insn) {
        if (insn.isMemory(0)) {
            cpu.operand(insn, 0, low(cpu, insn.register(1)));
        } else if (insn.isMemory(1)) {
            SseOperands.set(cpu, insn.register(0), cpu.operand(insn, 1), 0);
        } else {
            cpu.xmm[2 * insn.register(0)] = low(cpu, insn.register(1));
        }
    }

    private static void moveLow(Cpu cpu, Insn insn) {
        if (insn.isMemory(0)) {
            cpu.operand(insn, 0, low(cpu, insn.register(1)));
        } else {
            cpu.xmm[2 * insn.register(0)] = cpu.operand(insn, 1);
        }
    }

    private static void moveHigh(Cpu cpu, Insn insn) {
        if (insn.isMemory(0)) {
            cpu.operand(insn, 0, high(cpu, insn.register(1)));
        } else {
            cpu.xmm[2 * insn.register(0) + 1] = cpu.operand(insn, 1);
        }
    }

    private static void movddup(Cpu cpu, Insn insn) {
        long value = SseOperands.scalar(cpu, insn, 1);
        SseOperands.set(cpu, insn.register(0), value, value);
    }

    private static void movsldup(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        long low = cpu.simd.low & DOUBLEWORD;
        long high = cpu.simd.high & DOUBLEWORD;
        SseOperands.set(cpu, insn.register(0), low | low << 32, high | high << 32);
    }

    private static void movshdup(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        long low = cpu.simd.low >>> 32;
        long high = cpu.simd.high >>> 32;
        SseOperands.set(cpu, insn.register(0), low | low << 32, high | high << 32);
    }

    private static void movmskps(Cpu cpu, Insn insn) {
        long low = low(cpu, insn.register(1));
        long high = high(cpu, insn.register(1));
        cpu.reg(insn.register(0), 4, low >>> 31 & 1 | low >>> 62 & 2 | high >>> 29 & 4 | high >>> 60 & 8);
    }

    private static void movmskpd(Cpu cpu, Insn insn) {
        cpu.reg(insn.register(0), 4, low(cpu, insn.register(1)) >>> 63 | high(cpu, insn.register(1)) >>> 62 & 2);
    }

    /** MOVD and MOVQ: to an XMM register with zero extension, from one, or with an MMX register on one side. */
    private static Meaning moveForm(Insn insn) {
        if (insn.kind(0) == OperandKind.XMM) {
            return new Meaning.Effect((cpu, i) -> SseOperands.set(cpu, i.register(0), SseOperands.scalar(cpu, i, 1), 0));
        }
        boolean mmx = insn.kind(0) == OperandKind.MMX || insn.kind(1) == OperandKind.MMX;
        return new Meaning.Effect(mmx ? SseMoves::moveMmx : (cpu, i) -> cpu.operand(i, 0, low(cpu, i.register(1))));
    }

    private static void moveMmx(Cpu cpu, Insn insn) {
        SseOperands.beginMmx(cpu);
        long value = SseOperands.scalar(cpu, insn, 1);
        if (insn.kind(0) == OperandKind.MMX) {
            SseOperands.mmx(cpu, insn.register(0), value);
        } else {
            cpu.operand(insn, 0, value);
        }
        SseOperands.endMmx(cpu);
    }

    private static void movq2dq(Cpu cpu, Insn insn) {
        SseOperands.beginMmx(cpu);
        SseOperands.set(cpu, insn.register(0), cpu.fpSignificand[insn.register(1)], 0);
        SseOperands.endMmx(cpu);
    }

    private static void pmovmskb(Cpu cpu, Insn insn) {
        int source = insn.register(1);
        if (insn.kind(1) == OperandKind.MMX) {
            SseOperands.beginMmx(cpu);
            cpu.reg(insn.register(0), 4, PackedShuffle.signsOfBytes(cpu.fpSignificand[source]));
            SseOperands.endMmx(cpu);
        } else {
            cpu.reg(insn.register(0), 4, PackedShuffle.signsOfBytes(low(cpu, source)) | PackedShuffle.signsOfBytes(high(cpu, source)) << 8);
        }
    }

    private static void maskmovq(Cpu cpu, Insn insn) {
        SseOperands.beginMmx(cpu);
        int mask = PackedShuffle.signsOfBytes(cpu.fpSignificand[insn.register(1)]);
        SseOperands.endMmx(cpu);
        storeMasked(cpu, insn, 8, mask, cpu.fpSignificand[insn.register(0)], 0);
    }

    private static void maskmovdqu(Cpu cpu, Insn insn) {
        int source = insn.register(1);
        int mask = PackedShuffle.signsOfBytes(low(cpu, source)) | PackedShuffle.signsOfBytes(high(cpu, source)) << 8;
        storeMasked(cpu, insn, 16, mask, low(cpu, insn.register(0)), high(cpu, insn.register(0)));
    }

    /** Stores the selected bytes at rDI; nothing is stored if any byte of the operand faults, selected or not. */
    private static void storeMasked(Cpu cpu, Insn insn, int size, int mask, long low, long high) {
        long address = cpu.linear(insn.segment, cpu.reg(Cpu.RDI, insn.addressSize), size, true);
        cpu.align(address, 8);
        for (int part = size - 8; part >= 0; part -= 8) {
            cpu.probe(insn.segment, SseOperands.behind(cpu, address, part), 8, Paging.WRITE);
        }
        for (int n = 0; n < size; n++) {
            if ((mask >>> n & 1) != 0) {
                long value = n < 8 ? low >>> 8 * n : high >>> 8 * (n - 8);
                cpu.store8(insn.segment, SseOperands.behind(cpu, address, n), value & 0xff);
            }
        }
    }

    private static void emms(Cpu cpu, Insn insn) {
        SseOperands.beginMmx(cpu);
        cpu.fpTop = 0;
        cpu.fpNotEmpty = 0;
    }

    private static void ldmxcsr(Cpu cpu, Insn insn) {
        int value = (int) cpu.operand(insn, 0);
        if ((value & ~MXCSR_MASK) != 0) {
            throw cpu.gp(0);
        }
        cpu.mxcsr = value;
    }

    private static void insert(Cpu cpu, Insn insn, int width) {
        long value = cpu.operand(insn, 1) & Cpu.mask(width);
        insertAt(cpu, insn.register(0), (int) insn.immediate & 16 / width - 1, width, value);
    }

    private static void insertAt(Cpu cpu, int register, int element, int width, long value) {
        int bit = 8 * width * element;
        int at = 2 * register + (bit >>> 6);
        cpu.xmm[at] = cpu.xmm[at] & ~(Cpu.mask(width) << (bit & 63)) | value << (bit & 63);
    }

    private static void pinsrw(Cpu cpu, Insn insn) {
        if (insn.kind(0) == OperandKind.XMM) {
            insert(cpu, insn, 2);
            return;
        }
        SseOperands.beginMmx(cpu);
        long value = cpu.operand(insn, 1) & 0xffff;
        int shift = 16 * ((int) insn.immediate & 3);
        int register = insn.register(0);
        SseOperands.mmx(cpu, register, cpu.fpSignificand[register] & ~(0xffffL << shift) | value << shift);
        SseOperands.endMmx(cpu);
    }

    private static void extract(Cpu cpu, Insn insn, int width) {
        int bit = 8 * width * ((int) insn.immediate & 16 / width - 1);
        cpu.operand(insn, 0, cpu.xmm[2 * insn.register(1) + (bit >>> 6)] >>> (bit & 63) & Cpu.mask(width));
    }

    private static void pextrw(Cpu cpu, Insn insn) {
        if (insn.kind(1) == OperandKind.XMM) {
            extract(cpu, insn, 2);
            return;
        }
        SseOperands.beginMmx(cpu);
        cpu.reg(insn.register(0), 4, cpu.fpSignificand[insn.register(1)] >>> 16 * ((int) insn.immediate & 3) & 0xffff);
        SseOperands.endMmx(cpu);
    }

    private static void insertps(Cpu cpu, Insn insn) {
        int control = (int) insn.immediate;
        long value;
        if (insn.isMemory(1)) {
            value = cpu.operand(insn, 1);
        } else {
            value = cpu.xmm[2 * insn.register(1) + (control >>> 7 & 1)] >>> 32 * (control >>> 6 & 1) & DOUBLEWORD;
        }
        int register = insn.register(0);
        insertAt(cpu, register, control >>> 4 & 3, 4, value);
        for (int element = 0; element < 4; element++) {
            if ((control >>> element & 1) != 0) {
                insertAt(cpu, register, element, 4, 0);
            }
        }
    }
}
