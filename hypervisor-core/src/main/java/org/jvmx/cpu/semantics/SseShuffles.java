package org.jvmx.cpu.semantics;

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
        SseIntegers.bind(to, PSHUFB, mmx((low, _, source, _) -> PackedShuffle.shuffleBytes(low, source)),
                xmm((low, high, source, _) -> PackedShuffle.shuffleBytes(low, high, source),
                        (low, high, _, source) -> PackedShuffle.shuffleBytes(low, high, source)));
        SseIntegers.bind(to, PALIGNR, SseShuffles::palignrMmx, SseShuffles::palignr);
        to.effect(PSHUFW, SseShuffles::pshufw);
        to.effect(PSHUFD, SseShuffles::pshufd);
        to.effect(PSHUFLW, SseShuffles::pshuflw);
        to.effect(PSHUFHW, SseShuffles::pshufhw);
        to.effect(SHUFPS, SseShuffles::shufps);
        to.effect(SHUFPD, SseShuffles::shufpd);
        blend(to, PBLENDVB, PackedShuffle::blendBytes);
        blend(to, BLENDVPS, PackedShuffle::blendDoublewords);
        blend(to, BLENDVPD, PackedShuffle::blendQuadwords);
        to.effect(PBLENDW, (cpu, insn) -> blendWords(cpu, insn, (int) insn.immediate));
        to.effect(BLENDPS, (cpu, insn) -> blendWords(cpu, insn, doubled((int) insn.immediate & 15)));
        to.effect(BLENDPD, (cpu, insn) -> blendWords(cpu, insn, doubled(doubled((int) insn.immediate & 3))));
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
            to.effect(mnemonic, xmm((low, _, _, _) -> low, (_, _, source, _) -> source));
        }
        for (Mnemonic mnemonic : new Mnemonic[] {PUNPCKHQDQ, UNPCKHPD}) {
            to.effect(mnemonic, xmm((_, high, _, _) -> high, (_, _, _, source) -> source));
        }
    }

    private static void unpack(Meanings to, Mnemonic mnemonic, boolean upper, LongBinaryOperator low,
            LongBinaryOperator high) {
        if (upper) {
            SseIntegers.bind(to, mnemonic, mmx((a, _, b, _) -> high.applyAsLong(a, b)),
                    xmm((_, a, _, b) -> low.applyAsLong(a, b), (_, a, _, b) -> high.applyAsLong(a, b)));
        } else {
            SseIntegers.bind(to, mnemonic, mmx((a, _, b, _) -> low.applyAsLong(a, b)),
                    xmm((a, _, b, _) -> low.applyAsLong(a, b), (a, _, b, _) -> high.applyAsLong(a, b)));
        }
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

    private static EffectFn xmm(Quadword resultLow, Quadword resultHigh) {
        return (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 1);
            SimdUnit simd = cpu.simd;
            int at = 2 * insn.register(0);
            long low = cpu.xmm[at];
            long high = cpu.xmm[at + 1];
            cpu.xmm[at] = resultLow.of(low, high, simd.low, simd.high);
            cpu.xmm[at + 1] = resultHigh.of(low, high, simd.low, simd.high);
        };
    }

    private static void palignrMmx(Cpu cpu, Insn insn) {
        SseOperands.beginMmx(cpu);
        int register = insn.register(0);
        long source = SseOperands.scalar(cpu, insn, 1);
        SseOperands.mmx(cpu, register, PackedShuffle.align(cpu.fpSignificand[register], source, (int) insn.immediate & 0xff));
        SseOperands.endMmx(cpu);
    }

    private static void palignr(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        int at = 2 * insn.register(0);
        int shift = (int) insn.immediate & 0xff;
        long low = alignedQuadword(cpu, at, shift);
        cpu.xmm[at + 1] = alignedQuadword(cpu, at, shift + 8);
        cpu.xmm[at] = low;
    }

    /** Eight bytes from a place in the 32 bytes of destination and source. */
    private static long alignedQuadword(Cpu cpu, int at, int from) {
        return switch (from >> 3) {
            case 0 -> PackedShuffle.align(cpu.simd.high, cpu.simd.low, from & 7);
            case 1 -> PackedShuffle.align(cpu.xmm[at], cpu.simd.high, from & 7);
            case 2 -> PackedShuffle.align(cpu.xmm[at + 1], cpu.xmm[at], from & 7);
            case 3 -> PackedShuffle.align(0, cpu.xmm[at + 1], from & 7);
            default -> 0;
        };
    }

    private static void pshufw(Cpu cpu, Insn insn) {
        SseOperands.beginMmx(cpu);
        SseOperands.mmx(cpu, insn.register(0), PackedShuffle.shuffleWords(SseOperands.scalar(cpu, insn, 1), (int) insn.immediate));
        SseOperands.endMmx(cpu);
    }

    private static void pshufd(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        int order = (int) insn.immediate;
        SseOperands.set(cpu, insn.register(0), PackedShuffle.selectDoublewords(cpu.simd.low, cpu.simd.high, order),
                PackedShuffle.selectDoublewords(cpu.simd.low, cpu.simd.high, order >>> 4));
    }

    private static void pshuflw(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        SseOperands.set(cpu, insn.register(0), PackedShuffle.shuffleWords(cpu.simd.low, (int) insn.immediate), cpu.simd.high);
    }

    private static void pshufhw(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        SseOperands.set(cpu, insn.register(0), cpu.simd.low, PackedShuffle.shuffleWords(cpu.simd.high, (int) insn.immediate));
    }

    private static void shufps(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        int order = (int) insn.immediate;
        int at = 2 * insn.register(0);
        SseOperands.set(cpu, insn.register(0), PackedShuffle.selectDoublewords(cpu.xmm[at], cpu.xmm[at + 1], order),
                PackedShuffle.selectDoublewords(cpu.simd.low, cpu.simd.high, order >>> 4));
    }

    private static void shufpd(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        int order = (int) insn.immediate;
        int at = 2 * insn.register(0);
        SseOperands.set(cpu, insn.register(0), cpu.xmm[at + (order & 1)], (order & 2) == 0 ? cpu.simd.low : cpu.simd.high);
    }

    private static void blend(Meanings to, Mnemonic mnemonic, Blend f) {
        to.effect(mnemonic, (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 1);
            int at = 2 * insn.register(0);
            long maskLow = cpu.xmm[0];
            long maskHigh = cpu.xmm[1];
            cpu.xmm[at] = f.of(cpu.xmm[at], cpu.simd.low, maskLow);
            cpu.xmm[at + 1] = f.of(cpu.xmm[at + 1], cpu.simd.high, maskHigh);
        });
    }

    private static void blendWords(Cpu cpu, Insn insn, int mask) {
        SseOperands.loadFull(cpu, insn, 1);
        int at = 2 * insn.register(0);
        cpu.xmm[at] = PackedShuffle.blendWords(cpu.xmm[at], cpu.simd.low, mask & 15);
        cpu.xmm[at + 1] = PackedShuffle.blendWords(cpu.xmm[at + 1], cpu.simd.high, mask >>> 4 & 15);
    }

    /** Each bit of a mask of up to four bits twice. */
    private static int doubled(int mask) {
        int spread = mask & 1 | (mask & 2) << 1 | (mask & 4) << 2 | (mask & 8) << 3;
        return 3 * spread;
    }

    private static void extend(Meanings to, Mnemonic mnemonic, int from, int into, boolean signed) {
        int half = 64 / into * from;
        to.effect(mnemonic, (cpu, insn) -> {
            long source = SseOperands.scalar(cpu, insn, 1);
            SseOperands.set(cpu, insn.register(0), PackedShuffle.extend(source, from, into, signed),
                    PackedShuffle.extend(source >>> half, from, into, signed));
        });
    }
}
