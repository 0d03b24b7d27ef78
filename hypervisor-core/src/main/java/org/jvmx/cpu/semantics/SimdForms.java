package org.jvmx.cpu.semantics;

import static org.jvmx.cpu.state.CpuState.UPPER;

import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.OperandKind;

/**
 * From one function of 16 bytes to all forms of an instruction: the legacy one, whose destination is the first source and whose bits 255:128
 * stay, and the VEX forms of 128 bits (bits 255:128 become zero) and 256 bits (the function once more on the upper half). SDM Vol. 1,
 * "Programming with AVX, FMA and AVX2".
 */
final class SimdForms {
    private SimdForms() {
    }

    /**
     * What an instruction does to 16 bytes: from {@code firstLow}, {@code firstHigh} and {@code low}, {@code high} of the unit it makes the
     * result in {@code low} and {@code high}.
     */
    @FunctionalInterface
    interface Lane {
        /**
         * @param control the immediate; for the upper 16 bytes shifted right by the bits that the lower ones use
         */
        void run(SimdUnit s, int control);
    }

    // --- binding

    /** A function of full sources. */
    static void packed(Meanings to, Mnemonic mnemonic, Lane lane) {
        packed(to, mnemonic, 0, lane);
    }

    /** A function of full sources, of whose immediate each lane uses {@code step} bits. */
    static void packed(Meanings to, Mnemonic mnemonic, int step, Lane lane) {
        to.effect(mnemonic, legacy(lane, false));
        vex(to, mnemonic, step, lane);
    }

    /** The VEX forms alone of a function of full sources. */
    static void vex(Meanings to, Mnemonic legacy, int step, Lane lane) {
        if (legacy.vex() != null) {
            vexOnly(to, legacy.vex(), step, lane, false);
        }
    }

    /** A floating-point function of full sources. */
    static void floats(Meanings to, Mnemonic mnemonic, Lane lane) {
        floats(to, mnemonic, lane, 0, lane);
    }

    /** The same where the VEX forms mean more than the legacy one. */
    static void floats(Meanings to, Mnemonic mnemonic, Lane legacy, int step, Lane lane) {
        to.effect(mnemonic, legacy(legacy, true));
        vexOnly(to, mnemonic.vex(), step, lane, true);
    }

    /** A mnemonic that exists with VEX only, of one full source and an immediate or of two full sources. */
    static void vexOnly(Meanings to, Mnemonic mnemonic, int step, Lane oneSource, Lane twoSources) {
        byLength(to, mnemonic, (cpu, insn) -> run(cpu, insn, oneSource, 1, false), (cpu, insn) -> run(cpu, insn, twoSources, 2, false),
                (cpu, insn) -> runWide(cpu, insn, oneSource, 1, step, false),
                (cpu, insn) -> runWide(cpu, insn, twoSources, 2, step, false));
    }

    /** A mnemonic that exists with VEX only. */
    static void vexOnly(Meanings to, Mnemonic mnemonic, int step, Lane lane, boolean floats) {
        EffectFn one = (cpu, insn) -> run(cpu, insn, lane, 1, floats);
        EffectFn two = (cpu, insn) -> run(cpu, insn, lane, 2, floats);
        EffectFn oneWide = (cpu, insn) -> runWide(cpu, insn, lane, 1, step, floats);
        EffectFn twoWide = (cpu, insn) -> runWide(cpu, insn, lane, 2, step, floats);
        byLength(to, mnemonic, one, two, oneWide, twoWide);
    }

    private static void byLength(Meanings to, Mnemonic mnemonic, EffectFn one, EffectFn two, EffectFn oneWide, EffectFn twoWide) {
        Meaning[] choice = {new Meaning.Effect(one), new Meaning.Effect(two), new Meaning.Effect(oneWide), new Meaning.Effect(twoWide)};
        to.bind(mnemonic, new Meaning.ByForm(insn -> choice[(insn.wide() ? 2 : 0) + (twoSources(insn) ? 1 : 0)]));
    }

    /** An effect for either length, for a mnemonic that exists with VEX only. */
    static void byLength(Meanings to, Mnemonic mnemonic, EffectFn narrow, EffectFn wide) {
        byLength(to, mnemonic, narrow, narrow, wide, wide);
    }

    private static boolean twoSources(Insn insn) {
        return insn.operandCount > 2 && insn.kind(2) != OperandKind.IMMEDIATE;
    }

    /** A floating-point function of the lowest element of its sources; the rest comes from the first one. */
    static void scalar(Meanings to, Mnemonic mnemonic, Lane lane) {
        scalar(to, mnemonic, lane, lane);
    }

    /** The same where the VEX form means more than the legacy one. */
    static void scalar(Meanings to, Mnemonic mnemonic, Lane legacy, Lane lane) {
        to.effect(mnemonic, (cpu, insn) -> {
            cpu.simd.low = SseOperands.scalar(cpu, insn, 1);
            begin(cpu, insn, 0, true);
            legacy.run(cpu.simd, (int) insn.immediate);
            SseOperands.endFloat(cpu);
            SseOperands.set(cpu, insn.register(0), cpu.simd.low, cpu.simd.high);
        });
        scalarVex(to, mnemonic.vex(), lane, true);
    }

    /** The VEX form of a function of a first source and a scalar that is loaded by its width. */
    static void scalarVex(Meanings to, Mnemonic vex, Lane lane, boolean floats) {
        to.effect(vex, (cpu, insn) -> {
            cpu.simd.low = SseOperands.scalar(cpu, insn, 2);
            begin(cpu, insn, 1, floats);
            lane.run(cpu.simd, (int) insn.immediate);
            end(cpu, floats);
            SseOperands.setVex(cpu, insn.register(0), cpu.simd.low, cpu.simd.high);
        });
    }

    /** A function that makes 16 bytes of a source of {@code width} bytes, which is in {@code low}. */
    static void extending(Meanings to, Mnemonic mnemonic, int width, Lane lane, boolean floats) {
        to.effect(mnemonic, (cpu, insn) -> {
            scalarSource(cpu, insn, lane, floats);
            SseOperands.set(cpu, insn.register(0), cpu.simd.low, cpu.simd.high);
        });
        extendingVex(to, mnemonic.vex(), width, lane, floats);
    }

    static void extendingVex(Meanings to, Mnemonic vex, int width, Lane lane, boolean floats) {
        byLength(to, vex, (cpu, insn) -> {
            scalarSource(cpu, insn, lane, floats);
            SseOperands.setVex(cpu, insn.register(0), cpu.simd.low, cpu.simd.high);
        }, (cpu, insn) -> extendWide(cpu, insn, width, lane, floats));
    }

    /** A floating-point function of 8 bytes that exists with VEX only and does not care how its source is aligned. */
    static void extendingUnaligned(Meanings to, Mnemonic vex, Lane lane) {
        byLength(to, vex, (cpu, insn) -> {
            cpu.simd.low = insn.isMemory(1) ? cpu.loadUnaligned64(insn.segment, cpu.address(insn, 8, false))
                    : SseOperands.low(cpu, insn.register(1));
            SseOperands.beginFloat(cpu);
            lane.run(cpu.simd, (int) insn.immediate);
            SseOperands.endFloat(cpu);
            SseOperands.setVex(cpu, insn.register(0), cpu.simd.low, cpu.simd.high);
        }, (cpu, insn) -> extendWide(cpu, insn, 8, lane, true));
    }

    private static void scalarSource(Cpu cpu, Insn insn, Lane lane, boolean floats) {
        cpu.simd.low = SseOperands.scalar(cpu, insn, 1);
        if (floats) {
            SseOperands.beginFloat(cpu);
        }
        lane.run(cpu.simd, (int) insn.immediate);
        end(cpu, floats);
    }

    private static void extendWide(Cpu cpu, Insn insn, int width, Lane lane, boolean floats) {
        SimdUnit s = cpu.simd;
        long second;
        if (width == 8) {
            SseOperands.loadFull(cpu, insn, 1);
            second = s.high;
        } else {
            s.low = SseOperands.scalar(cpu, insn, 1);
            second = s.low >>> 8 * width;
        }
        if (floats) {
            SseOperands.beginFloat(cpu);
        }
        lane.run(s, (int) insn.immediate);
        long low = s.low;
        long high = s.high;
        s.low = second;
        lane.run(s, (int) insn.immediate);
        end(cpu, floats);
        SseOperands.setWide(cpu, insn.register(0), low, high, s.low, s.high);
    }

    /** A floating-point function that makes 8 bytes, in {@code low}, of a full source. */
    static void narrowing(Meanings to, Mnemonic mnemonic, Lane lane) {
        to.effect(mnemonic, (cpu, insn) -> {
            fullSource(cpu, insn, lane);
            SseOperands.set(cpu, insn.register(0), cpu.simd.low, 0);
        });
        byLength(to, mnemonic.vex(), (cpu, insn) -> {
            fullSource(cpu, insn, lane);
            SseOperands.setVex(cpu, insn.register(0), cpu.simd.low, 0);
        }, (cpu, insn) -> {
            SimdUnit s = cpu.simd;
            SseOperands.loadWide(cpu, insn, 1);
            SseOperands.beginFloat(cpu);
            lane.run(s, (int) insn.immediate);
            long low = s.low;
            s.low = s.upperLow;
            s.high = s.upperHigh;
            lane.run(s, (int) insn.immediate);
            SseOperands.endFloat(cpu);
            SseOperands.setVex(cpu, insn.register(0), low, s.low);
        });
    }

    private static void fullSource(Cpu cpu, Insn insn, Lane lane) {
        SseOperands.loadFull(cpu, insn, 1);
        SseOperands.beginFloat(cpu);
        lane.run(cpu.simd, (int) insn.immediate);
        SseOperands.endFloat(cpu);
    }

    /** One effect for the legacy and the VEX row, whose operands have the same places. */
    static void same(Meanings to, Mnemonic mnemonic, EffectFn body) {
        to.effect(mnemonic, body);
        to.effect(mnemonic.vex(), body);
    }

    // --- running

    static EffectFn legacy(Lane lane, boolean floats) {
        return (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 1);
            begin(cpu, insn, 0, floats);
            lane.run(cpu.simd, (int) insn.immediate);
            end(cpu, floats);
            SseOperands.set(cpu, insn.register(0), cpu.simd.low, cpu.simd.high);
        };
    }

    private static void begin(Cpu cpu, Insn insn, int first, boolean floats) {
        int at = 2 * insn.register(first);
        cpu.simd.firstLow = cpu.xmm[at];
        cpu.simd.firstHigh = cpu.xmm[at + 1];
        if (floats) {
            SseOperands.beginFloat(cpu);
        }
    }

    private static void end(Cpu cpu, boolean floats) {
        if (floats) {
            SseOperands.endFloat(cpu);
        }
    }

    /** The effect of 128 bits alone, of a floating-point function of two full sources. */
    static EffectFn narrow(Lane lane) {
        return (cpu, insn) -> run(cpu, insn, lane, 2, true);
    }

    /** The effect of 256 bits alone, of a function of one full source. */
    static EffectFn wide(Lane lane) {
        return (cpu, insn) -> runWide(cpu, insn, lane, 1, 0, false);
    }

    private static void run(Cpu cpu, Insn insn, Lane lane, int source, boolean floats) {
        SseOperands.loadFull(cpu, insn, source);
        begin(cpu, insn, 1, floats);
        lane.run(cpu.simd, (int) insn.immediate);
        end(cpu, floats);
        SseOperands.setVex(cpu, insn.register(0), cpu.simd.low, cpu.simd.high);
    }

    private static void runWide(Cpu cpu, Insn insn, Lane lane, int source, int step, boolean floats) {
        SimdUnit s = cpu.simd;
        SseOperands.loadWide(cpu, insn, source);
        begin(cpu, insn, 1, floats);
        int control = (int) insn.immediate;
        lane.run(s, control);
        long low = s.low;
        long high = s.high;
        int at = UPPER + 2 * insn.register(1);
        s.firstLow = cpu.xmm[at];
        s.firstHigh = cpu.xmm[at + 1];
        s.low = s.upperLow;
        s.high = s.upperHigh;
        lane.run(s, control >> step);
        end(cpu, floats);
        SseOperands.setWide(cpu, insn.register(0), low, high, s.low, s.high);
    }
}
