package org.jvmx.cpu.semantics;

import static org.jvmx.isa.Mnemonic.*;

import org.jvmx.cpu.fp.Fp32;
import org.jvmx.cpu.fp.Fp64;
import org.jvmx.cpu.fp.SseStatus;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.OperandKind;

/**
 * Conversions between integers, single and double precision. SDM Vol. 2: CVT... Those with an MMX register make the x87 tags valid even
 * where a SIMD floating-point exception follows.
 */
final class SseConversions {
    private static final long DOUBLEWORD = 0xffff_ffffL;

    private SseConversions() {
    }

    /** A doubleword from a single-precision number. */
    @FunctionalInterface
    private interface FromSingle {
        int of(int bits, SseStatus status);
    }

    /** A doubleword from a double-precision number. */
    @FunctionalInterface
    private interface FromDouble {
        int of(long bits, SseStatus status);
    }

    static void define(Meanings to) {
        fromInteger(to, CVTSI2SS, true);
        fromInteger(to, CVTSI2SD, false);
        SimdForms.same(to, CVTSS2SI, SseConversions::cvtss2si);
        SimdForms.same(to, CVTTSS2SI, SseConversions::cvttss2si);
        SimdForms.same(to, CVTSD2SI, SseConversions::cvtsd2si);
        SimdForms.same(to, CVTTSD2SI, SseConversions::cvttsd2si);
        SimdForms.scalar(to, CVTSS2SD, (s, _) -> {
            s.low = Fp64.fromFp32((int) s.low, s.status);
            s.high = s.firstHigh;
        });
        SimdForms.scalar(to, CVTSD2SS, (s, _) -> {
            s.low = s.firstLow & ~DOUBLEWORD | Fp32.fromFp64(s.low, s.status) & DOUBLEWORD;
            s.high = s.firstHigh;
        });
        SimdForms.extending(to, CVTPS2PD, 8, (s, _) -> {
            long source = s.low;
            s.low = Fp64.fromFp32((int) source, s.status);
            s.high = Fp64.fromFp32((int) (source >>> 32), s.status);
        }, true);
        narrow(to, CVTPD2PS, Fp32::fromFp64);
        narrow(to, CVTPD2DQ, Fp64::toInt32);
        narrow(to, CVTTPD2DQ, Fp64::truncateToInt32);
        SimdForms.extending(to, CVTDQ2PD, 8, (s, _) -> {
            long source = s.low;
            s.low = Fp64.fromInt32((int) source);
            s.high = Fp64.fromInt32((int) (source >>> 32));
        }, false);
        words(to, CVTDQ2PS, (bits, status) -> Fp32.fromInteger(bits, status));
        words(to, CVTPS2DQ, Fp32::toInt32);
        words(to, CVTTPS2DQ, Fp32::truncateToInt32);
        to.effect(CVTPI2PS, SseConversions::cvtpi2ps);
        to.effect(CVTPI2PD, SseConversions::cvtpi2pd);
        toMmx(to, CVTPS2PI, Fp32::toInt32);
        toMmx(to, CVTTPS2PI, Fp32::truncateToInt32);
        pairToMmx(to, CVTPD2PI, Fp64::toInt32);
        pairToMmx(to, CVTTPD2PI, Fp64::truncateToInt32);
    }

    private static void fromInteger(Meanings to, Mnemonic mnemonic, boolean single) {
        to.effect(mnemonic, (cpu, insn) -> {
            int at = 2 * insn.register(0);
            cpu.xmm[at] = fromInteger(cpu, insn, 1, single, cpu.xmm[at]);
        });
        to.effect(mnemonic.vex(), (cpu, insn) -> {
            int first = 2 * insn.register(1);
            SseOperands.setVex(cpu, insn.register(0), fromInteger(cpu, insn, 2, single, cpu.xmm[first]), cpu.xmm[first + 1]);
        });
    }

    /** The converted operand {@code n} in its place in a quadword. */
    private static long fromInteger(Cpu cpu, Insn insn, int n, boolean single, long rest) {
        long source = Cpu.signed(cpu.operand(insn, n), insn.width(n));
        SseOperands.beginFloat(cpu);
        long result = single ? rest & ~DOUBLEWORD | Fp32.fromInteger(source, cpu.simd.status) & DOUBLEWORD
                : Fp64.fromInt64(source, cpu.simd.status);
        SseOperands.endFloat(cpu);
        return result;
    }

    private static void cvtss2si(Cpu cpu, Insn insn) {
        int source = (int) SseOperands.scalar(cpu, insn, 1);
        SseOperands.beginFloat(cpu);
        int width = insn.width(0);
        long result = width == 8 ? Fp32.toInt64(source, cpu.simd.status) : Fp32.toInt32(source, cpu.simd.status);
        SseOperands.endFloat(cpu);
        cpu.reg(insn.register(0), width, result);
    }

    private static void cvttss2si(Cpu cpu, Insn insn) {
        int source = (int) SseOperands.scalar(cpu, insn, 1);
        SseOperands.beginFloat(cpu);
        int width = insn.width(0);
        long result = width == 8 ? Fp32.truncateToInt64(source, cpu.simd.status) : Fp32.truncateToInt32(source, cpu.simd.status);
        SseOperands.endFloat(cpu);
        cpu.reg(insn.register(0), width, result);
    }

    private static void cvtsd2si(Cpu cpu, Insn insn) {
        long source = SseOperands.scalar(cpu, insn, 1);
        SseOperands.beginFloat(cpu);
        int width = insn.width(0);
        long result = width == 8 ? Fp64.toInt64(source, cpu.simd.status) : Fp64.toInt32(source, cpu.simd.status);
        SseOperands.endFloat(cpu);
        cpu.reg(insn.register(0), width, result);
    }

    private static void cvttsd2si(Cpu cpu, Insn insn) {
        long source = SseOperands.scalar(cpu, insn, 1);
        SseOperands.beginFloat(cpu);
        int width = insn.width(0);
        long result = width == 8 ? Fp64.truncateToInt64(source, cpu.simd.status) : Fp64.truncateToInt32(source, cpu.simd.status);
        SseOperands.endFloat(cpu);
        cpu.reg(insn.register(0), width, result);
    }

    /** Two quadwords to two doublewords; the high half becomes zero. */
    private static void narrow(Meanings to, Mnemonic mnemonic, FromDouble f) {
        SimdForms.narrowing(to, mnemonic, (s, _) -> s.low = SseFloats.join(f.of(s.low, s.status), f.of(s.high, s.status)));
    }

    /** Four doublewords to four doublewords. */
    private static void words(Meanings to, Mnemonic mnemonic, FromSingle f) {
        SimdForms.floats(to, mnemonic, (s, _) -> {
            s.low = both(f, s.low, s.status);
            s.high = both(f, s.high, s.status);
        });
    }

    private static long both(FromSingle f, long pair, SseStatus status) {
        return SseFloats.join(f.of((int) pair, status), f.of((int) (pair >>> 32), status));
    }

    /** An MMX source; one in memory leaves the x87 state alone. */
    private static long mmxSource(Cpu cpu, Insn insn) {
        if (insn.kind(1) == OperandKind.MMX) {
            SseOperands.beginMmx(cpu);
        }
        return SseOperands.scalar(cpu, insn, 1);
    }

    private static void endMmxSource(Cpu cpu, Insn insn) {
        if (insn.kind(1) == OperandKind.MMX) {
            SseOperands.endMmx(cpu);
        }
    }

    private static void cvtpi2ps(Cpu cpu, Insn insn) {
        long source = mmxSource(cpu, insn);
        SseOperands.beginFloat(cpu);
        long result = both((bits, status) -> Fp32.fromInteger(bits, status), source, cpu.simd.status);
        endMmxSource(cpu, insn);
        SseOperands.endFloat(cpu);
        cpu.xmm[2 * insn.register(0)] = result;
    }

    private static void cvtpi2pd(Cpu cpu, Insn insn) {
        long source = mmxSource(cpu, insn);
        SseOperands.set(cpu, insn.register(0), Fp64.fromInt32((int) source), Fp64.fromInt32((int) (source >>> 32)));
        endMmxSource(cpu, insn);
    }

    private static void toMmx(Meanings to, Mnemonic mnemonic, FromSingle f) {
        to.effect(mnemonic, (cpu, insn) -> {
            SseOperands.beginMmx(cpu);
            long source = SseOperands.scalar(cpu, insn, 1);
            SseOperands.beginFloat(cpu);
            long result = both(f, source, cpu.simd.status);
            SseOperands.endMmx(cpu);
            SseOperands.endFloat(cpu);
            SseOperands.mmx(cpu, insn.register(0), result);
        });
    }

    private static void pairToMmx(Meanings to, Mnemonic mnemonic, FromDouble f) {
        to.effect(mnemonic, (cpu, insn) -> {
            SseOperands.beginMmx(cpu);
            SseOperands.loadFull(cpu, insn, 1);
            SseOperands.beginFloat(cpu);
            long result = SseFloats.join(f.of(cpu.simd.low, cpu.simd.status), f.of(cpu.simd.high, cpu.simd.status));
            SseOperands.endMmx(cpu);
            SseOperands.endFloat(cpu);
            SseOperands.mmx(cpu, insn.register(0), result);
        });
    }
}
