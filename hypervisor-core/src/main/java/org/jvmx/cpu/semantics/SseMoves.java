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
    private static final long TWICE = 0x1_0000_0001L;

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
        to.effect(Mnemonic.MOVMSKPS, SseMoves::movmskps);
        to.effect(Mnemonic.MOVMSKPD, SseMoves::movmskpd);
        to.bind(Mnemonic.MOVD, new Meaning.ByForm(SseMoves::moveForm));
        to.bind(Mnemonic.MOVQ, new Meaning.ByForm(SseMoves::moveForm));
        to.effect(Mnemonic.MOVNTQ, SseMoves::moveMmx);
        to.effect(Mnemonic.MOVQ2DQ, SseMoves::movq2dq);
        to.effect(Mnemonic.MOVDQ2Q, SseMoves::moveMmx);
        to.effect(Mnemonic.PMOVMSKB, SseMoves::pmovmskb);
        to.effect(Mnemonic.MASKMOVQ, SseMoves::maskmovq);
        to.effect(Mnemonic.MASKMOVDQU, (cpu, insn) -> maskmovdqu(cpu, insn, false));
        to.effect(Mnemonic.VMASKMOVDQU, (cpu, insn) -> maskmovdqu(cpu, insn, true));
        to.effect(Mnemonic.EMMS, SseMoves::emms);
        SimdForms.same(to, Mnemonic.LDMXCSR, SseMoves::ldmxcsr);
        defineDuplicates(to);
        SimdForms.same(to, Mnemonic.STMXCSR, (cpu, insn) -> cpu.operand(insn, 0, cpu.mxcsr & DOUBLEWORD));
        defineElements(to);
    }

    private static void defineElements(Meanings to) {
        insert(to, Mnemonic.PINSRB, 1);
        insert(to, Mnemonic.PINSRD, 4);
        insert(to, Mnemonic.PINSRQ, 8);
        insert(to, Mnemonic.PINSRW, 2);
        SimdForms.same(to, Mnemonic.PEXTRB, (cpu, insn) -> extract(cpu, insn, 1));
        SimdForms.same(to, Mnemonic.PEXTRD, (cpu, insn) -> extract(cpu, insn, 4));
        SimdForms.same(to, Mnemonic.PEXTRQ, (cpu, insn) -> extract(cpu, insn, 8));
        SimdForms.same(to, Mnemonic.EXTRACTPS, (cpu, insn) -> extract(cpu, insn, 4));
        SimdForms.same(to, Mnemonic.PEXTRW, SseMoves::pextrw);
        to.effect(Mnemonic.INSERTPS, (cpu, insn) -> {
            long value = insertedSingle(cpu, insn, 1);
            insertps(cpu, insn.register(0), (int) insn.immediate, value);
        });
        to.effect(Mnemonic.VINSERTPS, (cpu, insn) -> {
            long value = insertedSingle(cpu, insn, 2);
            copyFirst(cpu, insn);
            insertps(cpu, insn.register(0), (int) insn.immediate, value);
        });
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

    private static void defineDuplicates(Meanings to) {
        SimdForms.Lane low = (s, _) -> s.high = s.low;
        to.effect(Mnemonic.MOVDDUP, (cpu, insn) -> {
            long value = SseOperands.scalar(cpu, insn, 1);
            SseOperands.set(cpu, insn.register(0), value, value);
        });
        SimdForms.byLength(to, Mnemonic.VMOVDDUP, (cpu, insn) -> {
            long value = SseOperands.scalar(cpu, insn, 1);
            SseOperands.setVex(cpu, insn.register(0), value, value);
        }, SimdForms.wide(low));
        SimdForms.packed(to, Mnemonic.MOVSLDUP, (s, _) -> {
            s.low = (s.low & DOUBLEWORD) * TWICE;
            s.high = (s.high & DOUBLEWORD) * TWICE;
        });
        SimdForms.packed(to, Mnemonic.MOVSHDUP, (s, _) -> {
            s.low = (s.low >>> 32) * TWICE;
            s.high = (s.high >>> 32) * TWICE;
        });
    }

    static void movmskps(Cpu cpu, Insn insn) {
        cpu.reg(insn.register(0), 4, signsOfSingles(low(cpu, insn.register(1)), high(cpu, insn.register(1))));
    }

    static long signsOfSingles(long low, long high) {
        return low >>> 31 & 1 | low >>> 62 & 2 | high >>> 29 & 4 | high >>> 60 & 8;
    }

    static void movmskpd(Cpu cpu, Insn insn) {
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

    static void pmovmskb(Cpu cpu, Insn insn) {
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
        storeMasked(cpu, insn, 8, mask, cpu.fpSignificand[insn.register(0)], 0, false);
    }

    private static void maskmovdqu(Cpu cpu, Insn insn, boolean vex) {
        int source = insn.register(1);
        int mask = PackedShuffle.signsOfBytes(low(cpu, source)) | PackedShuffle.signsOfBytes(high(cpu, source)) << 8;
        storeMasked(cpu, insn, 16, mask, low(cpu, insn.register(0)), high(cpu, insn.register(0)), vex);
    }

    /**
     * Stores the selected bytes at rDI; nothing is stored if any byte of the operand faults, selected or not. Offsets wrap at the address size in the
     * VEX form, at the width of linear addresses in the others; an end that is not canonical counts before alignment in the VEX form.
     */
    private static void storeMasked(Cpu cpu, Insn insn, int size, int mask, long low, long high, boolean vex) {
        long wrap = vex ? Cpu.mask(insn.addressSize) : -1;
        long offset = cpu.reg(Cpu.RDI, insn.addressSize);
        long address = cpu.linear(insn.segment, offset, size, true);
        if (!vex || Cpu.canonical(address + size - 1)) {
            cpu.align(address, 8);
        }
        for (int part = size - 8; part >= 0; part -= 8) {
            cpu.probe(insn.segment, cpu.linear(insn.segment, offset + part & wrap), 8, Paging.WRITE);
        }
        for (int n = 0; n < size; n++) {
            if ((mask >>> n & 1) != 0) {
                long value = n < 8 ? low >>> 8 * n : high >>> 8 * (n - 8);
                cpu.store8(insn.segment, cpu.linear(insn.segment, offset + n & wrap), value & 0xff);
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

    /** Replaces an element; PINSRW has a form on MMX registers. */
    private static void insert(Meanings to, Mnemonic mnemonic, int width) {
        EffectFn legacy = (cpu, insn) -> {
            long value = cpu.operand(insn, 1) & Cpu.mask(width);
            insertAt(cpu, insn.register(0), (int) insn.immediate & 16 / width - 1, width, value);
        };
        if (width == 2) {
            SseIntegers.bind(to, mnemonic, SseMoves::pinsrwMmx, legacy);
        } else {
            to.effect(mnemonic, legacy);
        }
        to.effect(mnemonic.vex(), (cpu, insn) -> {
            long value = cpu.operand(insn, 2) & Cpu.mask(width);
            copyFirst(cpu, insn);
            insertAt(cpu, insn.register(0), (int) insn.immediate & 16 / width - 1, width, value);
        });
    }

    /** The first source of a VEX form becomes the destination. */
    private static void copyFirst(Cpu cpu, Insn insn) {
        int first = insn.register(1);
        SseOperands.setVex(cpu, insn.register(0), low(cpu, first), high(cpu, first));
    }

    private static void insertAt(Cpu cpu, int register, int element, int width, long value) {
        int bit = 8 * width * element;
        int at = 2 * register + (bit >>> 6);
        cpu.xmm[at] = cpu.xmm[at] & ~(Cpu.mask(width) << (bit & 63)) | value << (bit & 63);
    }

    private static void pinsrwMmx(Cpu cpu, Insn insn) {
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

    private static long insertedSingle(Cpu cpu, Insn insn, int n) {
        int control = (int) insn.immediate;
        return insn.isMemory(n) ? cpu.operand(insn, n)
                : cpu.xmm[2 * insn.register(n) + (control >>> 7 & 1)] >>> 32 * (control >>> 6 & 1) & DOUBLEWORD;
    }

    private static void insertps(Cpu cpu, int register, int control, long value) {
        insertAt(cpu, register, control >>> 4 & 3, 4, value);
        for (int element = 0; element < 4; element++) {
            if ((control >>> element & 1) != 0) {
                insertAt(cpu, register, element, 4, 0);
            }
        }
    }
}
