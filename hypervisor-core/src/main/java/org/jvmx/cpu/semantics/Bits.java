package org.jvmx.cpu.semantics;

import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Single bits, bit counts and byte order. SDM Vol. 2: BSF BSR BSWAP BT BTC BTR BTS LZCNT MOVBE POPCNT TZCNT. */
final class Bits {
    private Bits() {
    }

    static void define(Meanings to) {
        test(to, Mnemonic.BT, new Meaning.Compare(Bits::unchanged, FlagEffect.BIT), Bits::unchanged);
        test(to, Mnemonic.BTS, new Meaning.Binary(Bits::set, FlagEffect.BIT), Bits::set);
        test(to, Mnemonic.BTR, new Meaning.Binary(Bits::reset, FlagEffect.BIT), Bits::reset);
        test(to, Mnemonic.BTC, new Meaning.Binary(Bits::complement, FlagEffect.BIT), Bits::complement);
        to.effect(Mnemonic.BSF, (cpu, insn) -> scan(cpu, insn, true));
        to.effect(Mnemonic.BSR, (cpu, insn) -> scan(cpu, insn, false));
        to.bind(Mnemonic.LZCNT, new Meaning.Move(Bits::leadingZeros, FlagEffect.ZERO_COUNT));
        to.bind(Mnemonic.TZCNT, new Meaning.Move(Bits::trailingZeros, FlagEffect.ZERO_COUNT));
        to.bind(Mnemonic.POPCNT, new Meaning.Move(Bits::count, FlagEffect.POPCNT));
        to.bind(Mnemonic.BSWAP, new Meaning.Unary(Bits::swapRegister, FlagEffect.NONE));
        to.bind(Mnemonic.MOVBE, new Meaning.Move(Bits::swap));
    }

    /** A bit number in a register may reach beyond a memory operand: that form is an effect. */
    private static void test(Meanings to, Mnemonic mnemonic, Meaning plain, Fn value) {
        Meaning string = new Meaning.Effect((cpu, insn) -> bitString(cpu, insn, value));
        to.bind(mnemonic, new Meaning.ByForm(insn -> insn.isMemory(0) && insn.isRegister(1) ? string : plain));
    }

    static long unchanged(int width, long a, long bit, long cf) {
        return a;
    }

    static long set(int width, long a, long bit, long cf) {
        return a | 1L << (bit & 8 * width - 1);
    }

    static long reset(int width, long a, long bit, long cf) {
        return a & ~(1L << (bit & 8 * width - 1));
    }

    static long complement(int width, long a, long bit, long cf) {
        return a ^ 1L << (bit & 8 * width - 1);
    }

    /** BT and its kin on a bit string in memory. SDM Vol. 1, "Bit and Byte Instructions"; Vol. 2, "BT", the table of bit offsets. */
    private static void bitString(Cpu cpu, Insn insn, Fn value) {
        int width = insn.width(0);
        long bit = Cpu.signed(cpu.operand(insn, 1), width);
        int shift = 3 + Integer.numberOfTrailingZeros(width);
        long offset = cpu.offset(insn) + (bit >> shift) * width & Cpu.mask(insn.addressSize);
        boolean writes = insn.mnemonic != Mnemonic.BT;
        long address = cpu.linear(insn.segment, offset, width, writes);
        long a = writes ? change(cpu, insn, address, bit, value) : cpu.load(insn.segment, address, width);
        FlagEffect.BIT.record(cpu, width, a, bit, 0);
    }

    /** Changes a bit in memory; returns what was there. */
    private static long change(Cpu cpu, Insn insn, long address, long bit, Fn value) {
        int width = insn.width(0);
        long a = cpu.loadForUpdate(insn.segment, address, width);
        if (!cpu.isLocked(insn)) {
            cpu.store(insn.segment, address, width, value.of(width, a, bit, 0));
            return a;
        }
        while (!cpu.compareAndStore(insn.segment, address, width, a, value.of(width, a, bit, 0))) {
            a = cpu.loadForUpdate(insn.segment, address, width);
        }
        return a;
    }

    /** A source of zero leaves the whole destination register as it was. */
    private static void scan(Cpu cpu, Insn insn, boolean forward) {
        long source = cpu.operand(insn, 1);
        int found = 0;
        if (source != 0) {
            found = forward ? Long.numberOfTrailingZeros(source) : 63 - Long.numberOfLeadingZeros(source);
            cpu.operand(insn, 0, found);
        }
        cpu.zero = source;
        cpu.sign = found;
        cpu.carry = 0;
    }

    static long leadingZeros(int width, long a, long b, long cf) {
        return Long.numberOfLeadingZeros(b) - (64 - 8 * width);
    }

    static long trailingZeros(int width, long a, long b, long cf) {
        return Math.min(Long.numberOfTrailingZeros(b), 8 * width);
    }

    static long count(int width, long a, long b, long cf) {
        return Long.bitCount(b);
    }

    static long swap(int width, long a, long b, long cf) {
        return Long.reverseBytes(b) >>> 64 - 8 * width;
    }

    /** Of 16 bits BSWAP makes zero, as Intel's processors do. */
    static long swapRegister(int width, long a, long b, long cf) {
        return width == 2 ? 0 : Long.reverseBytes(a) >>> 64 - 8 * width;
    }
}
