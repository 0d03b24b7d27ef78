package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/**
 * Shifts and rotates. SDM Vol. 2: RCL RCR ROL ROR SAL SAR SHL SHR, SHLD, SHRD. OF is defined for a count of one only; for any other it is what
 * Intel's processors make of it: that of a shift of the same operand by one.
 */
final class Shifts {
    private Shifts() {
    }

    static void define(Meanings to) {
        to.bind(Mnemonic.SHL, new Meaning.Shift(Shifts::shl, Shifts::shlFlags));
        to.bind(Mnemonic.SHR, new Meaning.Shift(Shifts::shr, Shifts::shrFlags));
        to.bind(Mnemonic.SAR, new Meaning.Shift(Shifts::sar, Shifts::sarFlags));
        to.bind(Mnemonic.ROL, new Meaning.Shift(Shifts::rol, Shifts::rolFlags));
        to.bind(Mnemonic.ROR, new Meaning.Shift(Shifts::ror, Shifts::rorFlags));
        to.bind(Mnemonic.RCL, new Meaning.Shift(Shifts::rcl, Shifts::rclFlags));
        to.bind(Mnemonic.RCR, new Meaning.Shift(Shifts::rcr, Shifts::rcrFlags));
        to.effect(Mnemonic.SHLD, Shifts::shld);
        to.effect(Mnemonic.SHRD, Shifts::shrd);
    }

    // --- SHL SHR SAR

    static long shl(int width, long a, long count, long cf) {
        return a << count;
    }

    static long shr(int width, long a, long count, long cf) {
        return a >>> count;
    }

    static long sar(int width, long a, long count, long cf) {
        return Cpu.signed(a, width) >> count;
    }

    static void shlFlags(Cpu cpu, int width, long a, int count, long result) {
        long top = a << 64 - 8 * width;
        set(cpu, width, result, top << count - 1 < 0, (top ^ top << 1) < 0);
    }

    static void shrFlags(Cpu cpu, int width, long a, int count, long result) {
        set(cpu, width, result, (a >>> count - 1 & 1) != 0, a << 64 - 8 * width < 0);
    }

    static void sarFlags(Cpu cpu, int width, long a, int count, long result) {
        set(cpu, width, result, (Cpu.signed(a, width) >> count - 1 & 1) != 0, false);
    }

    private static void set(Cpu cpu, int width, long result, boolean cf, boolean of) {
        cpu.zero = result;
        cpu.sign = Cpu.signed(result, width);
        cpu.carry = (cf ? Flags.CARRY_OUT : 0) | (cf != of ? Flags.CARRY_IN : 0);
    }

    // --- ROL ROR

    static long rol(int width, long a, long count, long cf) {
        int bits = 8 * width;
        int n = (int) count & bits - 1;
        return a << n | a >>> 1 >>> bits - 1 - n;
    }

    static long ror(int width, long a, long count, long cf) {
        int bits = 8 * width;
        int n = (int) count & bits - 1;
        return a >>> n | a << 1 << bits - 1 - n;
    }

    static void rolFlags(Cpu cpu, int width, long a, int count, long result) {
        rotated(cpu, (result & 1) != 0, topDiffers(a, width));
    }

    static void rorFlags(Cpu cpu, int width, long a, int count, long result) {
        rotated(cpu, result << 64 - 8 * width < 0, ((a >>> 8 * width - 1 ^ a) & 1) != 0);
    }

    /** Whether the two highest bits differ. */
    private static boolean topDiffers(long a, int width) {
        long top = a << 64 - 8 * width;
        return (top ^ top << 1) < 0;
    }

    private static void rotated(Cpu cpu, boolean cf, boolean of) {
        cpu.carry = Flags.carryWord(cf, of, cpu.af());
    }

    // --- RCL RCR

    /** Steps of a rotation through CF: modulo the number of bits with CF where they may exceed it. */
    private static int steps(int width, int count) {
        return width < 4 ? count % (8 * width + 1) : count;
    }

    static long rcl(int width, long a, long count, long cf) {
        int n = steps(width, (int) count);
        if (n == 0) {
            return a;
        }
        return a << n | cf << n - 1 | a >>> 1 >>> 8 * width - n;
    }

    static long rcr(int width, long a, long count, long cf) {
        int bits = 8 * width;
        int n = steps(width, (int) count);
        if (n == 0) {
            return a;
        }
        return a >>> n | cf << bits - n | a << 1 << bits - n;
    }

    static void rclFlags(Cpu cpu, int width, long a, int count, long result) {
        int n = steps(width, count);
        if (n != 0) {
            rotated(cpu, (a >>> 8 * width - n & 1) != 0, topDiffers(a, width));
        }
    }

    static void rcrFlags(Cpu cpu, int width, long a, int count, long result) {
        int n = steps(width, count);
        if (n != 0) {
            rotated(cpu, (a >>> n - 1 & 1) != 0, (a << 64 - 8 * width < 0) != cpu.cf());
        }
    }

    // --- SHLD SHRD

    static void shld(Cpu cpu, Insn insn) {
        int width = insn.width(0);
        int count = (int) cpu.operand(insn, 2) & (width == 8 ? 63 : 31);
        long a = cpu.operandForUpdate(insn, 0);
        long b = cpu.operand(insn, 1);
        if (count == 0) {
            cpu.operand(insn, 0, a);
            return;
        }
        long result = shiftLeft(width, a, b, count) & Cpu.mask(width);
        boolean out = (shiftLeft(width, a, b, count - 1) >>> 8 * width - 1 & 1) != 0;
        cpu.operand(insn, 0, result);
        set(cpu, width, result, out, topDiffers(a, width));
    }

    /** The high part of a : b : a, shifted left; counts beyond 16 occur with 16-bit operands. */
    private static long shiftLeft(int width, long a, long b, int count) {
        if (width == 2) {
            return (a << 32 | b << 16 | a) << count >>> 32;
        }
        return count == 0 ? a : a << count | b >>> 8 * width - count;
    }

    static void shrd(Cpu cpu, Insn insn) {
        int width = insn.width(0);
        int count = (int) cpu.operand(insn, 2) & (width == 8 ? 63 : 31);
        long a = cpu.operandForUpdate(insn, 0);
        long b = cpu.operand(insn, 1);
        if (count == 0) {
            cpu.operand(insn, 0, a);
            return;
        }
        long result = shiftRight(width, a, b, count) & Cpu.mask(width);
        boolean out = (shiftRight(width, a, b, count - 1) & 1) != 0;
        cpu.operand(insn, 0, result);
        set(cpu, width, result, out, ((a >>> 8 * width - 1 ^ b) & 1) != 0);
    }

    /** The low part of a : b : a, shifted right. */
    private static long shiftRight(int width, long a, long b, int count) {
        if (width == 2) {
            return (a << 32 | b << 16 | a) >>> count;
        }
        return count == 0 ? a : a >>> count | b << 8 * width - count;
    }
}
