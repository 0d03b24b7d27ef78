package org.jvmx.cpu.semantics;

import org.jvmx.cpu.fp.Fp80;
import org.jvmx.cpu.fp.FpException;
import org.jvmx.isa.Insn;

/**
 * The x87 register stack, and the order in which an x87 instruction comes about: a pending exception first, then its operands, the
 * arithmetic, and the status word last. SDM Vol. 1, "x87 FPU Execution Environment". The pointers follow current processors: the
 * instruction pointer always, opcode and data pointer with unmasked exceptions only, no selectors.
 */
final class X87Stack {
    /** Stack fault, exception summary, busy. */
    static final int SF = 1 << 6;
    static final int ES = 1 << 7;
    static final int BUSY = 1 << 15;
    static final int CONDITIONS = Fp80.C0 | Fp80.C1 | Fp80.C2 | Fp80.C3;
    private static final int MATH_FAULT = 16;

    private X87Stack() {
    }

    /** Delivers a pending exception. CR0.NE is not asked: VMX operation fixes it to 1. */
    static void deliverPending(Cpu cpu) {
        if ((cpu.fpStatus & ES) != 0) {
            throw cpu.raise(MATH_FAULT);
        }
    }

    /** Begins a waiting instruction. */
    static void begin(Cpu cpu) {
        deliverPending(cpu);
        cpu.fpu.begin(cpu.fpControl);
    }

    /** The physical register that is ST(i). */
    static int physical(Cpu cpu, int i) {
        return cpu.fpTop + i & 7;
    }

    static boolean empty(Cpu cpu, int i) {
        return (cpu.fpNotEmpty >>> physical(cpu, i) & 1) == 0;
    }

    static int signExponent(Cpu cpu, int i) {
        return cpu.fpSignExponent[physical(cpu, i)];
    }

    static long significand(Cpu cpu, int i) {
        return cpu.fpSignificand[physical(cpu, i)];
    }

    /** Writes ST(i), which is then not empty. */
    static void set(Cpu cpu, int i, int signExponent, long significand) {
        int register = physical(cpu, i);
        cpu.fpSignExponent[register] = signExponent;
        cpu.fpSignificand[register] = significand;
        cpu.fpNotEmpty |= 1 << register;
    }

    /** Writes the unit's result to ST(i). */
    static void setResult(Cpu cpu, int i) {
        set(cpu, i, cpu.fpu.signExponent, cpu.fpu.significand);
    }

    static void pop(Cpu cpu) {
        cpu.fpNotEmpty &= ~(1 << cpu.fpTop);
        cpu.fpTop = cpu.fpTop + 1 & 7;
    }

    /** Makes room on the stack. */
    static void push(Cpu cpu) {
        cpu.fpTop = cpu.fpTop - 1 & 7;
    }

    /** An empty register was read: the unit's result is the indefinite. */
    static void underflow(Cpu cpu) {
        fault(cpu, 0);
    }

    /** A register that is not empty was to be pushed over. */
    static void overflow(Cpu cpu) {
        fault(cpu, Fp80.C1);
    }

    private static void fault(Cpu cpu, int direction) {
        Fp80 unit = cpu.fpu;
        unit.status = FpException.IE | SF | direction;
        unit.signExponent = Fp80.INDEFINITE_EXPONENT;
        unit.significand = Fp80.INDEFINITE_SIGNIFICAND;
        unit.secondSignExponent = unit.signExponent;
        unit.secondSignificand = unit.significand;
    }

    /** Takes the unit's status, replacing C1 and the other conditions that are given. */
    static void end(Cpu cpu, Insn insn, int conditions) {
        endPreserving(cpu, insn, conditions | Fp80.C1);
    }

    /** Takes the unit's status, replacing the conditions that are given. */
    static void endPreserving(Cpu cpu, Insn insn, int conditions) {
        int unmasked = cpu.fpu.unmasked();
        cpu.fpStatus = cpu.fpStatus & ~conditions | cpu.fpu.status;
        cpu.fpInstruction = cpu.rip;
        if (unmasked != 0) {
            cpu.fpStatus |= ES | BUSY;
            cpu.fpOpcode = (insn.opcode & 7) << 8 | insn.modrm;
            if (insn.hasMemory()) {
                cpu.fpData = cpu.offset(insn);
            }
        }
    }

    /** Recomputes the summary bits after the status or the masks were loaded. */
    static void summarize(Cpu cpu) {
        boolean pending = (cpu.fpStatus & ~cpu.fpControl & FpException.ALL) != 0;
        cpu.fpStatus = cpu.fpStatus & ~(ES | BUSY) | (pending ? ES | BUSY : 0);
    }
}
