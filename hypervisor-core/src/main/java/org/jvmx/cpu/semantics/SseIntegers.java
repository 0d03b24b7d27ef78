package org.jvmx.cpu.semantics;

import static org.jvmx.cpu.state.CpuState.UPPER;
import static org.jvmx.isa.Mnemonic.*;

import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import org.jvmx.cpu.fp.PackedInteger;
import org.jvmx.cpu.fp.PackedProduct;
import org.jvmx.cpu.fp.PackedShift;
import org.jvmx.cpu.fp.PackedShuffle;
import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.OperandKind;

/**
 * Packed integer arithmetic, logic, comparison and shifts on MMX and XMM registers: one function of a quadword, used once or twice. SDM
 * Vol. 2, P...
 */
final class SseIntegers {
    private SseIntegers() {
    }

    static void define(Meanings to) {
        defineSums(to);
        defineComparisons(to);
        defineProducts(to);
        defineAcross(to);
        defineShifts(to);
        defineLogic(to);
    }

    private static void defineSums(Meanings to) {
        lanes(to, PADDB, PackedInteger::addBytes);
        lanes(to, PADDW, PackedInteger::addWords);
        lanes(to, PADDD, PackedInteger::addDoublewords);
        lanes(to, PADDQ, PackedInteger::addQuadwords);
        lanes(to, PSUBB, PackedInteger::subtractBytes);
        lanes(to, PSUBW, PackedInteger::subtractWords);
        lanes(to, PSUBD, PackedInteger::subtractDoublewords);
        lanes(to, PSUBQ, PackedInteger::subtractQuadwords);
        lanes(to, PADDSB, PackedInteger::addSignedSaturatedBytes);
        lanes(to, PADDSW, PackedInteger::addSignedSaturatedWords);
        lanes(to, PADDUSB, PackedInteger::addUnsignedSaturatedBytes);
        lanes(to, PADDUSW, PackedInteger::addUnsignedSaturatedWords);
        lanes(to, PSUBSB, PackedInteger::subtractSignedSaturatedBytes);
        lanes(to, PSUBSW, PackedInteger::subtractSignedSaturatedWords);
        lanes(to, PSUBUSB, PackedInteger::subtractUnsignedSaturatedBytes);
        lanes(to, PSUBUSW, PackedInteger::subtractUnsignedSaturatedWords);
        lanes(to, PAVGB, PackedInteger::averageBytes);
        lanes(to, PAVGW, PackedInteger::averageWords);
        lanes(to, PSIGNB, PackedInteger::signBytes);
        lanes(to, PSIGNW, PackedInteger::signWords);
        lanes(to, PSIGND, PackedInteger::signDoublewords);
        unary(to, PABSB, PackedInteger::absoluteBytes);
        unary(to, PABSW, PackedInteger::absoluteWords);
        unary(to, PABSD, PackedInteger::absoluteDoublewords);
    }

    private static void defineComparisons(Meanings to) {
        lanes(to, PCMPEQB, PackedInteger::equalBytes);
        lanes(to, PCMPEQW, PackedInteger::equalWords);
        lanes(to, PCMPEQD, PackedInteger::equalDoublewords);
        lanes(to, PCMPEQQ, PackedInteger::equalQuadwords);
        lanes(to, PCMPGTB, PackedInteger::greaterBytes);
        lanes(to, PCMPGTW, PackedInteger::greaterWords);
        lanes(to, PCMPGTD, PackedInteger::greaterDoublewords);
        lanes(to, PCMPGTQ, PackedInteger::greaterQuadwords);
        lanes(to, PMINSB, PackedInteger::minSignedBytes);
        lanes(to, PMINSW, PackedInteger::minSignedWords);
        lanes(to, PMINSD, PackedInteger::minSignedDoublewords);
        lanes(to, PMINUB, PackedInteger::minUnsignedBytes);
        lanes(to, PMINUW, PackedInteger::minUnsignedWords);
        lanes(to, PMINUD, PackedInteger::minUnsignedDoublewords);
        lanes(to, PMAXSB, PackedInteger::maxSignedBytes);
        lanes(to, PMAXSW, PackedInteger::maxSignedWords);
        lanes(to, PMAXSD, PackedInteger::maxSignedDoublewords);
        lanes(to, PMAXUB, PackedInteger::maxUnsignedBytes);
        lanes(to, PMAXUW, PackedInteger::maxUnsignedWords);
        lanes(to, PMAXUD, PackedInteger::maxUnsignedDoublewords);
    }

    private static void defineProducts(Meanings to) {
        lanes(to, PMULLW, PackedProduct::multiplyLowWords);
        lanes(to, PMULHW, PackedProduct::multiplyHighWords);
        lanes(to, PMULHUW, PackedProduct::multiplyHighUnsignedWords);
        lanes(to, PMULHRSW, PackedProduct::multiplyHighRoundedWords);
        lanes(to, PMULLD, PackedProduct::multiplyLowDoublewords);
        lanes(to, PMULUDQ, PackedProduct::multiplyUnsignedDoublewords);
        lanes(to, PMULDQ, PackedProduct::multiplySignedDoublewords);
        lanes(to, PMADDWD, PackedProduct::multiplyAddWords);
        lanes(to, PMADDUBSW, PackedProduct::multiplyAddBytes);
        lanes(to, PSADBW, PackedProduct::sumOfAbsoluteDifferences);
    }

    private static void defineAcross(Meanings to) {
        across(to, PHADDW, PackedProduct::horizontalAddWords);
        across(to, PHADDD, PackedProduct::horizontalAddDoublewords);
        across(to, PHADDSW, PackedProduct::horizontalAddSaturatedWords);
        across(to, PHSUBW, PackedProduct::horizontalSubtractWords);
        across(to, PHSUBD, PackedProduct::horizontalSubtractDoublewords);
        across(to, PHSUBSW, PackedProduct::horizontalSubtractSaturatedWords);
        across(to, PACKSSWB, PackedShuffle::packSignedWords);
        across(to, PACKUSWB, PackedShuffle::packUnsignedWords);
        across(to, PACKSSDW, PackedShuffle::packSignedDoublewords);
        across(to, PACKUSDW, PackedShuffle::packUnsignedDoublewords);
        SimdForms.packed(to, MPSADBW, 3, SseIntegers::mpsadbw);
        SimdForms.packed(to, PHMINPOSUW, (s, _) -> {
            s.low = PackedProduct.leastUnsignedWord(s.low, s.high);
            s.high = 0;
        });
    }

    private static void defineShifts(Meanings to) {
        shift(to, PSLLW, PackedShift::leftWords);
        shift(to, PSLLD, PackedShift::leftDoublewords);
        shift(to, PSLLQ, PackedShift::leftQuadwords);
        shift(to, PSRLW, PackedShift::rightWords);
        shift(to, PSRLD, PackedShift::rightDoublewords);
        shift(to, PSRLQ, PackedShift::rightQuadwords);
        shift(to, PSRAW, PackedShift::arithmeticRightWords);
        shift(to, PSRAD, PackedShift::arithmeticRightDoublewords);
        shiftBytes(to, PSLLDQ, SseIntegers::pslldq);
        shiftBytes(to, PSRLDQ, SseIntegers::psrldq);
    }

    private static void defineLogic(Meanings to) {
        for (Mnemonic mnemonic : new Mnemonic[] {PAND, ANDPS, ANDPD}) {
            lanes(to, mnemonic, PackedInteger::and);
        }
        for (Mnemonic mnemonic : new Mnemonic[] {PANDN, ANDNPS, ANDNPD}) {
            lanes(to, mnemonic, PackedInteger::andNot);
        }
        for (Mnemonic mnemonic : new Mnemonic[] {POR, ORPS, ORPD}) {
            lanes(to, mnemonic, PackedInteger::or);
        }
        for (Mnemonic mnemonic : new Mnemonic[] {PXOR, XORPS, XORPD}) {
            lanes(to, mnemonic, PackedInteger::xor);
        }
        test(to, PTEST, -1L);
        test(to, VTESTPS, 0x8000_0000_8000_0000L);
        test(to, VTESTPD, Long.MIN_VALUE);
    }

    /** {@code dst = f(dst, src)}, each quadword by itself. */
    private static void lanes(Meanings to, Mnemonic mnemonic, LongBinaryOperator f) {
        bind(to, mnemonic, mmx(f), (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 1);
            int at = 2 * insn.register(0);
            cpu.xmm[at] = f.applyAsLong(cpu.xmm[at], cpu.simd.low);
            cpu.xmm[at + 1] = f.applyAsLong(cpu.xmm[at + 1], cpu.simd.high);
        });
        SimdForms.vex(to, mnemonic, 0, (s, _) -> {
            s.low = f.applyAsLong(s.firstLow, s.low);
            s.high = f.applyAsLong(s.firstHigh, s.high);
        });
    }

    /** {@code dst = f(src)}. */
    private static void unary(Meanings to, Mnemonic mnemonic, LongUnaryOperator f) {
        lanes(to, mnemonic, (_, b) -> f.applyAsLong(b));
    }

    /** The low quadword of the result is a function of both quadwords of the destination, the high one of both of the source. */
    private static void across(Meanings to, Mnemonic mnemonic, LongBinaryOperator f) {
        bind(to, mnemonic, mmx(f), (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 1);
            int at = 2 * insn.register(0);
            cpu.xmm[at] = f.applyAsLong(cpu.xmm[at], cpu.xmm[at + 1]);
            cpu.xmm[at + 1] = f.applyAsLong(cpu.simd.low, cpu.simd.high);
        });
        SimdForms.vex(to, mnemonic, 0, (s, _) -> {
            s.high = f.applyAsLong(s.low, s.high);
            s.low = f.applyAsLong(s.firstLow, s.firstHigh);
        });
    }

    /** The count is an immediate or the low quadword of the source. */
    private static void shift(Meanings to, Mnemonic mnemonic, LongBinaryOperator f) {
        SimdForms.byLength(to, mnemonic.vex(), (cpu, insn) -> {
            long count = count(cpu, insn, 2);
            int at = 2 * insn.register(1);
            SseOperands.setVex(cpu, insn.register(0), f.applyAsLong(cpu.xmm[at], count), f.applyAsLong(cpu.xmm[at + 1], count));
        }, (cpu, insn) -> {
            long count = count(cpu, insn, 2);
            int at = 2 * insn.register(1);
            SseOperands.setWide(cpu, insn.register(0), f.applyAsLong(cpu.xmm[at], count), f.applyAsLong(cpu.xmm[at + 1], count),
                    f.applyAsLong(cpu.xmm[UPPER + at], count), f.applyAsLong(cpu.xmm[UPPER + at + 1], count));
        });
        bind(to, mnemonic, mmx(f), (cpu, insn) -> {
            long count = count(cpu, insn, 1);
            int at = 2 * insn.register(0);
            cpu.xmm[at] = f.applyAsLong(cpu.xmm[at], count);
            cpu.xmm[at + 1] = f.applyAsLong(cpu.xmm[at + 1], count);
        });
    }

    private static long count(Cpu cpu, Insn insn, int n) {
        if (insn.kind(n) == OperandKind.IMMEDIATE) {
            return insn.immediate & 0xff;
        }
        SseOperands.loadFull(cpu, insn, n);
        return cpu.simd.low;
    }

    private static EffectFn mmx(LongBinaryOperator f) {
        return (cpu, insn) -> {
            SseOperands.beginMmx(cpu);
            int register = insn.register(0);
            long source = SseOperands.scalar(cpu, insn, 1);
            SseOperands.mmx(cpu, register, f.applyAsLong(cpu.fpSignificand[register], source));
            SseOperands.endMmx(cpu);
        };
    }

    static void bind(Meanings to, Mnemonic mnemonic, EffectFn mmx, EffectFn xmm) {
        Meaning onMmx = new Meaning.Effect(mmx);
        Meaning onXmm = new Meaning.Effect(xmm);
        to.bind(mnemonic, new Meaning.ByForm(insn -> insn.kind(0) == OperandKind.MMX ? onMmx : onXmm));
    }

    private static void mpsadbw(SimdUnit s, int control) {
        int block = (int) (((control & 2) == 0 ? s.low : s.high) >>> 32 * (control & 1));
        int offset = control & 4;
        s.low = PackedProduct.multipleSums(s.firstLow, s.firstHigh, offset, block);
        s.high = PackedProduct.multipleSums(s.firstLow, s.firstHigh, offset + 4, block);
    }

    /** Shifts of all 16 bytes by an immediate: the source is the destination, or the first source of the VEX form. */
    private static void shiftBytes(Meanings to, Mnemonic mnemonic, SimdForms.Lane lane) {
        to.effect(mnemonic, (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 0);
            lane.run(cpu.simd, (int) insn.immediate & 0xff);
            SseOperands.set(cpu, insn.register(0), cpu.simd.low, cpu.simd.high);
        });
        SimdForms.vex(to, mnemonic, 0, lane);
    }

    private static void pslldq(SimdUnit s, int count) {
        s.high = PackedShift.leftBytesHigh(s.low, s.high, count & 0xff);
        s.low = PackedShift.leftBytesLow(s.low, count & 0xff);
    }

    private static void psrldq(SimdUnit s, int count) {
        s.low = PackedShift.rightBytesLow(s.low, s.high, count & 0xff);
        s.high = PackedShift.rightBytesHigh(s.high, count & 0xff);
    }

    /** ZF and CF from the bits of all quadwords that the mask selects. */
    private static void test(Meanings to, Mnemonic mnemonic, long mask) {
        EffectFn narrow = (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 1);
            SimdUnit s = cpu.simd;
            int at = 2 * insn.register(0);
            long both = cpu.xmm[at] & s.low | cpu.xmm[at + 1] & s.high;
            long only = ~cpu.xmm[at] & s.low | ~cpu.xmm[at + 1] & s.high;
            testFlags(cpu, both & mask, only & mask);
        };
        EffectFn wide = (cpu, insn) -> {
            SseOperands.loadWide(cpu, insn, 1);
            SimdUnit s = cpu.simd;
            int at = 2 * insn.register(0);
            int up = UPPER + at;
            long both = cpu.xmm[at] & s.low | cpu.xmm[at + 1] & s.high | cpu.xmm[up] & s.upperLow | cpu.xmm[up + 1] & s.upperHigh;
            long only = ~cpu.xmm[at] & s.low | ~cpu.xmm[at + 1] & s.high | ~cpu.xmm[up] & s.upperLow | ~cpu.xmm[up + 1] & s.upperHigh;
            testFlags(cpu, both & mask, only & mask);
        };
        if (mnemonic.vex() != null) {
            to.effect(mnemonic, narrow);
        }
        SimdForms.byLength(to, mnemonic.vex() == null ? mnemonic : mnemonic.vex(), narrow, wide);
    }

    private static void testFlags(Cpu cpu, long both, long only) {
        cpu.statusFlags((both == 0 ? Flags.ZF : 0) | (only == 0 ? Flags.CF : 0));
    }
}
