package org.jvmx.cpu.semantics;

import static org.jvmx.isa.Mnemonic.*;

import org.jvmx.cpu.fp.Approximation;
import org.jvmx.cpu.fp.DotProduct;
import org.jvmx.cpu.fp.Fp32;
import org.jvmx.cpu.fp.Fp64;
import org.jvmx.cpu.fp.SseStatus;
import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Floating-point arithmetic of SSE to SSE4.1: one function of two numbers, used on one, two or four lanes. SDM Vol. 2, ADDPD to SUBSS. */
final class SseFloats {
    private static final long DOUBLEWORD = 0xffff_ffffL;
    private static final int USE_MXCSR = 4;
    private static final int SUPPRESS_PRECISION = 8;

    private SseFloats() {
    }

    /** A function of two single-precision numbers; the third argument is the immediate. */
    @FunctionalInterface
    private interface Single {
        int of(int a, int b, int immediate, SseStatus status);
    }

    /** A function of two double-precision numbers; the third argument is the immediate. */
    @FunctionalInterface
    private interface Double {
        long of(long a, long b, int immediate, SseStatus status);
    }

    static void define(Meanings to) {
        all(to, ADDPS, ADDSS, (a, b, _, s) -> Fp32.add(a, b, s), ADDPD, ADDSD, (a, b, _, s) -> Fp64.add(a, b, s));
        all(to, SUBPS, SUBSS, (a, b, _, s) -> Fp32.subtract(a, b, s), SUBPD, SUBSD, (a, b, _, s) -> Fp64.subtract(a, b, s));
        all(to, MULPS, MULSS, (a, b, _, s) -> Fp32.multiply(a, b, s), MULPD, MULSD, (a, b, _, s) -> Fp64.multiply(a, b, s));
        all(to, DIVPS, DIVSS, (a, b, _, s) -> Fp32.divide(a, b, s), DIVPD, DIVSD, (a, b, _, s) -> Fp64.divide(a, b, s));
        all(to, MINPS, MINSS, (a, b, _, s) -> Fp32.min(a, b, s), MINPD, MINSD, (a, b, _, s) -> Fp64.min(a, b, s));
        all(to, MAXPS, MAXSS, (a, b, _, s) -> Fp32.max(a, b, s), MAXPD, MAXSD, (a, b, _, s) -> Fp64.max(a, b, s));
        all(to, SQRTPS, SQRTSS, (_, b, _, s) -> Fp32.squareRoot(b, s), SQRTPD, SQRTSD, (_, b, _, s) -> Fp64.squareRoot(b, s));
        all(to, CMPPS, CMPSS, (a, b, i, s) -> Fp32.compare(a, b, i & 7, s), CMPPD, CMPSD_XMM, (a, b, i, s) -> Fp64.compare(a, b, i & 7, s));
        all(to, ROUNDPS, ROUNDSS, SseFloats::round, ROUNDPD, ROUNDSD, SseFloats::round);
        packedSingle(to, RCPPS, (_, b, _, _) -> Approximation.reciprocal(b));
        scalarSingle(to, RCPSS, (_, b, _, _) -> Approximation.reciprocal(b));
        packedSingle(to, RSQRTPS, (_, b, _, _) -> Approximation.reciprocalRoot(b));
        scalarSingle(to, RSQRTSS, (_, b, _, _) -> Approximation.reciprocalRoot(b));
        to.effect(UCOMISS, (cpu, insn) -> compareSingle(cpu, insn, false));
        to.effect(COMISS, (cpu, insn) -> compareSingle(cpu, insn, true));
        to.effect(UCOMISD, (cpu, insn) -> compareDouble(cpu, insn, false));
        to.effect(COMISD, (cpu, insn) -> compareDouble(cpu, insn, true));
        horizontalSingle(to, HADDPS, (a, b, _, s) -> Fp32.add(a, b, s));
        horizontalSingle(to, HSUBPS, (a, b, _, s) -> Fp32.subtract(a, b, s));
        horizontalDouble(to, HADDPD, (a, b, _, s) -> Fp64.add(a, b, s));
        horizontalDouble(to, HSUBPD, (a, b, _, s) -> Fp64.subtract(a, b, s));
        to.effect(ADDSUBPS, SseFloats::addsubps);
        to.effect(ADDSUBPD, SseFloats::addsubpd);
        to.effect(DPPS, SseFloats::dpps);
        to.effect(DPPD, SseFloats::dppd);
    }

    private static void all(Meanings to, Mnemonic ps, Mnemonic ss, Single single, Mnemonic pd, Mnemonic sd, Double twice) {
        packedSingle(to, ps, single);
        scalarSingle(to, ss, single);
        to.effect(pd, (cpu, insn) -> packedDouble(cpu, insn, twice));
        to.effect(sd, (cpu, insn) -> scalarDouble(cpu, insn, twice));
    }

    private static void packedSingle(Meanings to, Mnemonic mnemonic, Single f) {
        to.effect(mnemonic, (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 1);
            SseOperands.beginFloat(cpu);
            int at = 2 * insn.register(0);
            int immediate = (int) insn.immediate;
            long low = twoSingles(f, cpu.xmm[at], cpu.simd.low, immediate, cpu.simd.status);
            long high = twoSingles(f, cpu.xmm[at + 1], cpu.simd.high, immediate, cpu.simd.status);
            SseOperands.endFloat(cpu);
            cpu.xmm[at] = low;
            cpu.xmm[at + 1] = high;
        });
    }

    private static long twoSingles(Single f, long a, long b, int immediate, SseStatus status) {
        int low = f.of((int) a, (int) b, immediate, status);
        return join(low, f.of((int) (a >>> 32), (int) (b >>> 32), immediate, status));
    }

    private static void scalarSingle(Meanings to, Mnemonic mnemonic, Single f) {
        to.effect(mnemonic, (cpu, insn) -> {
            int source = (int) SseOperands.scalar(cpu, insn, 1);
            SseOperands.beginFloat(cpu);
            int at = 2 * insn.register(0);
            int result = f.of((int) cpu.xmm[at], source, (int) insn.immediate, cpu.simd.status);
            SseOperands.endFloat(cpu);
            cpu.xmm[at] = cpu.xmm[at] & ~DOUBLEWORD | result & DOUBLEWORD;
        });
    }

    private static void packedDouble(Cpu cpu, Insn insn, Double f) {
        SseOperands.loadFull(cpu, insn, 1);
        SseOperands.beginFloat(cpu);
        int at = 2 * insn.register(0);
        int immediate = (int) insn.immediate;
        long low = f.of(cpu.xmm[at], cpu.simd.low, immediate, cpu.simd.status);
        long high = f.of(cpu.xmm[at + 1], cpu.simd.high, immediate, cpu.simd.status);
        SseOperands.endFloat(cpu);
        cpu.xmm[at] = low;
        cpu.xmm[at + 1] = high;
    }

    private static void scalarDouble(Cpu cpu, Insn insn, Double f) {
        long source = SseOperands.scalar(cpu, insn, 1);
        SseOperands.beginFloat(cpu);
        int at = 2 * insn.register(0);
        long result = f.of(cpu.xmm[at], source, (int) insn.immediate, cpu.simd.status);
        SseOperands.endFloat(cpu);
        cpu.xmm[at] = result;
    }

    private static int round(int a, int b, int immediate, SseStatus status) {
        int rounding = (immediate & USE_MXCSR) != 0 ? status.rounding() : immediate & 3;
        return Fp32.toIntegral(b, rounding, (immediate & SUPPRESS_PRECISION) != 0, status);
    }

    private static long round(long a, long b, int immediate, SseStatus status) {
        int rounding = (immediate & USE_MXCSR) != 0 ? status.rounding() : immediate & 3;
        return Fp64.toIntegral(b, rounding, (immediate & SUPPRESS_PRECISION) != 0, status);
    }

    private static void compareSingle(Cpu cpu, Insn insn, boolean quietIsInvalid) {
        int source = (int) SseOperands.scalar(cpu, insn, 1);
        SseOperands.beginFloat(cpu);
        int order = Fp32.order((int) cpu.xmm[2 * insn.register(0)], source, quietIsInvalid, cpu.simd.status);
        SseOperands.endFloat(cpu);
        cpu.statusFlags(flagsOfOrder(order));
    }

    private static void compareDouble(Cpu cpu, Insn insn, boolean quietIsInvalid) {
        long source = SseOperands.scalar(cpu, insn, 1);
        SseOperands.beginFloat(cpu);
        int order = Fp64.order(cpu.xmm[2 * insn.register(0)], source, quietIsInvalid, cpu.simd.status);
        SseOperands.endFloat(cpu);
        cpu.statusFlags(flagsOfOrder(order));
    }

    /** ZF, PF and CF of a comparison with the result -1, 0, 1, or 2 for unordered. */
    private static int flagsOfOrder(int order) {
        return switch (order) {
            case -1 -> Flags.CF;
            case 0 -> Flags.ZF;
            case 1 -> 0;
            default -> Flags.ZF | Flags.PF | Flags.CF;
        };
    }

    private static void horizontalSingle(Meanings to, Mnemonic mnemonic, Single f) {
        to.effect(mnemonic, (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 1);
            SseOperands.beginFloat(cpu);
            int at = 2 * insn.register(0);
            long low = join(neighbours(f, cpu.xmm[at], cpu.simd.status), neighbours(f, cpu.xmm[at + 1], cpu.simd.status));
            long high = join(neighbours(f, cpu.simd.low, cpu.simd.status), neighbours(f, cpu.simd.high, cpu.simd.status));
            SseOperands.endFloat(cpu);
            cpu.xmm[at] = low;
            cpu.xmm[at + 1] = high;
        });
    }

    private static int neighbours(Single f, long both, SseStatus status) {
        return f.of((int) both, (int) (both >>> 32), 0, status);
    }

    private static void horizontalDouble(Meanings to, Mnemonic mnemonic, Double f) {
        to.effect(mnemonic, (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 1);
            SseOperands.beginFloat(cpu);
            int at = 2 * insn.register(0);
            long low = f.of(cpu.xmm[at], cpu.xmm[at + 1], 0, cpu.simd.status);
            long high = f.of(cpu.simd.low, cpu.simd.high, 0, cpu.simd.status);
            SseOperands.endFloat(cpu);
            cpu.xmm[at] = low;
            cpu.xmm[at + 1] = high;
        });
    }

    private static void addsubps(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        SseOperands.beginFloat(cpu);
        int at = 2 * insn.register(0);
        long low = subtractAdd(cpu.xmm[at], cpu.simd.low, cpu.simd.status);
        long high = subtractAdd(cpu.xmm[at + 1], cpu.simd.high, cpu.simd.status);
        SseOperands.endFloat(cpu);
        cpu.xmm[at] = low;
        cpu.xmm[at + 1] = high;
    }

    private static long subtractAdd(long a, long b, SseStatus status) {
        return join(Fp32.subtract((int) a, (int) b, status), Fp32.add((int) (a >>> 32), (int) (b >>> 32), status));
    }

    private static void addsubpd(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        SseOperands.beginFloat(cpu);
        int at = 2 * insn.register(0);
        long low = Fp64.subtract(cpu.xmm[at], cpu.simd.low, cpu.simd.status);
        long high = Fp64.add(cpu.xmm[at + 1], cpu.simd.high, cpu.simd.status);
        SseOperands.endFloat(cpu);
        cpu.xmm[at] = low;
        cpu.xmm[at + 1] = high;
    }

    private static void dpps(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        SseOperands.beginFloat(cpu);
        SimdUnit simd = cpu.simd;
        int at = 2 * insn.register(0);
        DotProduct.single(cpu.xmm[at], cpu.xmm[at + 1], simd.low, simd.high, (int) insn.immediate, simd.status, simd.pair);
        SseOperands.endFloat(cpu);
        SseOperands.set(cpu, insn.register(0), simd.pair[0], simd.pair[1]);
    }

    private static void dppd(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        SseOperands.beginFloat(cpu);
        SimdUnit simd = cpu.simd;
        int at = 2 * insn.register(0);
        DotProduct.paired(cpu.xmm[at], cpu.xmm[at + 1], simd.low, simd.high, (int) insn.immediate, simd.status, simd.pair);
        SseOperands.endFloat(cpu);
        SseOperands.set(cpu, insn.register(0), simd.pair[0], simd.pair[1]);
    }

    static long join(int low, int high) {
        return low & DOUBLEWORD | (long) high << 32;
    }
}
