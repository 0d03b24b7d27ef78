package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Bit manipulation, carry chains and CRC32. SDM Vol. 2: ADCX ADOX ANDN BEXTR BLSI BLSMSK BLSR BZHI CRC32 PDEP PEXT RORX SARX SHLX SHRX. */
final class Bmi {
    /** The polynomial 11EDC6F41H, reflected, without its highest term. */
    private static final int CASTAGNOLI = 0x82f6_3b78;

    private Bmi() {
    }

    static void define(Meanings to) {
        to.bind(Mnemonic.ANDN, new Meaning.Binary(Bmi::andn, FlagEffect.ANDN));
        to.bind(Mnemonic.BEXTR, new Meaning.Binary(Bmi::bextr, FlagEffect.BEXTR));
        to.bind(Mnemonic.BLSI, new Meaning.Move(Bmi::blsi, FlagEffect.BLSI));
        to.bind(Mnemonic.BLSMSK, new Meaning.Move(Bmi::blsmsk, FlagEffect.BLSR));
        to.bind(Mnemonic.BLSR, new Meaning.Move(Bmi::blsr, FlagEffect.BLSR));
        to.bind(Mnemonic.BZHI, new Meaning.Binary(Bmi::bzhi, FlagEffect.BZHI));
        to.bind(Mnemonic.PDEP, new Meaning.Binary(Bmi::pdep, FlagEffect.NONE));
        to.bind(Mnemonic.PEXT, new Meaning.Binary(Bmi::pext, FlagEffect.NONE));
        to.bind(Mnemonic.RORX, new Meaning.Binary(Bmi::rorx, FlagEffect.NONE));
        to.bind(Mnemonic.SARX, new Meaning.Binary(Bmi::sarx, FlagEffect.NONE));
        to.bind(Mnemonic.SHLX, new Meaning.Binary(Bmi::shlx, FlagEffect.NONE));
        to.bind(Mnemonic.SHRX, new Meaning.Binary(Bmi::shrx, FlagEffect.NONE));
        to.effect(Mnemonic.ADCX, Bmi::adcx);
        to.effect(Mnemonic.ADOX, Bmi::adox);
        to.effect(Mnemonic.CRC32, Bmi::crc32);
    }

    static long andn(int width, long a, long b, long cf) {
        return ~a & b;
    }

    /** Start in bits 7:0 and length in bits 15:8 of the control. */
    static long bextr(int width, long a, long control, long cf) {
        int start = (int) control & 0xff;
        int length = (int) (control >>> 8) & 0xff;
        long shifted = start >= 64 ? 0 : a >>> start;
        return length >= 64 ? shifted : shifted & (1L << length) - 1;
    }

    static long blsi(int width, long a, long b, long cf) {
        return b & -b;
    }

    static long blsmsk(int width, long a, long b, long cf) {
        return b ^ b - 1;
    }

    static long blsr(int width, long a, long b, long cf) {
        return b & b - 1;
    }

    static long bzhi(int width, long a, long b, long cf) {
        int count = (int) b & 0xff;
        return count >= 64 ? a : a & (1L << count) - 1;
    }

    static long pdep(int width, long a, long mask, long cf) {
        return Long.expand(a, mask);
    }

    static long pext(int width, long a, long mask, long cf) {
        return Long.compress(a, mask);
    }

    static long rorx(int width, long a, long count, long cf) {
        return width == 8 ? Long.rotateRight(a, (int) count) : Integer.rotateRight((int) a, (int) count);
    }

    static long sarx(int width, long a, long count, long cf) {
        return width == 8 ? a >> count : (int) a >> count;
    }

    static long shlx(int width, long a, long count, long cf) {
        return width == 8 ? a << count : (int) a << count;
    }

    static long shrx(int width, long a, long count, long cf) {
        return width == 8 ? a >>> count : (int) a >>> count;
    }

    private static void adcx(Cpu cpu, Insn insn) {
        cpu.cf(add(cpu, insn, cpu.cf()));
    }

    private static void adox(Cpu cpu, Insn insn) {
        boolean of = add(cpu, insn, cpu.of());
        cpu.carry = Flags.carryWord(cpu.cf(), of, cpu.af());
    }

    /** Adds with a carry in; returns the carry out. */
    private static boolean add(Cpu cpu, Insn insn, boolean carry) {
        int width = insn.width(0);
        long a = cpu.operand(insn, 0);
        long b = cpu.operand(insn, 1);
        long result = a + b + (carry ? 1 : 0) & Cpu.mask(width);
        cpu.operand(insn, 0, result);
        return ((a & b | (a | b) & ~result) >>> 8 * width - 1 & 1) != 0;
    }

    private static void crc32(Cpu cpu, Insn insn) {
        int width = insn.width(1);
        long source = cpu.operand(insn, 1);
        int crc = (int) cpu.gpr[insn.register(0)];
        for (int at = 0; at < width; at++) {
            crc ^= (int) (source >>> 8 * at) & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >>> 1 ^ CASTAGNOLI & -(crc & 1);
            }
        }
        cpu.gpr[insn.register(0)] = crc & 0xffff_ffffL;
    }
}
