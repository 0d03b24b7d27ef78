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
        to.effect(CVTSI2SS, SseConversions::cvtsi2ss);
        to.effect(CVTSI2SD, SseConversions::cvtsi2sd);
        to.effect(CVTSS2SI, SseConversions::cvtss2si);
        to.effect(CVTTSS2SI, SseConversions::cvttss2si);
        to.effect(CVTSD2SI, SseConversions::cvtsd2si);
        to.effect(CVTTSD2SI, SseConversions::cvttsd2si);
        to.effect(CVTSS2SD, SseConversions::cvtss2sd);
        to.effect(CVTSD2SS, SseConversions::cvtsd2ss);
        to.effect(CVTPS2PD, SseConversions::cvtps2pd);
        narrow(to, CVTPD2PS, Fp32::fromFp64);
        narrow(to, CVTPD2DQ, Fp64::toInt32);
        narrow(to, CVTTPD2DQ, Fp64::truncateToInt32);
        to.effect(CVTDQ2PD, SseConversions::cvtdq2pd);
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

    private static void cvtsi2ss(Cpu cpu, Insn insn) {
        long source = Cpu.signed(cpu.operand(insn, 1), insn.width(1));
        SseOperands.beginFloat(cpu);
        int result = Fp32.fromInteger(source, cpu.simd.status);
        SseOperands.endFloat(cpu);
        setLowSingle(cpu, insn, result);
    }

    private static void cvtsi2sd(Cpu cpu, Insn insn) {
        long source = Cpu.signed(cpu.operand(insn, 1), insn.width(1));
        SseOperands.beginFloat(cpu);
        long result = Fp64.fromInt64(source, cpu.simd.status);
        SseOperands.endFloat(cpu);
        cpu.xmm[2 * insn.register(0)] = result;
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

    private static void cvtss2sd(Cpu cpu, Insn insn) {
        int source = (int) SseOperands.scalar(cpu, insn, 1);
        SseOperands.beginFloat(cpu);
        long result = Fp64.fromFp32(source, cpu.simd.status);
        SseOperands.endFloat(cpu);
        cpu.xmm[2 * insn.register(0)] = result;
    }

    private static void cvtsd2ss(Cpu cpu, Insn insn) {
        long source = SseOperands.scalar(cpu, insn, 1);
        SseOperands.beginFloat(cpu);
        int result = Fp32.fromFp64(source, cpu.simd.status);
        SseOperands.endFloat(cpu);
        setLowSingle(cpu, insn, result);
    }

    private static void setLowSingle(Cpu cpu, Insn insn, int result) {
        int at = 2 * insn.register(0);
        cpu.xmm[at] = cpu.xmm[at] & ~DOUBLEWORD | result & DOUBLEWORD;
    }

    private static void cvtps2pd(Cpu cpu, Insn insn) {
        long source = SseOperands.scalar(cpu, insn, 1);
        SseOperands.beginFloat(cpu);
        long low = Fp64.fromFp32((int) source, cpu.simd.status);
        long high = Fp64.fromFp32((int) (source >>> 32), cpu.simd.status);
        SseOperands.endFloat(cpu);
        SseOperands.set(cpu, insn.register(0), low, high);
    }

    private static void cvtdq2pd(Cpu cpu, Insn insn) {
        long source = SseOperands.scalar(cpu, insn, 1);
        SseOperands.set(cpu, insn.register(0), Fp64.fromInt32((int) source), Fp64.fromInt32((int) (source >>> 32)));
    }

    /** Two quadwords to two doublewords; the high half becomes zero. */
    private static void narrow(Meanings to, Mnemonic mnemonic, FromDouble f) {
        to.effect(mnemonic, (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 1);
            SseOperands.beginFloat(cpu);
            long result = SseFloats.join(f.of(cpu.simd.low, cpu.simd.status), f.of(cpu.simd.high, cpu.simd.status));
            SseOperands.endFloat(cpu);
            SseOperands.set(cpu, insn.register(0), result, 0);
        });
    }

    /** Four doublewords to four doublewords. */
    private static void words(Meanings to, Mnemonic mnemonic, FromSingle f) {
        to.effect(mnemonic, (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 1);
            SseOperands.beginFloat(cpu);
            long low = both(f, cpu.simd.low, cpu.simd.status);
            long high = both(f, cpu.simd.high, cpu.simd.status);
            SseOperands.endFloat(cpu);
            SseOperands.set(cpu, insn.register(0), low, high);
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
