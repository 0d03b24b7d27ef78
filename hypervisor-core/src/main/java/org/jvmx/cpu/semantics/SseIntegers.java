package org.jvmx.cpu.semantics;

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
        to.effect(MPSADBW, SseIntegers::mpsadbw);
        to.effect(PHMINPOSUW, SseIntegers::phminposuw);
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
        to.effect(PSLLDQ, SseIntegers::pslldq);
        to.effect(PSRLDQ, SseIntegers::psrldq);
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
        to.effect(PTEST, SseIntegers::ptest);
    }

    /** {@code dst = f(dst, src)}, each quadword by itself. */
    private static void lanes(Meanings to, Mnemonic mnemonic, LongBinaryOperator f) {
        bind(to, mnemonic, mmx(f), (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 1);
            int at = 2 * insn.register(0);
            cpu.xmm[at] = f.applyAsLong(cpu.xmm[at], cpu.simd.low);
            cpu.xmm[at + 1] = f.applyAsLong(cpu.xmm[at + 1], cpu.simd.high);
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
    }

    /** The count is an immediate or the low quadword of the source. */
    private static void shift(Meanings to, Mnemonic mnemonic, LongBinaryOperator f) {
        bind(to, mnemonic, mmx(f), (cpu, insn) -> {
            long count = count(cpu, insn);
            int at = 2 * insn.register(0);
            cpu.xmm[at] = f.applyAsLong(cpu.xmm[at], count);
            cpu.xmm[at + 1] = f.applyAsLong(cpu.xmm[at + 1], count);
        });
    }

    private static long count(Cpu cpu, Insn insn) {
        if (insn.kind(1) == OperandKind.IMMEDIATE) {
            return insn.immediate & 0xff;
        }
        SseOperands.loadFull(cpu, insn, 1);
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

    private static void mpsadbw(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        int control = (int) insn.immediate;
        int block = (int) (((control & 2) == 0 ? cpu.simd.low : cpu.simd.high) >>> 32 * (control & 1));
        int offset = control & 4;
        int at = 2 * insn.register(0);
        long low = PackedProduct.multipleSums(cpu.xmm[at], cpu.xmm[at + 1], offset, block);
        cpu.xmm[at + 1] = PackedProduct.multipleSums(cpu.xmm[at], cpu.xmm[at + 1], offset + 4, block);
        cpu.xmm[at] = low;
    }

    private static void phminposuw(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        SseOperands.set(cpu, insn.register(0), PackedProduct.leastUnsignedWord(cpu.simd.low, cpu.simd.high), 0);
    }

    private static void pslldq(Cpu cpu, Insn insn) {
        int at = 2 * insn.register(0);
        int count = (int) insn.immediate & 0xff;
        cpu.xmm[at + 1] = PackedShift.leftBytesHigh(cpu.xmm[at], cpu.xmm[at + 1], count);
        cpu.xmm[at] = PackedShift.leftBytesLow(cpu.xmm[at], count);
    }

    private static void psrldq(Cpu cpu, Insn insn) {
        int at = 2 * insn.register(0);
        int count = (int) insn.immediate & 0xff;
        cpu.xmm[at] = PackedShift.rightBytesLow(cpu.xmm[at], cpu.xmm[at + 1], count);
        cpu.xmm[at + 1] = PackedShift.rightBytesHigh(cpu.xmm[at + 1], count);
    }

    private static void ptest(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        long low = cpu.xmm[2 * insn.register(0)];
        long high = cpu.xmm[2 * insn.register(0) + 1];
        boolean zero = (low & cpu.simd.low | high & cpu.simd.high) == 0;
        boolean covered = (~low & cpu.simd.low | ~high & cpu.simd.high) == 0;
        cpu.statusFlags((zero ? Flags.ZF : 0) | (covered ? Flags.CF : 0));
    }
}
