package org.jvmx.cpu.semantics;

import static org.jvmx.cpu.semantics.X87Stack.empty;
import static org.jvmx.cpu.semantics.X87Stack.significand;
import static org.jvmx.cpu.semantics.X87Stack.signExponent;
import static org.jvmx.isa.Mnemonic.*;

import org.jvmx.cpu.fp.Fp80;
import org.jvmx.cpu.fp.Fp80Transfer;
import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/**
 * x87 arithmetic, comparison and functions. SDM Vol. 2: F2XM1 FADD FCOM... FDIV FMUL FPATAN FPREM FPTAN FRNDINT FSCALE FSIN FSQRT FSUB
 * FTST FXAM FYL2X.
 */
final class X87Arithmetic {
    private X87Arithmetic() {
    }

    /** An operation of the unit on two operands. */
    @FunctionalInterface
    private interface Operation {
        void run(Fp80 unit, int exponentX, long x, int exponentY, long y);
    }

    /** An operation of the unit on one operand. */
    @FunctionalInterface
    private interface Function {
        void run(Fp80 unit, int exponentX, long x);
    }

    static void define(Meanings to) {
        arithmetic(to, FADD, FADDP, FIADD, Fp80::add);
        arithmetic(to, FMUL, FMULP, FIMUL, Fp80::multiply);
        arithmetic(to, FSUB, FSUBP, FISUB, Fp80::subtract);
        arithmetic(to, FDIV, FDIVP, FIDIV, Fp80::divide);
        arithmetic(to, FSUBR, FSUBRP, FISUBR, (u, ex, x, ey, y) -> u.subtract(ey, y, ex, x));
        arithmetic(to, FDIVR, FDIVRP, FIDIVR, (u, ex, x, ey, y) -> u.divide(ey, y, ex, x));
        to.effect(FCOM, (cpu, insn) -> compare(cpu, insn, true, 0));
        to.effect(FCOMP, (cpu, insn) -> compare(cpu, insn, true, 1));
        to.effect(FCOMPP, (cpu, insn) -> compare(cpu, insn, true, 2));
        to.effect(FICOM, (cpu, insn) -> compare(cpu, insn, true, 0));
        to.effect(FICOMP, (cpu, insn) -> compare(cpu, insn, true, 1));
        to.effect(FUCOM, (cpu, insn) -> compare(cpu, insn, false, 0));
        to.effect(FUCOMP, (cpu, insn) -> compare(cpu, insn, false, 1));
        to.effect(FUCOMPP, (cpu, insn) -> compare(cpu, insn, false, 2));
        to.effect(FCOMI, (cpu, insn) -> compareToFlags(cpu, insn, true, 0));
        to.effect(FCOMIP, (cpu, insn) -> compareToFlags(cpu, insn, true, 1));
        to.effect(FUCOMI, (cpu, insn) -> compareToFlags(cpu, insn, false, 0));
        to.effect(FUCOMIP, (cpu, insn) -> compareToFlags(cpu, insn, false, 1));
        to.effect(FTST, X87Arithmetic::ftst);
        to.effect(FXAM, X87Arithmetic::fxam);
        to.effect(FCHS, (cpu, insn) -> sign(cpu, insn, true));
        to.effect(FABS, (cpu, insn) -> sign(cpu, insn, false));
        defineFunctions(to);
    }

    private static void defineFunctions(Meanings to) {
        function(to, FSQRT, 0, Fp80::squareRoot);
        function(to, FRNDINT, 0, Fp80::roundToInteger);
        function(to, F2XM1, 0, Fp80::twoToXMinus1);
        function(to, FSIN, Fp80.C2, Fp80::sine);
        function(to, FCOS, Fp80.C2, Fp80::cosine);
        two(to, FSCALE, 0, Fp80::scale);
        two(to, FPREM, X87Stack.CONDITIONS, (u, ex, x, ey, y) -> u.remainder(ex, x, ey, y, false));
        two(to, FPREM1, X87Stack.CONDITIONS, (u, ex, x, ey, y) -> u.remainder(ex, x, ey, y, true));
        popping(to, FPATAN, Fp80::arcTangent);
        popping(to, FYL2X, Fp80::yTimesLog2);
        popping(to, FYL2XP1, Fp80::yTimesLog2Plus1);
        pushing(to, FPTAN, Fp80.C2, Fp80::tangent);
        pushing(to, FSINCOS, Fp80.C2, Fp80::sineAndCosine);
        pushing(to, FXTRACT, 0, Fp80::extract);
    }

    private static void arithmetic(Meanings to, Mnemonic plain, Mnemonic popping, Mnemonic integer, Operation operation) {
        Meaning onMemory = new Meaning.Effect((cpu, insn) -> withMemory(cpu, insn, operation));
        Meaning onRegisters = new Meaning.Effect((cpu, insn) -> withRegisters(cpu, insn, operation, false));
        to.bind(plain, new Meaning.ByForm(insn -> insn.isMemory(0) ? onMemory : onRegisters));
        to.effect(popping, (cpu, insn) -> withRegisters(cpu, insn, operation, true));
        to.bind(integer, onMemory);
    }

    private static void withRegisters(Cpu cpu, Insn insn, Operation operation, boolean pop) {
        X87Stack.begin(cpu);
        int a = insn.register(0);
        int b = insn.register(1);
        if (empty(cpu, a) || empty(cpu, b)) {
            X87Stack.underflow(cpu);
        } else {
            operation.run(cpu.fpu, signExponent(cpu, a), significand(cpu, a), signExponent(cpu, b), significand(cpu, b));
        }
        X87Stack.end(cpu, insn, 0);
        if (cpu.fpu.hasResult()) {
            X87Stack.setResult(cpu, a);
            if (pop) {
                X87Stack.pop(cpu);
            }
        }
    }

    private static void withMemory(Cpu cpu, Insn insn, Operation operation) {
        X87Stack.begin(cpu);
        loadOperand(cpu, insn);
        Fp80 unit = cpu.fpu;
        if (empty(cpu, 0)) {
            X87Stack.underflow(cpu);
        } else {
            operation.run(unit, signExponent(cpu, 0), significand(cpu, 0), unit.signExponent, unit.significand);
        }
        X87Stack.end(cpu, insn, 0);
        if (unit.hasResult()) {
            X87Stack.setResult(cpu, 0);
        }
    }

    /** Loads a memory operand to the unit's result: by the escape, a floating-point number or an integer of the operand's width. */
    private static void loadOperand(Cpu cpu, Insn insn) {
        long value = cpu.operand(insn, 0);
        int width = insn.width(0);
        if ((insn.opcode & 2) != 0) {
            Fp80Transfer.loadInteger(Cpu.signed(value, width), cpu.fpu);
        } else if (width == 4) {
            Fp80Transfer.widenFp32((int) value, cpu.fpu);
        } else {
            Fp80Transfer.widenFp64(value, cpu.fpu);
        }
    }

    /** Operands that are implied are ST(0) and ST(1). */
    private static void compare(Cpu cpu, Insn insn, boolean quietIsInvalid, int pops) {
        X87Stack.begin(cpu);
        Fp80 unit = cpu.fpu;
        boolean memory = insn.hasMemory();
        int b = insn.operandCount == 2 ? insn.register(1) : 1;
        if (memory) {
            loadOperand(cpu, insn);
        }
        if (empty(cpu, 0) || !memory && empty(cpu, b)) {
            X87Stack.underflow(cpu);
            unit.status |= Fp80.C3 | Fp80.C2 | Fp80.C0;
        } else if (memory) {
            unit.compare(signExponent(cpu, 0), significand(cpu, 0), unit.signExponent, unit.significand, quietIsInvalid);
        } else {
            unit.compare(signExponent(cpu, 0), significand(cpu, 0), signExponent(cpu, b), significand(cpu, b), quietIsInvalid);
        }
        X87Stack.end(cpu, insn, X87Stack.CONDITIONS);
        popAll(cpu, pops);
    }

    private static void popAll(Cpu cpu, int pops) {
        if (cpu.fpu.hasResult()) {
            for (int n = 0; n < pops; n++) {
                X87Stack.pop(cpu);
            }
        }
    }

    private static void compareToFlags(Cpu cpu, Insn insn, boolean quietIsInvalid, int pops) {
        X87Stack.begin(cpu);
        Fp80 unit = cpu.fpu;
        int b = insn.register(1);
        boolean faulty = empty(cpu, 0) || empty(cpu, b);
        if (faulty) {
            X87Stack.underflow(cpu);
            unit.status |= Fp80.C3 | Fp80.C2 | Fp80.C0;
        } else {
            unit.compare(signExponent(cpu, 0), significand(cpu, 0), signExponent(cpu, b), significand(cpu, b), quietIsInvalid);
        }
        int conditions = unit.status;
        unit.status &= ~X87Stack.CONDITIONS;
        X87Stack.endPreserving(cpu, insn, faulty ? Fp80.C1 : 0);
        cpu.statusFlags(((conditions & Fp80.C3) != 0 ? Flags.ZF : 0) | ((conditions & Fp80.C2) != 0 ? Flags.PF : 0)
                | ((conditions & Fp80.C0) != 0 ? Flags.CF : 0));
        popAll(cpu, pops);
    }

    private static void ftst(Cpu cpu, Insn insn) {
        X87Stack.begin(cpu);
        if (empty(cpu, 0)) {
            X87Stack.underflow(cpu);
            cpu.fpu.status |= Fp80.C3 | Fp80.C2 | Fp80.C0;
        } else {
            cpu.fpu.compare(signExponent(cpu, 0), significand(cpu, 0), 0, 0, true);
        }
        X87Stack.end(cpu, insn, X87Stack.CONDITIONS);
    }

    private static void fxam(Cpu cpu, Insn insn) {
        X87Stack.begin(cpu);
        cpu.fpu.examine(signExponent(cpu, 0), significand(cpu, 0));
        if (empty(cpu, 0)) {
            cpu.fpu.status = Fp80.C3 | Fp80.C0 | cpu.fpu.status & Fp80.C1;
        }
        X87Stack.end(cpu, insn, X87Stack.CONDITIONS);
    }

    private static void sign(Cpu cpu, Insn insn, boolean change) {
        X87Stack.begin(cpu);
        if (empty(cpu, 0)) {
            X87Stack.underflow(cpu);
        } else {
            int exponent = signExponent(cpu, 0);
            cpu.fpu.signExponent = change ? exponent ^ 0x8000 : exponent & 0x7fff;
            cpu.fpu.significand = significand(cpu, 0);
        }
        X87Stack.end(cpu, insn, 0);
        if (cpu.fpu.hasResult()) {
            X87Stack.setResult(cpu, 0);
        }
    }

    /** {@code ST(0) = f(ST(0))}. */
    private static void function(Meanings to, Mnemonic mnemonic, int conditions, Function f) {
        to.effect(mnemonic, (cpu, insn) -> {
            X87Stack.begin(cpu);
            if (empty(cpu, 0)) {
                X87Stack.underflow(cpu);
            } else {
                f.run(cpu.fpu, signExponent(cpu, 0), significand(cpu, 0));
            }
            X87Stack.end(cpu, insn, conditions);
            if (cpu.fpu.hasResult()) {
                X87Stack.setResult(cpu, 0);
            }
        });
    }

    /** {@code ST(0) = f(ST(0), ST(1))}; where that is a NaN only C2 and C1 of the conditions change. */
    private static void two(Meanings to, Mnemonic mnemonic, int conditions, Operation f) {
        to.effect(mnemonic, (cpu, insn) -> {
            X87Stack.begin(cpu);
            runOnBoth(cpu, f);
            boolean nothingDone = (cpu.fpu.signExponent & Fp80.SPECIAL) == Fp80.SPECIAL || !cpu.fpu.hasResult();
            X87Stack.end(cpu, insn, nothingDone ? conditions & Fp80.C2 : conditions);
            if (cpu.fpu.hasResult()) {
                X87Stack.setResult(cpu, 0);
            }
        });
    }

    /** {@code ST(1) = f(ST(0), ST(1))}, then pop. */
    private static void popping(Meanings to, Mnemonic mnemonic, Operation f) {
        to.effect(mnemonic, (cpu, insn) -> {
            X87Stack.begin(cpu);
            runOnBoth(cpu, f);
            X87Stack.end(cpu, insn, 0);
            if (cpu.fpu.hasResult()) {
                X87Stack.setResult(cpu, 1);
                X87Stack.pop(cpu);
            }
        });
    }

    private static void runOnBoth(Cpu cpu, Operation f) {
        if (empty(cpu, 0) || empty(cpu, 1)) {
            X87Stack.underflow(cpu);
        } else {
            f.run(cpu.fpu, signExponent(cpu, 0), significand(cpu, 0), signExponent(cpu, 1), significand(cpu, 1));
        }
    }

    /** {@code ST(0) = f(ST(0))}, then push its second result; C2 says that nothing was done. */
    private static void pushing(Meanings to, Mnemonic mnemonic, int conditions, Function f) {
        to.effect(mnemonic, (cpu, insn) -> {
            X87Stack.begin(cpu);
            Fp80 unit = cpu.fpu;
            if (empty(cpu, 0)) {
                X87Stack.underflow(cpu);
            } else if (!empty(cpu, -1)) {
                X87Stack.overflow(cpu);
            } else {
                f.run(unit, signExponent(cpu, 0), significand(cpu, 0));
            }
            X87Stack.end(cpu, insn, conditions);
            if (unit.hasResult() && (unit.status & Fp80.C2) == 0) {
                X87Stack.setResult(cpu, 0);
                X87Stack.push(cpu);
                X87Stack.set(cpu, 0, unit.secondSignExponent, unit.secondSignificand);
            }
        });
    }
}
