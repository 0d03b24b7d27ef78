package org.jvmx.cpu.semantics;

import org.jvmx.isa.Mnemonic;

/** Add, subtract, logic, and moves. SDM Vol. 2: ADC ADD AND CMP DEC INC LEA MOV MOVSX MOVSXD MOVZX NEG NOT OR SBB SUB TEST XOR. */
final class Alu {
    private Alu() {
    }

    static void define(Meanings to) {
        to.bind(Mnemonic.ADD, new Meaning.Binary(Alu::add, FlagEffect.ADD));
        to.bind(Mnemonic.ADC, new Meaning.Binary(Alu::adc, FlagEffect.ADD));
        to.bind(Mnemonic.SUB, new Meaning.Binary(Alu::sub, FlagEffect.SUB));
        to.bind(Mnemonic.SBB, new Meaning.Binary(Alu::sbb, FlagEffect.SUB));
        to.bind(Mnemonic.CMP, new Meaning.Compare(Alu::sub, FlagEffect.SUB));
        to.bind(Mnemonic.AND, new Meaning.Binary(Alu::and, FlagEffect.LOGIC));
        to.bind(Mnemonic.TEST, new Meaning.Compare(Alu::and, FlagEffect.LOGIC));
        to.bind(Mnemonic.OR, new Meaning.Binary(Alu::or, FlagEffect.LOGIC));
        to.bind(Mnemonic.XOR, new Meaning.Binary(Alu::xor, FlagEffect.LOGIC));
        to.bind(Mnemonic.INC, new Meaning.Unary(Alu::inc, FlagEffect.INC));
        to.bind(Mnemonic.DEC, new Meaning.Unary(Alu::dec, FlagEffect.DEC));
        to.bind(Mnemonic.NEG, new Meaning.Unary(Alu::neg, FlagEffect.NEG));
        to.bind(Mnemonic.NOT, new Meaning.Unary(Alu::not, FlagEffect.NONE));
        to.bind(Mnemonic.MOV, new Meaning.Move(Alu::source));
        to.bind(Mnemonic.MOVZX, new Meaning.Move(Alu::source));
        to.bind(Mnemonic.MOVSX, new Meaning.SignExtend());
        to.bind(Mnemonic.MOVSXD, new Meaning.SignExtend());
        to.bind(Mnemonic.LEA, new Meaning.Address());
    }

    static long add(int width, long a, long b, long cf) {
        return a + b;
    }

    static long adc(int width, long a, long b, long cf) {
        return a + b + cf;
    }

    static long sub(int width, long a, long b, long cf) {
        return a - b;
    }

    static long sbb(int width, long a, long b, long cf) {
        return a - b - cf;
    }

    static long and(int width, long a, long b, long cf) {
        return a & b;
    }

    static long or(int width, long a, long b, long cf) {
        return a | b;
    }

    static long xor(int width, long a, long b, long cf) {
        return a ^ b;
    }

    static long inc(int width, long a, long b, long cf) {
        return a + 1;
    }

    static long dec(int width, long a, long b, long cf) {
        return a - 1;
    }

    static long neg(int width, long a, long b, long cf) {
        return -a;
    }

    static long not(int width, long a, long b, long cf) {
        return ~a;
    }

    static long source(int width, long a, long b, long cf) {
        return b;
    }
}
