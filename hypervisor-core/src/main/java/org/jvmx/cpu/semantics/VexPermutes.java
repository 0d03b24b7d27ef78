package org.jvmx.cpu.semantics;

import static org.jvmx.cpu.state.CpuState.UPPER;
import static org.jvmx.isa.Mnemonic.*;

import java.util.function.LongBinaryOperator;
import org.jvmx.cpu.fp.PackedShift;
import org.jvmx.cpu.fp.PackedShuffle;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Permutations, and shifts of each element by a count of its own, of AVX and AVX2. SDM Vol. 2: VPERM... VPSLLV... VPSRAVD VPSRLV... */
final class VexPermutes {
    private static final int ZERO_HALF = 8;

    private VexPermutes() {
    }

    static void define(Meanings to) {
        SimdForms.vexOnly(to, VPERMILPS, 0, SseShuffles::pshufd, VexPermutes::vpermilps);
        SimdForms.vexOnly(to, VPERMILPD, 2, VexPermutes::selectQuadwords, VexPermutes::vpermilpd);
        for (Mnemonic mnemonic : new Mnemonic[] {VPERMPS, VPERMD}) {
            to.effect(mnemonic, VexPermutes::permuteDoublewords);
        }
        for (Mnemonic mnemonic : new Mnemonic[] {VPERMPD, VPERMQ}) {
            to.effect(mnemonic, VexPermutes::permuteQuadwords);
        }
        for (Mnemonic mnemonic : new Mnemonic[] {VPERM2F128, VPERM2I128}) {
            to.effect(mnemonic, VexPermutes::permuteHalves);
        }
        variable(to, VPSLLVD, doublewords(PackedShift::leftDoublewords));
        variable(to, VPSRLVD, doublewords(PackedShift::rightDoublewords));
        variable(to, VPSRAVD, doublewords(PackedShift::arithmeticRightDoublewords));
        variable(to, VPSLLVQ, PackedShift::leftQuadwords);
        variable(to, VPSRLVQ, PackedShift::rightQuadwords);
    }

    private static void vpermilps(SimdUnit s, int control) {
        s.low = PackedShuffle.selectDoublewords(s.firstLow, s.firstHigh, order(s.low));
        s.high = PackedShuffle.selectDoublewords(s.firstLow, s.firstHigh, order(s.high));
    }

    /** The low two bits of both doublewords, side by side. */
    private static int order(long control) {
        return (int) control & 3 | (int) (control >>> 32) << 2 & 12;
    }

    private static void selectQuadwords(SimdUnit s, int control) {
        long low = (control & 1) == 0 ? s.low : s.high;
        s.high = (control & 2) == 0 ? s.low : s.high;
        s.low = low;
    }

    private static void vpermilpd(SimdUnit s, int control) {
        s.low = (s.low & 2) == 0 ? s.firstLow : s.firstHigh;
        s.high = (s.high & 2) == 0 ? s.firstLow : s.firstHigh;
    }

    /** Quadword {@code n} of the unit's 32-byte source. */
    private static long quadword(SimdUnit s, int n) {
        return switch (n & 3) {
            case 0 -> s.low;
            case 1 -> s.high;
            case 2 -> s.upperLow;
            default -> s.upperHigh;
        };
    }

    private static long pair(SimdUnit s, long numbers) {
        int first = (int) numbers;
        int second = (int) (numbers >>> 32);
        long low = quadword(s, first >> 1) >>> 32 * (first & 1);
        return low & 0xffff_ffffL | quadword(s, second >> 1) >>> 32 * (second & 1) << 32;
    }

    private static void permuteDoublewords(Cpu cpu, Insn insn) {
        SseOperands.loadWide(cpu, insn, 2);
        SimdUnit s = cpu.simd;
        int numbers = 2 * insn.register(1);
        SseOperands.setWide(cpu, insn.register(0), pair(s, cpu.xmm[numbers]), pair(s, cpu.xmm[numbers + 1]),
                pair(s, cpu.xmm[UPPER + numbers]), pair(s, cpu.xmm[UPPER + numbers + 1]));
    }

    private static void permuteQuadwords(Cpu cpu, Insn insn) {
        SseOperands.loadWide(cpu, insn, 1);
        SimdUnit s = cpu.simd;
        int order = (int) insn.immediate;
        SseOperands.setWide(cpu, insn.register(0), quadword(s, order), quadword(s, order >> 2), quadword(s, order >> 4),
                quadword(s, order >> 6));
    }

    private static void permuteHalves(Cpu cpu, Insn insn) {
        SseOperands.loadWide(cpu, insn, 2);
        int control = (int) insn.immediate;
        long low = half(cpu, insn, control, 0);
        long high = half(cpu, insn, control, 1);
        long upperLow = half(cpu, insn, control >> 4, 0);
        long upperHigh = half(cpu, insn, control >> 4, 1);
        SseOperands.setWide(cpu, insn.register(0), low, high, upperLow, upperHigh);
    }

    /** A quadword of the half that four bits of the control choose: of the first source, of the second, or none. */
    private static long half(Cpu cpu, Insn insn, int control, int part) {
        if ((control & ZERO_HALF) != 0) {
            return 0;
        }
        boolean upper = (control & 1) != 0;
        return (control & 2) != 0 ? quadword(cpu.simd, (upper ? 2 : 0) + part)
                : cpu.xmm[2 * insn.register(1) + (upper ? UPPER : 0) + part];
    }

    private static LongBinaryOperator doublewords(LongBinaryOperator shift) {
        return (a, count) -> shift.applyAsLong(a, count & 0xffff_ffffL) & 0xffff_ffffL
                | shift.applyAsLong(a, count >>> 32) & 0xffff_ffff_0000_0000L;
    }

    private static void variable(Meanings to, Mnemonic mnemonic, LongBinaryOperator shift) {
        SimdForms.vexOnly(to, mnemonic, 0, (s, _) -> {
            s.low = shift.applyAsLong(s.firstLow, s.low);
            s.high = shift.applyAsLong(s.firstHigh, s.high);
        }, false);
    }
}
