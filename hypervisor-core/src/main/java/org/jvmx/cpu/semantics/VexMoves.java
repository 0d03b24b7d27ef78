package org.jvmx.cpu.semantics;

import static org.jvmx.cpu.semantics.SseOperands.high;
import static org.jvmx.cpu.semantics.SseOperands.low;
import static org.jvmx.cpu.semantics.SseOperands.setVex;
import static org.jvmx.cpu.state.CpuState.UPPER;
import static org.jvmx.isa.Mnemonic.*;

import java.util.Arrays;
import org.jvmx.cpu.fp.PackedShuffle;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** The VEX forms of moves, broadcasts, and moves of halves of YMM registers. SDM Vol. 2: VBROADCAST VEXTRACTx128 VINSERTx128 VMOV... VZEROx. */
final class VexMoves {
    private static final long DOUBLEWORD = 0xffff_ffffL;

    private VexMoves() {
    }

    static void define(Meanings to) {
        Mnemonic[] full = {VMOVUPS, VMOVUPD, VMOVAPS, VMOVAPD, VMOVDQA, VMOVDQU, VMOVNTPS, VMOVNTPD, VMOVNTDQ, VMOVNTDQA, VLDDQU};
        for (Mnemonic mnemonic : full) {
            SimdForms.byLength(to, mnemonic, VexMoves::move, VexMoves::moveWide);
        }
        to.effect(VMOVSS, VexMoves::vmovss);
        to.effect(VMOVSD_XMM, VexMoves::vmovsd);
        for (Mnemonic mnemonic : new Mnemonic[] {VMOVLPS, VMOVLPD}) {
            to.effect(mnemonic, VexMoves::moveLow);
        }
        for (Mnemonic mnemonic : new Mnemonic[] {VMOVHPS, VMOVHPD}) {
            to.effect(mnemonic, VexMoves::moveHigh);
        }
        to.effect(VMOVHLPS, (cpu, insn) -> setVex(cpu, insn.register(0), high(cpu, insn.register(2)), high(cpu, insn.register(1))));
        to.effect(VMOVLHPS, (cpu, insn) -> setVex(cpu, insn.register(0), low(cpu, insn.register(1)), low(cpu, insn.register(2))));
        to.effect(VMOVD, VexMoves::moveScalar);
        to.effect(VMOVQ, VexMoves::moveScalar);
        SimdForms.byLength(to, VMOVMSKPS, SseMoves::movmskps, VexMoves::vmovmskps);
        SimdForms.byLength(to, VMOVMSKPD, SseMoves::movmskpd, VexMoves::vmovmskpd);
        SimdForms.byLength(to, VPMOVMSKB, SseMoves::pmovmskb, VexMoves::vpmovmskb);
        broadcast(to, VBROADCASTSS, DOUBLEWORD, 0x1_0000_0001L);
        broadcast(to, VBROADCASTSD, -1, 1);
        broadcast(to, VPBROADCASTB, 0xff, 0x0101_0101_0101_0101L);
        broadcast(to, VPBROADCASTW, 0xffff, 0x0001_0001_0001_0001L);
        broadcast(to, VPBROADCASTD, DOUBLEWORD, 0x1_0000_0001L);
        broadcast(to, VPBROADCASTQ, -1, 1);
        for (Mnemonic mnemonic : new Mnemonic[] {VBROADCASTF128, VBROADCASTI128}) {
            to.effect(mnemonic, VexMoves::broadcast128);
        }
        to.effect(VINSERTF128, VexMoves::insert);
        to.effect(VINSERTI128, VexMoves::insert);
        to.effect(VEXTRACTF128, VexMoves::extract);
        to.effect(VEXTRACTI128, VexMoves::extract);
        to.effect(VZEROUPPER, (cpu, insn) -> Arrays.fill(cpu.xmm, UPPER, UPPER + 2 * registers(insn), 0));
        to.effect(VZEROALL, (cpu, insn) -> {
            Arrays.fill(cpu.xmm, 0, 2 * registers(insn), 0);
            Arrays.fill(cpu.xmm, UPPER, UPPER + 2 * registers(insn), 0);
        });
    }

    /** How many vector registers there are: eight outside 64-bit mode. */
    static int registers(Insn insn) {
        return insn.mode64() ? 16 : 8;
    }

    private static void move(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        if (insn.isMemory(0)) {
            SseOperands.storeFull(cpu, insn, 0, cpu.simd.low, cpu.simd.high);
        } else {
            setVex(cpu, insn.register(0), cpu.simd.low, cpu.simd.high);
        }
    }

    private static void moveWide(Cpu cpu, Insn insn) {
        SimdUnit s = cpu.simd;
        SseOperands.loadWide(cpu, insn, 1);
        if (insn.isMemory(0)) {
            SseOperands.storeWide(cpu, insn);
        } else {
            SseOperands.setWide(cpu, insn.register(0), s.low, s.high, s.upperLow, s.upperHigh);
        }
    }

    private static void vmovss(Cpu cpu, Insn insn) {
        if (insn.operandCount == 3) {
            int first = insn.register(1);
            long value = low(cpu, first) & ~DOUBLEWORD | low(cpu, insn.register(2)) & DOUBLEWORD;
            setVex(cpu, insn.register(0), value, high(cpu, first));
        } else {
            loadOrStore(cpu, insn);
        }
    }

    private static void vmovsd(Cpu cpu, Insn insn) {
        if (insn.operandCount == 3) {
            setVex(cpu, insn.register(0), low(cpu, insn.register(2)), high(cpu, insn.register(1)));
        } else {
            loadOrStore(cpu, insn);
        }
    }

    private static void loadOrStore(Cpu cpu, Insn insn) {
        if (insn.isMemory(0)) {
            cpu.operand(insn, 0, low(cpu, insn.register(1)));
        } else {
            setVex(cpu, insn.register(0), cpu.operand(insn, 1), 0);
        }
    }

    private static void moveLow(Cpu cpu, Insn insn) {
        if (insn.isMemory(0)) {
            cpu.operand(insn, 0, low(cpu, insn.register(1)));
        } else {
            setVex(cpu, insn.register(0), cpu.operand(insn, 2), high(cpu, insn.register(1)));
        }
    }

    private static void moveHigh(Cpu cpu, Insn insn) {
        if (insn.isMemory(0)) {
            cpu.operand(insn, 0, high(cpu, insn.register(1)));
        } else {
            setVex(cpu, insn.register(0), low(cpu, insn.register(1)), cpu.operand(insn, 2));
        }
    }

    /** VMOVD and VMOVQ: to an XMM register with zero extension, or from one. */
    private static void moveScalar(Cpu cpu, Insn insn) {
        switch (insn.kind(0)) {
            case XMM -> setVex(cpu, insn.register(0), SseOperands.scalar(cpu, insn, 1), 0);
            default -> cpu.operand(insn, 0, low(cpu, insn.register(1)));
        }
    }

    private static void vmovmskps(Cpu cpu, Insn insn) {
        int source = 2 * insn.register(1);
        long lower = SseMoves.signsOfSingles(cpu.xmm[source], cpu.xmm[source + 1]);
        cpu.reg(insn.register(0), 4, lower | SseMoves.signsOfSingles(cpu.xmm[UPPER + source], cpu.xmm[UPPER + source + 1]) << 4);
    }

    private static void vmovmskpd(Cpu cpu, Insn insn) {
        int source = 2 * insn.register(1);
        long lower = cpu.xmm[source] >>> 63 | cpu.xmm[source + 1] >>> 62 & 2;
        cpu.reg(insn.register(0), 4, lower | cpu.xmm[UPPER + source] >>> 61 & 4 | cpu.xmm[UPPER + source + 1] >>> 60 & 8);
    }

    private static void vpmovmskb(Cpu cpu, Insn insn) {
        int source = 2 * insn.register(1);
        long signs = 0;
        for (int n = 0; n < 4; n++) {
            long quadword = cpu.xmm[source + (n & 1) + (n < 2 ? 0 : UPPER)];
            signs |= (long) PackedShuffle.signsOfBytes(quadword) << 8 * n;
        }
        cpu.reg(insn.register(0), 4, signs);
    }

    private static void broadcast(Meanings to, Mnemonic mnemonic, long mask, long times) {
        SimdForms.byLength(to, mnemonic, (cpu, insn) -> {
            long value = (SseOperands.scalar(cpu, insn, 1) & mask) * times;
            setVex(cpu, insn.register(0), value, value);
        }, (cpu, insn) -> {
            long value = (SseOperands.scalar(cpu, insn, 1) & mask) * times;
            SseOperands.setWide(cpu, insn.register(0), value, value, value, value);
        });
    }

    private static void broadcast128(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        SseOperands.setWide(cpu, insn.register(0), cpu.simd.low, cpu.simd.high, cpu.simd.low, cpu.simd.high);
    }

    private static void insert(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 2);
        SimdUnit s = cpu.simd;
        int first = 2 * insn.register(1);
        if ((insn.immediate & 1) == 0) {
            SseOperands.setWide(cpu, insn.register(0), s.low, s.high, cpu.xmm[UPPER + first], cpu.xmm[UPPER + first + 1]);
        } else {
            SseOperands.setWide(cpu, insn.register(0), cpu.xmm[first], cpu.xmm[first + 1], s.low, s.high);
        }
    }

    private static void extract(Cpu cpu, Insn insn) {
        int from = 2 * insn.register(1) + ((insn.immediate & 1) == 0 ? 0 : UPPER);
        if (insn.isMemory(0)) {
            SseOperands.storeFull(cpu, insn, 0, cpu.xmm[from], cpu.xmm[from + 1]);
        } else {
            setVex(cpu, insn.register(0), cpu.xmm[from], cpu.xmm[from + 1]);
        }
    }
}
