package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Multiplication and division. SDM Vol. 2: DIV IDIV IMUL MUL MULX. */
final class MulDiv {
    private static final int VECTOR_DE = 0;

    private MulDiv() {
    }

    static void define(Meanings to) {
        Meaning product = new Meaning.Binary(MulDiv::product, FlagEffect.MULTIPLY);
        Meaning full = new Meaning.Effect(MulDiv::imul);
        to.bind(Mnemonic.IMUL, new Meaning.ByForm(insn -> insn.operandCount == 1 ? full : product));
        to.effect(Mnemonic.MUL, MulDiv::mul);
        to.effect(Mnemonic.MULX, MulDiv::mulx);
        to.effect(Mnemonic.DIV, MulDiv::div);
        to.effect(Mnemonic.IDIV, MulDiv::idiv);
    }

    static long product(int width, long a, long b, long cf) {
        return a * b;
    }

    // --- products of double width

    static void mul(Cpu cpu, Insn insn) {
        int width = insn.width(0);
        long a = cpu.reg(Cpu.RAX, width);
        long b = cpu.operand(insn, 0);
        long low = a * b;
        long high = width == 8 ? Math.unsignedMultiplyHigh(a, b) : low >>> 8 * width;
        result(cpu, width, low, high);
        productFlags(cpu, width, low, high != 0);
    }

    static void imul(Cpu cpu, Insn insn) {
        int width = insn.width(0);
        long a = Cpu.signed(cpu.reg(Cpu.RAX, width), width);
        long b = Cpu.signed(cpu.operand(insn, 0), width);
        long low = a * b;
        long high = width == 8 ? Math.multiplyHigh(a, b) : low >> 8 * width;
        result(cpu, width, low, high);
        productFlags(cpu, width, low, high != Cpu.signed(low, width) >> 63);
    }

    /** Puts a double-width result into AX or rDX:rAX. */
    private static void result(Cpu cpu, int width, long low, long high) {
        if (width == 1) {
            cpu.reg(Cpu.RAX, 2, low & 0xff | high << 8);
        } else {
            cpu.reg(Cpu.RAX, width, low);
            cpu.reg(Cpu.RDX, width, high);
        }
    }

    /** CF and OF are defined; SF and PF are those of the low half, ZF and AF zero. */
    private static void productFlags(Cpu cpu, int width, long low, boolean overflow) {
        cpu.zero = 1;
        cpu.sign = Cpu.signed(low, width);
        cpu.carry = overflow ? Flags.CARRY_OUT : 0;
    }

    static void mulx(Cpu cpu, Insn insn) {
        int width = insn.width(0);
        long a = cpu.reg(Cpu.RDX, width);
        long b = cpu.operand(insn, 2);
        long low = a * b;
        long high = width == 8 ? Math.unsignedMultiplyHigh(a, b) : low >>> 32;
        cpu.reg(insn.register(1), width, low);
        cpu.reg(insn.register(0), width, high);
    }

    // --- quotients

    static void div(Cpu cpu, Insn insn) {
        int width = insn.width(0);
        long divisor = cpu.operand(insn, 0);
        if (width == 8) {
            divide128(cpu, divisor);
            return;
        }
        long dividend = dividend(cpu, width);
        if (divisor == 0) {
            throw cpu.raise(VECTOR_DE);
        }
        long quotient = Long.divideUnsigned(dividend, divisor);
        if (Long.compareUnsigned(quotient, Cpu.mask(width)) > 0) {
            throw cpu.raise(VECTOR_DE);
        }
        result(cpu, width, quotient, Long.remainderUnsigned(dividend, divisor));
    }

    static void idiv(Cpu cpu, Insn insn) {
        int width = insn.width(0);
        long divisor = Cpu.signed(cpu.operand(insn, 0), width);
        if (width == 8) {
            divideSigned128(cpu, divisor);
            return;
        }
        long dividend = Cpu.signed(dividend(cpu, width), 2 * width);
        if (divisor == 0) {
            throw cpu.raise(VECTOR_DE);
        }
        long quotient = dividend / divisor;
        if (quotient != Cpu.signed(quotient, width) || dividend == Long.MIN_VALUE && divisor == -1) {
            throw cpu.raise(VECTOR_DE);
        }
        result(cpu, width, quotient & Cpu.mask(width), dividend % divisor & Cpu.mask(width));
    }

    /** AX, DX:AX or EDX:EAX. */
    private static long dividend(Cpu cpu, int width) {
        return width == 1 ? cpu.reg(Cpu.RAX, 2) : cpu.reg(Cpu.RDX, width) << 8 * width | cpu.reg(Cpu.RAX, width);
    }

    private static void divide128(Cpu cpu, long divisor) {
        long high = cpu.gpr[Cpu.RDX];
        long low = cpu.gpr[Cpu.RAX];
        if (Long.compareUnsigned(high, divisor) >= 0) {
            throw cpu.raise(VECTOR_DE);
        }
        long quotient = quotient(high, low, divisor);
        cpu.gpr[Cpu.RAX] = quotient;
        cpu.gpr[Cpu.RDX] = low - quotient * divisor;
    }

    private static void divideSigned128(Cpu cpu, long divisor) {
        long high = cpu.gpr[Cpu.RDX];
        long low = cpu.gpr[Cpu.RAX];
        boolean negative = high < 0;
        if (negative) {
            high = ~high + (low == 0 ? 1 : 0);
            low = -low;
        }
        long size = Math.abs(divisor);
        if (Long.compareUnsigned(high, size) >= 0) {
            throw cpu.raise(VECTOR_DE);
        }
        long quotient = quotient(high, low, size);
        long remainder = low - quotient * size;
        boolean opposite = negative != divisor < 0;
        if (quotient < 0 && !(opposite && quotient == Long.MIN_VALUE)) {
            throw cpu.raise(VECTOR_DE);
        }
        cpu.gpr[Cpu.RAX] = opposite ? -quotient : quotient;
        cpu.gpr[Cpu.RDX] = negative ? -remainder : remainder;
    }

    /** Unsigned (high : low) / divisor where high is less than the divisor: two digits of 32 bits, each estimated and corrected (long division). */
    static long quotient(long high, long low, long divisor) {
        if (high == 0) {
            return Long.divideUnsigned(low, divisor);
        }
        int shift = Long.numberOfLeadingZeros(divisor);
        long d = divisor << shift;
        long rest = high << shift | low >>> 1 >>> 63 - shift;
        long tail = low << shift;
        long first = digit(rest, tail >>> 32, d);
        rest = (rest << 32 | tail >>> 32) - first * d;
        long second = digit(rest, tail & 0xffff_ffffL, d);
        return first << 32 | second;
    }

    /** One digit of the quotient of (rest : next) by a divisor whose highest bit is set. */
    private static long digit(long rest, long next, long d) {
        long high = d >>> 32;
        long low = d & 0xffff_ffffL;
        long q = Long.divideUnsigned(rest, high);
        long r = rest - q * high;
        while (q > 0xffff_ffffL || Long.compareUnsigned(q * low, r << 32 | next) > 0) {
            q--;
            r += high;
            if (r > 0xffff_ffffL) {
                break;
            }
        }
        return q;
    }
}
