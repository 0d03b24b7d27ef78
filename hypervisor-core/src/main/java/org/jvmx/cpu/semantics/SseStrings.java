package org.jvmx.cpu.semantics;

import static org.jvmx.isa.Mnemonic.*;

import org.jvmx.cpu.fp.Aes;
import org.jvmx.cpu.fp.Polynomial;
import org.jvmx.cpu.fp.Sha;
import org.jvmx.cpu.fp.StringComparison;
import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Packed strings, AES, SHA, carry-less multiplication. SDM Vol. 2: AES... PCLMULQDQ PCMPESTRx PCMPISTRx SHA... */
final class SseStrings {
    private SseStrings() {
    }

    /** One half of a round of AES. */
    @FunctionalInterface
    private interface Round {
        long of(long low, long high, boolean upper);
    }

    /** A function of two XMM registers that leaves its result in the unit's pair. */
    @FunctionalInterface
    private interface Pair {
        void run(long low, long high, SimdUnit source, Insn insn);
    }

    static void define(Meanings to) {
        SimdForms.same(to, PCMPESTRI, (cpu, insn) -> index(cpu, insn, true));
        SimdForms.same(to, PCMPISTRI, (cpu, insn) -> index(cpu, insn, false));
        mask(to, PCMPESTRM, true);
        mask(to, PCMPISTRM, false);
        SimdForms.packed(to, AESENC, round(Aes::encrypt));
        SimdForms.packed(to, AESENCLAST, round(Aes::encryptLast));
        SimdForms.packed(to, AESDEC, round(Aes::decrypt));
        SimdForms.packed(to, AESDECLAST, round(Aes::decryptLast));
        SimdForms.packed(to, AESIMC, (s, _) -> {
            s.low = Aes.inverseMixColumns(s.low);
            s.high = Aes.inverseMixColumns(s.high);
        });
        SimdForms.packed(to, AESKEYGENASSIST, (s, constant) -> {
            s.low = Aes.keyGenerationAssist(s.low, constant);
            s.high = Aes.keyGenerationAssist(s.high, constant);
        });
        SimdForms.packed(to, PCLMULQDQ, SseStrings::pclmulqdq);
        to.effect(SHA1RNDS4, pair((low, high, s, insn) -> Sha.sha1Rounds4(low, high, s.low, s.high, (int) insn.immediate, s.pair)));
        to.effect(SHA1NEXTE, pair((_, high, s, _) -> Sha.sha1NextE(high, s.low, s.high, s.pair)));
        to.effect(SHA1MSG1, pair((low, high, s, _) -> Sha.sha1Message1(low, high, s.high, s.pair)));
        to.effect(SHA1MSG2, pair((low, high, s, _) -> Sha.sha1Message2(low, high, s.low, s.high, s.pair)));
        to.effect(SHA256MSG1, pair((low, high, s, _) -> Sha.sha256Message1(low, high, s.low, s.pair)));
        to.effect(SHA256MSG2, pair((low, high, s, _) -> Sha.sha256Message2(low, high, s.high, s.pair)));
        to.effect(SHA256RNDS2, SseStrings::sha256rnds2);
    }

    /** Compares the strings of operands 0 and 1, sets the flags, returns the mask. */
    private static int compare(Cpu cpu, Insn insn, boolean explicit) {
        SseOperands.loadFull(cpu, insn, 1);
        int control = (int) insn.immediate;
        long low = SseOperands.low(cpu, insn.register(0));
        long high = SseOperands.high(cpu, insn.register(0));
        SimdUnit source = cpu.simd;
        int length1 = explicit ? explicitLength(cpu, insn, Cpu.RAX) : StringComparison.implicitLength(low, high, control);
        int length2 = explicit ? explicitLength(cpu, insn, Cpu.RDX) : StringComparison.implicitLength(source.low, source.high, control);
        int mask = StringComparison.compare(low, high, length1, source.low, source.high, length2, control);
        int count = StringComparison.elements(control);
        cpu.statusFlags((mask != 0 ? Flags.CF : 0) | (length2 < count ? Flags.ZF : 0) | (length1 < count ? Flags.SF : 0)
                | ((mask & 1) != 0 ? Flags.OF : 0));
        return mask;
    }

    private static int explicitLength(Cpu cpu, Insn insn, int register) {
        long length = insn.operandSize == 8 ? cpu.gpr[register] : (int) cpu.gpr[register];
        return StringComparison.explicitLength(length, (int) insn.immediate);
    }

    private static void index(Cpu cpu, Insn insn, boolean explicit) {
        int mask = compare(cpu, insn, explicit);
        cpu.reg(Cpu.RCX, 4, StringComparison.index(mask, (int) insn.immediate));
    }

    private static void mask(Meanings to, Mnemonic mnemonic, boolean explicit) {
        to.effect(mnemonic, (cpu, insn) -> {
            int mask = compare(cpu, insn, explicit);
            int control = (int) insn.immediate;
            SseOperands.set(cpu, 0, StringComparison.maskLow(mask, control), StringComparison.maskHigh(mask, control));
        });
        to.effect(mnemonic.vex(), (cpu, insn) -> {
            int mask = compare(cpu, insn, explicit);
            int control = (int) insn.immediate;
            SseOperands.setVex(cpu, 0, StringComparison.maskLow(mask, control), StringComparison.maskHigh(mask, control));
        });
    }

    private static SimdForms.Lane round(Round f) {
        return (s, _) -> {
            s.low ^= f.of(s.firstLow, s.firstHigh, false);
            s.high ^= f.of(s.firstLow, s.firstHigh, true);
        };
    }

    private static void pclmulqdq(SimdUnit s, int control) {
        long a = (control & 1) == 0 ? s.firstLow : s.firstHigh;
        long b = (control & 0x10) == 0 ? s.low : s.high;
        s.low = Polynomial.productLow(a, b);
        s.high = Polynomial.productHigh(a, b);
    }

    private static EffectFn pair(Pair f) {
        return (cpu, insn) -> {
            SseOperands.loadFull(cpu, insn, 1);
            int at = 2 * insn.register(0);
            f.run(cpu.xmm[at], cpu.xmm[at + 1], cpu.simd, insn);
            SseOperands.set(cpu, insn.register(0), cpu.simd.pair[0], cpu.simd.pair[1]);
        };
    }

    private static void sha256rnds2(Cpu cpu, Insn insn) {
        SseOperands.loadFull(cpu, insn, 1);
        SimdUnit simd = cpu.simd;
        int at = 2 * insn.register(0);
        Sha.sha256Rounds2(cpu.xmm[at], cpu.xmm[at + 1], simd.low, simd.high, cpu.xmm[0], simd.pair);
        SseOperands.set(cpu, insn.register(0), simd.pair[0], simd.pair[1]);
    }
}
