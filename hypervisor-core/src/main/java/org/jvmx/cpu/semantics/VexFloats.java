package org.jvmx.cpu.semantics;

import static org.jvmx.cpu.state.CpuState.UPPER;
import static org.jvmx.isa.Mnemonic.*;

import org.jvmx.cpu.fp.Fp32;
import org.jvmx.cpu.fp.Fp64;
import org.jvmx.cpu.fp.SseStatus;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Fused multiply-add, and conversions to and from half precision. SDM Vol. 2: VCVTPH2PS VCVTPS2PH VFMADD... VFNMSUB... */
final class VexFloats {
    private static final long DOUBLEWORD = 0xffff_ffffL;
    private static final int USE_MXCSR = 4;

    private VexFloats() {
    }

    static void define(Meanings to) {
        String[] names = {"VFMADD", "VFMSUB", "VFNMADD", "VFNMSUB"};
        Order[] orders = {Order.X_132, Order.X_213, Order.X_231};
        for (Order order : orders) {
            for (int n = 0; n < 4; n++) {
                int product = n >> 1;
                int addend = n & 1;
                String name = names[n] + order.digits;
                packed(to, Mnemonic.valueOf(name + "PS"), singles(order, product, addend, addend));
                packed(to, Mnemonic.valueOf(name + "PD"), doubles(order, product, addend, addend));
                scalar(to, Mnemonic.valueOf(name + "SS"), (s, _) -> {
                    s.low = s.thirdLow & ~DOUBLEWORD | single(order, s.thirdLow, s.firstLow, s.low, product, addend, s.status) & DOUBLEWORD;
                    s.high = s.thirdHigh;
                });
                scalar(to, Mnemonic.valueOf(name + "SD"), (s, _) -> {
                    s.low = order.apply(s.thirdLow, s.firstLow, s.low, product, addend, s.status);
                    s.high = s.thirdHigh;
                });
            }
            packed(to, Mnemonic.valueOf("VFMADDSUB" + order.digits + "PS"), singles(order, 0, 1, 0));
            packed(to, Mnemonic.valueOf("VFMADDSUB" + order.digits + "PD"), doubles(order, 0, 1, 0));
            packed(to, Mnemonic.valueOf("VFMSUBADD" + order.digits + "PS"), singles(order, 0, 0, 1));
            packed(to, Mnemonic.valueOf("VFMSUBADD" + order.digits + "PD"), doubles(order, 0, 0, 1));
        }
        SimdForms.extendingUnaligned(to, VCVTPH2PS, (s, _) -> {
            long source = s.low;
            s.low = fromHalves(source, s.status);
            s.high = fromHalves(source >>> 32, s.status);
        });
        SimdForms.byLength(to, VCVTPS2PH, VexFloats::vcvtps2ph, VexFloats::vcvtps2phWide);
    }

    /** Which of the three operands are multiplied, and in which order their NaNs count. */
    private enum Order {
        X_132("132"), X_213("213"), X_231("231");

        final String digits;

        Order(String digits) {
            this.digits = digits;
        }

        /** {@code a}, {@code b} and {@code c} are operands 1, 2 and 3. */
        long apply(long a, long b, long c, int product, int addend, SseStatus status) {
            return switch (this) {
                case X_132 -> Fp64.multiplyAdd(a, c, b, product, addend, status);
                case X_213 -> Fp64.multiplyAdd(b, a, c, product, addend, status);
                case X_231 -> Fp64.multiplyAdd(b, c, a, product, addend, status);
            };
        }
    }

    private static int single(Order order, long a, long b, long c, int product, int addend, SseStatus status) {
        return switch (order) {
            case X_132 -> Fp32.multiplyAdd((int) a, (int) c, (int) b, product, addend, status);
            case X_213 -> Fp32.multiplyAdd((int) b, (int) a, (int) c, product, addend, status);
            case X_231 -> Fp32.multiplyAdd((int) b, (int) c, (int) a, product, addend, status);
        };
    }

    /** A sign for the addends of the even elements, and one for those of the odd ones. */
    private static SimdForms.Lane singles(Order order, int product, int even, int odd) {
        return (s, _) -> {
            int first = single(order, s.thirdLow, s.firstLow, s.low, product, even, s.status);
            int second = single(order, s.thirdLow >>> 32, s.firstLow >>> 32, s.low >>> 32, product, odd, s.status);
            int third = single(order, s.thirdHigh, s.firstHigh, s.high, product, even, s.status);
            s.high = SseFloats.join(third, single(order, s.thirdHigh >>> 32, s.firstHigh >>> 32, s.high >>> 32, product, odd, s.status));
            s.low = SseFloats.join(first, second);
        };
    }

    private static SimdForms.Lane doubles(Order order, int product, int even, int odd) {
        return (s, _) -> {
            s.low = order.apply(s.thirdLow, s.firstLow, s.low, product, even, s.status);
            s.high = order.apply(s.thirdHigh, s.firstHigh, s.high, product, odd, s.status);
        };
    }

    private static void packed(Meanings to, Mnemonic mnemonic, SimdForms.Lane lane) {
        SimdForms.byLength(to, mnemonic, (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 2);
            narrow(cpu, insn, lane);
        }, (cpu, insn) -> {
            SimdUnit s = cpu.simd;
            SseOperands.loadWide(cpu, insn, 2);
            SseOperands.beginFloat(cpu);
            operands(cpu, insn, 0);
            lane.run(s, 0);
            long low = s.low;
            long high = s.high;
            s.low = s.upperLow;
            s.high = s.upperHigh;
            operands(cpu, insn, UPPER);
            lane.run(s, 0);
            SseOperands.endFloat(cpu);
            SseOperands.setWide(cpu, insn.register(0), low, high, s.low, s.high);
        });
    }

    private static void scalar(Meanings to, Mnemonic mnemonic, SimdForms.Lane lane) {
        to.effect(mnemonic, (cpu, insn) -> {
            cpu.simd.low = SseOperands.scalar(cpu, insn, 2);
            narrow(cpu, insn, lane);
        });
    }

    private static void narrow(Cpu cpu, Insn insn, SimdForms.Lane lane) {
        SseOperands.beginFloat(cpu);
        operands(cpu, insn, 0);
        lane.run(cpu.simd, 0);
        SseOperands.endFloat(cpu);
        SseOperands.setVex(cpu, insn.register(0), cpu.simd.low, cpu.simd.high);
    }

    private static void operands(Cpu cpu, Insn insn, int half) {
        SimdUnit s = cpu.simd;
        int first = 2 * insn.register(1) + half;
        int third = 2 * insn.register(0) + half;
        s.firstLow = cpu.xmm[first];
        s.firstHigh = cpu.xmm[first + 1];
        s.thirdLow = cpu.xmm[third];
        s.thirdHigh = cpu.xmm[third + 1];
    }

    // --- half precision

    private static long fromHalves(long pair, SseStatus status) {
        int low = Fp32.fromHalf((int) pair, status);
        return SseFloats.join(low, Fp32.fromHalf((int) pair >>> 16, status));
    }

    private static void vcvtps2ph(Cpu cpu, Insn insn) {
        SseOperands.beginFloat(cpu);
        int from = 2 * insn.register(1);
        long halves = toHalves(cpu, insn, from);
        SseOperands.endFloat(cpu);
        if (insn.isMemory(0)) {
            cpu.storeUnaligned64(insn.segment, cpu.address(insn, 8, true), halves);
        } else {
            SseOperands.setVex(cpu, insn.register(0), halves, 0);
        }
    }

    private static void vcvtps2phWide(Cpu cpu, Insn insn) {
        SseOperands.beginFloat(cpu);
        int from = 2 * insn.register(1);
        long low = toHalves(cpu, insn, from);
        long high = toHalves(cpu, insn, UPPER + from);
        SseOperands.endFloat(cpu);
        if (insn.isMemory(0)) {
            SseOperands.storeFull(cpu, insn, 0, low, high);
        } else {
            SseOperands.setVex(cpu, insn.register(0), low, high);
        }
    }

    /** Four singles to four halves. */
    private static long toHalves(Cpu cpu, Insn insn, int at) {
        SseStatus status = cpu.simd.status;
        int rounding = (insn.immediate & USE_MXCSR) != 0 ? status.rounding() : (int) insn.immediate & 3;
        long halves = 0;
        for (int n = 0; n < 4; n++) {
            int single = (int) (cpu.xmm[at + (n >> 1)] >>> 32 * (n & 1));
            halves |= (Fp32.toHalf(single, rounding, status) & 0xffffL) << 16 * n;
        }
        return halves;
    }
}
