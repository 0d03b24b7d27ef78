package org.jvmx.cpu.semantics;

import static org.jvmx.cpu.state.CpuState.UPPER;
import static org.jvmx.isa.Mnemonic.*;

import org.jvmx.cpu.fp.Approximation;
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
        compare(to);
        all(to, ROUNDPS, ROUNDSS, SseFloats::round, ROUNDPD, ROUNDSD, SseFloats::round);
        packedSingle(to, RCPPS, (_, b, _, _) -> Approximation.reciprocal(b));
        scalarSingle(to, RCPSS, (_, b, _, _) -> Approximation.reciprocal(b));
        packedSingle(to, RSQRTPS, (_, b, _, _) -> Approximation.reciprocalRoot(b));
        scalarSingle(to, RSQRTSS, (_, b, _, _) -> Approximation.reciprocalRoot(b));
        SimdForms.same(to, UCOMISS, (cpu, insn) -> compareSingle(cpu, insn, false));
        SimdForms.same(to, COMISS, (cpu, insn) -> compareSingle(cpu, insn, true));
        SimdForms.same(to, UCOMISD, (cpu, insn) -> compareDouble(cpu, insn, false));
        SimdForms.same(to, COMISD, (cpu, insn) -> compareDouble(cpu, insn, true));
        horizontalSingle(to, HADDPS, (a, b, _, s) -> Fp32.add(a, b, s));
        horizontalSingle(to, HSUBPS, (a, b, _, s) -> Fp32.subtract(a, b, s));
        horizontalDouble(to, HADDPD, (a, b, _, s) -> Fp64.add(a, b, s));
        horizontalDouble(to, HSUBPD, (a, b, _, s) -> Fp64.subtract(a, b, s));
        SimdForms.floats(to, ADDSUBPS, SseFloats::addsubps);
        SimdForms.floats(to, ADDSUBPD, SseFloats::addsubpd);
        to.effect(DPPS, SimdForms.legacy(SseFloats::dpps, true));
        SimdForms.byLength(to, VDPPS, SimdForms.narrow(SseFloats::dpps), SseFloats::vdppsWide);
        SimdForms.floats(to, DPPD, SseFloats::dppd);
    }

    private static void all(Meanings to, Mnemonic ps, Mnemonic ss, Single single, Mnemonic pd, Mnemonic sd, Double twice) {
        packedSingle(to, ps, single);
        scalarSingle(to, ss, single);
        SimdForms.floats(to, pd, doubles(twice));
        SimdForms.scalar(to, sd, lowDouble(twice));
    }

    /** The VEX forms have 32 predicates, the legacy ones the first eight of them. */
    private static void compare(Meanings to) {
        Single few = (a, b, i, s) -> Fp32.compare(a, b, i & 7, s);
        Single all = (a, b, i, s) -> Fp32.compare(a, b, i & 31, s);
        SimdForms.floats(to, CMPPS, singles(few), 0, singles(all));
        SimdForms.scalar(to, CMPSS, lowSingle(few), lowSingle(all));
        Double fewTwice = (a, b, i, s) -> Fp64.compare(a, b, i & 7, s);
        Double allTwice = (a, b, i, s) -> Fp64.compare(a, b, i & 31, s);
        SimdForms.floats(to, CMPPD, doubles(fewTwice), 0, doubles(allTwice));
        SimdForms.scalar(to, CMPSD_XMM, lowDouble(fewTwice), lowDouble(allTwice));
    }

    private static void packedSingle(Meanings to, Mnemonic mnemonic, Single f) {
        SimdForms.floats(to, mnemonic, singles(f));
    }

    private static void scalarSingle(Meanings to, Mnemonic mnemonic, Single f) {
        SimdForms.scalar(to, mnemonic, lowSingle(f));
    }

    private static SimdForms.Lane singles(Single f) {
        return (s, control) -> {
            s.low = twoSingles(f, s.firstLow, s.low, control, s.status);
            s.high = twoSingles(f, s.firstHigh, s.high, control, s.status);
        };
    }

    private static SimdForms.Lane lowSingle(Single f) {
        return (s, control) -> {
            s.low = s.firstLow & ~DOUBLEWORD | f.of((int) s.firstLow, (int) s.low, control, s.status) & DOUBLEWORD;
            s.high = s.firstHigh;
        };
    }

    private static SimdForms.Lane doubles(Double f) {
        return (s, control) -> {
            s.low = f.of(s.firstLow, s.low, control, s.status);
            s.high = f.of(s.firstHigh, s.high, control, s.status);
        };
    }

    private static SimdForms.Lane lowDouble(Double f) {
        return (s, control) -> {
            s.low = f.of(s.firstLow, s.low, control, s.status);
            s.high = s.firstHigh;
        };
    }

    private static long twoSingles(Single f, long a, long b, int immediate, SseStatus status) {
        int low = f.of((int) a, (int) b, immediate, status);
        return join(low, f.of((int) (a >>> 32), (int) (b >>> 32), immediate, status));
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
        SimdForms.floats(to, mnemonic, (s, _) -> {
            long low = join(neighbours(f, s.firstLow, s.status), neighbours(f, s.firstHigh, s.status));
            s.high = join(neighbours(f, s.low, s.status), neighbours(f, s.high, s.status));
            s.low = low;
        });
    }

    private static int neighbours(Single f, long both, SseStatus status) {
        return f.of((int) both, (int) (both >>> 32), 0, status);
    }

    private static void horizontalDouble(Meanings to, Mnemonic mnemonic, Double f) {
        SimdForms.floats(to, mnemonic, (s, _) -> {
            long low = f.of(s.firstLow, s.firstHigh, 0, s.status);
            s.high = f.of(s.low, s.high, 0, s.status);
            s.low = low;
        });
    }

    private static void addsubps(SimdUnit s, int control) {
        s.low = subtractAdd(s.firstLow, s.low, s.status);
        s.high = subtractAdd(s.firstHigh, s.high, s.status);
    }

    private static long subtractAdd(long a, long b, SseStatus status) {
        return join(Fp32.subtract((int) a, (int) b, status), Fp32.add((int) (a >>> 32), (int) (b >>> 32), status));
    }

    private static void addsubpd(SimdUnit s, int control) {
        s.low = Fp64.subtract(s.firstLow, s.low, s.status);
        s.high = Fp64.add(s.firstHigh, s.high, s.status);
    }

    private static void dpps(SimdUnit s, int control) {
        s.dotOperands(0);
        s.dot.single(1, control, s.status);
        s.low = s.dot.result[0];
        s.high = s.dot.result[1];
    }

    private static void vdppsWide(Cpu cpu, Insn insn) {
        SimdUnit s = cpu.simd;
        SseOperands.loadWide(cpu, insn, 2);
        SseOperands.beginFloat(cpu);
        int first = 2 * insn.register(1);
        s.firstLow = cpu.xmm[first];
        s.firstHigh = cpu.xmm[first + 1];
        s.dotOperands(0);
        s.firstLow = cpu.xmm[UPPER + first];
        s.firstHigh = cpu.xmm[UPPER + first + 1];
        s.low = s.upperLow;
        s.high = s.upperHigh;
        s.dotOperands(4);
        s.dot.single(2, (int) insn.immediate, s.status);
        SseOperands.endFloat(cpu);
        long[] result = s.dot.result;
        SseOperands.setWide(cpu, insn.register(0), result[0], result[1], result[2], result[3]);
    }

    private static void dppd(SimdUnit s, int control) {
        s.dotOperands(0);
        s.dot.paired(control, s.status);
        s.low = s.dot.result[0];
        s.high = s.dot.result[1];
    }

    static long join(int low, int high) {
        return low & DOUBLEWORD | (long) high << 32;
    }
}
