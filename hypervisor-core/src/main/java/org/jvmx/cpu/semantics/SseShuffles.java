package org.jvmx.cpu.semantics;

import static org.jvmx.cpu.state.CpuState.UPPER;
import static org.jvmx.isa.Mnemonic.*;

import java.util.function.LongBinaryOperator;
import org.jvmx.cpu.fp.PackedShuffle;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Moves between lanes of MMX and XMM registers. SDM Vol. 2: BLENDx PALIGNR PBLENDx PMOVSX PMOVZX PSHUFx PUNPCKx SHUFPD SHUFPS UNPCKx. */
final class SseShuffles {
    private SseShuffles() {
    }

    /** A result of two quadwords from the destination's two and the source's two. */
    @FunctionalInterface
    private interface Quadword {
        long of(long low, long high, long sourceLow, long sourceHigh);
    }

    /** A quadword from the same quadword of two operands and of a mask. */
    @FunctionalInterface
    private interface Blend {
        long of(long a, long b, long mask);
    }

    static void define(Meanings to) {
        defineUnpack(to);
        both(to, PSHUFB, 0, mmx((low, _, source, _) -> PackedShuffle.shuffleBytes(low, source)), (s, _) -> {
            s.low = PackedShuffle.shuffleBytes(s.firstLow, s.firstHigh, s.low);
            s.high = PackedShuffle.shuffleBytes(s.firstLow, s.firstHigh, s.high);
        });
        both(to, PALIGNR, 0, SseShuffles::palignrMmx, SseShuffles::palignr);
        to.effect(PSHUFW, SseShuffles::pshufw);
        SimdForms.packed(to, PSHUFD, SseShuffles::pshufd);
        SimdForms.packed(to, PSHUFLW, (s, order) -> s.low = PackedShuffle.shuffleWords(s.low, order));
        SimdForms.packed(to, PSHUFHW, (s, order) -> s.high = PackedShuffle.shuffleWords(s.high, order));
        SimdForms.packed(to, SHUFPS, SseShuffles::shufps);
        SimdForms.packed(to, SHUFPD, 2, SseShuffles::shufpd);
        blend(to, PBLENDVB, PackedShuffle::blendBytes);
        blend(to, BLENDVPS, PackedShuffle::blendDoublewords);
        blend(to, BLENDVPD, PackedShuffle::blendQuadwords);
        SimdForms.packed(to, PBLENDW, SseShuffles::blendWords);
        SimdForms.packed(to, BLENDPS, 4, (s, mask) -> blendWords(s, doubled(mask & 15)));
        SimdForms.packed(to, BLENDPD, 2, (s, mask) -> blendWords(s, doubled(doubled(mask & 3))));
        SimdForms.vexOnly(to, VPBLENDD, 4, (s, mask) -> blendWords(s, doubled(mask & 15)), false);
        Mnemonic[] signed = {PMOVSXBW, PMOVSXBD, PMOVSXBQ, PMOVSXWD, PMOVSXWQ, PMOVSXDQ};
        Mnemonic[] unsigned = {PMOVZXBW, PMOVZXBD, PMOVZXBQ, PMOVZXWD, PMOVZXWQ, PMOVZXDQ};
        int[] from = {8, 8, 8, 16, 16, 32};
        int[] into = {16, 32, 64, 32, 64, 64};
        for (int n = 0; n < 6; n++) {
            extend(to, signed[n], from[n], into[n], true);
            extend(to, unsigned[n], from[n], into[n], false);
        }
    }

    private static void defineUnpack(Meanings to) {
        unpack(to, PUNPCKLBW, false, PackedShuffle::interleaveLowBytes, PackedShuffle::interleaveHighBytes);
        unpack(to, PUNPCKLWD, false, PackedShuffle::interleaveLowWords, PackedShuffle::interleaveHighWords);
        unpack(to, PUNPCKLDQ, false, PackedShuffle::interleaveLowDoublewords, PackedShuffle::interleaveHighDoublewords);
        unpack(to, PUNPCKHBW, true, PackedShuffle::interleaveLowBytes, PackedShuffle::interleaveHighBytes);
        unpack(to, PUNPCKHWD, true, PackedShuffle::interleaveLowWords, PackedShuffle::interleaveHighWords);
        unpack(to, PUNPCKHDQ, true, PackedShuffle::interleaveLowDoublewords, PackedShuffle::interleaveHighDoublewords);
        unpack(to, UNPCKLPS, false, PackedShuffle::interleaveLowDoublewords, PackedShuffle::interleaveHighDoublewords);
        unpack(to, UNPCKHPS, true, PackedShuffle::interleaveLowDoublewords, PackedShuffle::interleaveHighDoublewords);
        for (Mnemonic mnemonic : new Mnemonic[] {PUNPCKLQDQ, UNPCKLPD}) {
            SimdForms.packed(to, mnemonic, (s, _) -> {
                s.high = s.low;
                s.low = s.firstLow;
            });
        }
        for (Mnemonic mnemonic : new Mnemonic[] {PUNPCKHQDQ, UNPCKHPD}) {
            SimdForms.packed(to, mnemonic, (s, _) -> s.low = s.firstHigh);
        }
    }

    private static void unpack(Meanings to, Mnemonic mnemonic, boolean upper, LongBinaryOperator low, LongBinaryOperator high) {
        LongBinaryOperator onMmx = upper ? high : low;
        both(to, mnemonic, 0, mmx((a, _, b, _) -> onMmx.applyAsLong(a, b)), (s, _) -> {
            long a = upper ? s.firstHigh : s.firstLow;
            long b = upper ? s.high : s.low;
            s.low = low.applyAsLong(a, b);
            s.high = high.applyAsLong(a, b);
        });
    }

    private static void both(Meanings to, Mnemonic mnemonic, int step, EffectFn mmx, SimdForms.Lane lane) {
        SseIntegers.bind(to, mnemonic, mmx, SimdForms.legacy(lane, false));
        SimdForms.vex(to, mnemonic, step, lane);
    }

    private static EffectFn mmx(Quadword f) {
        return (cpu, insn) -> {
            SseOperands.beginMmx(cpu);
            int register = insn.register(0);
            long source = SseOperands.scalar(cpu, insn, 1);
            SseOperands.mmx(cpu, register, f.of(cpu.fpSignificand[register], 0, source, 0));
            SseOperands.endMmx(cpu);
        };
    }

    private static void palignrMmx(Cpu cpu, Insn insn) {
        SseOperands.beginMmx(cpu);
        int register = insn.register(0);
        long source = SseOperands.scalar(cpu, insn, 1);
        SseOperands.mmx(cpu, register, PackedShuffle.align(cpu.fpSignificand[register], source, (int) insn.immediate & 0xff));
        SseOperands.endMmx(cpu);
    }

    private static void palignr(SimdUnit s, int control) {
        int shift = control & 0xff;
        long low = alignedQuadword(s, shift);
        s.high = alignedQuadword(s, shift + 8);
        s.low = low;
    }

    /** Eight bytes from a place in the 32 bytes of both sources. */
    private static long alignedQuadword(SimdUnit s, int from) {
        return switch (from >> 3) {
            case 0 -> PackedShuffle.align(s.high, s.low, from & 7);
            case 1 -> PackedShuffle.align(s.firstLow, s.high, from & 7);
            case 2 -> PackedShuffle.align(s.firstHigh, s.firstLow, from & 7);
            case 3 -> PackedShuffle.align(0, s.firstHigh, from & 7);
            default -> 0;
        };
    }

    private static void pshufw(Cpu cpu, Insn insn) {
        SseOperands.beginMmx(cpu);
        SseOperands.mmx(cpu, insn.register(0), PackedShuffle.shuffleWords(SseOperands.scalar(cpu, insn, 1), (int) insn.immediate));
        SseOperands.endMmx(cpu);
    }

    static void pshufd(SimdUnit s, int order) {
        long low = PackedShuffle.selectDoublewords(s.low, s.high, order);
        s.high = PackedShuffle.selectDoublewords(s.low, s.high, order >>> 4);
        s.low = low;
    }

    private static void shufps(SimdUnit s, int order) {
        s.high = PackedShuffle.selectDoublewords(s.low, s.high, order >>> 4);
        s.low = PackedShuffle.selectDoublewords(s.firstLow, s.firstHigh, order);
    }

    private static void shufpd(SimdUnit s, int order) {
        s.high = (order & 2) == 0 ? s.low : s.high;
        s.low = (order & 1) == 0 ? s.firstLow : s.firstHigh;
    }

    /** The mask is XMM0, or the fourth operand of the VEX form. */
    private static void blend(Meanings to, Mnemonic mnemonic, Blend f) {
        to.effect(mnemonic, (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 1);
            int at = 2 * insn.register(0);
            long maskLow = cpu.xmm[0];
            long maskHigh = cpu.xmm[1];
            cpu.xmm[at] = f.of(cpu.xmm[at], cpu.simd.low, maskLow);
            cpu.xmm[at + 1] = f.of(cpu.xmm[at + 1], cpu.simd.high, maskHigh);
        });
        SimdForms.byLength(to, mnemonic.vex(), (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 2);
            int at = 2 * insn.register(1);
            int mask = 2 * insn.register(3);
            SseOperands.setVex(cpu, insn.register(0), f.of(cpu.xmm[at], cpu.simd.low, cpu.xmm[mask]),
                    f.of(cpu.xmm[at + 1], cpu.simd.high, cpu.xmm[mask + 1]));
        }, (cpu, insn) -> {
            SseOperands.loadWide(cpu, insn, 2);
            SimdUnit s = cpu.simd;
            int at = 2 * insn.register(1);
            int mask = 2 * insn.register(3);
            SseOperands.setWide(cpu, insn.register(0), f.of(cpu.xmm[at], s.low, cpu.xmm[mask]),
                    f.of(cpu.xmm[at + 1], s.high, cpu.xmm[mask + 1]), f.of(cpu.xmm[UPPER + at], s.upperLow, cpu.xmm[UPPER + mask]),
                    f.of(cpu.xmm[UPPER + at + 1], s.upperHigh, cpu.xmm[UPPER + mask + 1]));
        });
    }

    private static void blendWords(SimdUnit s, int mask) {
        s.low = PackedShuffle.blendWords(s.firstLow, s.low, mask & 15);
        s.high = PackedShuffle.blendWords(s.firstHigh, s.high, mask >>> 4 & 15);
    }

    /** Each bit of a mask of up to four bits twice. */
    private static int doubled(int mask) {
        int spread = mask & 1 | (mask & 2) << 1 | (mask & 4) << 2 | (mask & 8) << 3;
        return 3 * spread;
    }

    private static void extend(Meanings to, Mnemonic mnemonic, int from, int into, boolean signed) {
        int half = 64 / into * from;
        SimdForms.extending(to, mnemonic, 16 * from / into, (s, _) -> {
            long source = s.low;
            s.low = PackedShuffle.extend(source, from, into, signed);
            s.high = PackedShuffle.extend(source >>> half, from, into, signed);
        }, false);
    }
}
