package org.jvmx.cpu.semantics;

import org.jvmx.cpu.state.Attention;
import org.jvmx.cpu.state.GuestEvent;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;
import org.jvmx.isa.OperandKind;

/**
 * String instructions on memory and their repetition. SDM Vol. 2: CMPS LODS MOVS SCAS STOS, REP/REPE/REPZ/REPNE/REPNZ. Each iteration is committed by
 * itself, so that a fault, a VM exit or an interrupt between two of them finds the registers as the architecture has them, and the instruction goes on from
 * there. Upward runs within a page are done at once.
 */
final class Strings {
    /** Iterations after which a repeated instruction lets the processor look at events; so many count as one retired instruction. */
    static final int BURST = 4096;

    private static final int STOPS = Attention.EXIT | Attention.STEP | Attention.BOUNDARY;
    private static final int REPE = 0xf3;

    /** Some iterations of a string instruction, at most {@code most}: all but the count register is committed. Returns how many. */
    @FunctionalInterface
    private interface Run {
        int run(Cpu cpu, Insn insn, int most);
    }

    private Strings() {
    }

    static void define(Meanings to) {
        family(to, Mnemonic.MOVSB, Strings::move, false);
        family(to, Mnemonic.STOSB, Strings::store, false);
        family(to, Mnemonic.LODSB, Strings::load, false);
        family(to, Mnemonic.CMPSB, Strings::compare, true);
        family(to, Mnemonic.SCASB, Strings::scan, true);
    }

    /** The byte, word, doubleword and quadword instructions, in that order from {@code first}. */
    private static void family(Meanings to, Mnemonic first, Run run, boolean compares) {
        for (int size = 0; size < 4; size++) {
            Mnemonic mnemonic = Mnemonic.values()[first.ordinal() + size];
            to.effect(mnemonic, compares ? (cpu, insn) -> repeatWhile(cpu, insn, run) : (cpu, insn) -> repeat(cpu, insn, run, false));
        }
    }

    // --- repetition

    /** A fault in a repeated comparison leaves the flags as they were before the instruction. */
    private static void repeatWhile(Cpu cpu, Insn insn, Run run) {
        long zero = cpu.zero;
        long sign = cpu.sign;
        long carry = cpu.carry;
        try {
            repeat(cpu, insn, run, true);
        } catch (GuestEvent event) {
            cpu.zero = zero;
            cpu.sign = sign;
            cpu.carry = carry;
            throw event;
        }
    }

    private static void repeat(Cpu cpu, Insn insn, Run run, boolean compares) {
        if (insn.rep == 0) {
            run.run(cpu, insn, 1);
            return;
        }
        int width = insn.addressSize;
        long count = cpu.reg(Cpu.RCX, width);
        if (width == 4) {
            extendPointers(cpu, insn);
        }
        int budget = BURST;
        while (count != 0) {
            int most = Long.compareUnsigned(count, budget) < 0 ? (int) count : budget;
            int done = run.run(cpu, insn, (cpu.attention & STOPS) == 0 ? most : 1);
            count -= done;
            budget -= done;
            cpu.reg(Cpu.RCX, width, count);
            if (count == 0 || compares && cpu.zf() != (insn.rep == REPE)) {
                return;
            }
            if ((cpu.attention & STOPS) != 0 || budget == 0) {
                cpu.nextRip = cpu.rip;
                return;
            }
            if (cpu.completion.active()) {
                cpu.completion.clear();
            }
        }
        cpu.reg(Cpu.RCX, width, 0);
    }

    /** Repeated MOVS and STOS with 32-bit addresses zero-extend their pointers before anything else, as Intel's processors do. */
    private static void extendPointers(Cpu cpu, Insn insn) {
        boolean moves = insn.kind(1) == OperandKind.STRING_SRC && insn.kind(0) == OperandKind.STRING_DST;
        if (moves || insn.kind(0) == OperandKind.STRING_DST) {
            cpu.reg(Cpu.RDI, 4, cpu.gpr[Cpu.RDI]);
        }
        if (moves) {
            cpu.reg(Cpu.RSI, 4, cpu.gpr[Cpu.RSI]);
        }
    }

    // --- the instructions

    private static int move(Cpu cpu, Insn insn, int most) {
        int size = insn.width(0);
        int width = insn.addressSize;
        long from = cpu.reg(Cpu.RSI, width);
        long to = cpu.reg(Cpu.RDI, width);
        int count = Math.min(inPage(cpu, insn, insn.segment, from, most, false), inPage(cpu, insn, Cpu.ES, to, most, true));
        if (count > 1) {
            long source = cpu.nativePage(cpu.linear(insn.segment, from), false);
            long target = cpu.nativePage(cpu.linear(Cpu.ES, to), true);
            if (source != 0 && target != 0) {
                Runs.copy(source, target, count, size);
                advance(cpu, Cpu.RSI, width, (long) count * size);
                advance(cpu, Cpu.RDI, width, (long) count * size);
                return count;
            }
        }
        long value = cpu.load(insn.segment, cpu.linear(insn.segment, from, size, false), size);
        cpu.store(Cpu.ES, cpu.linear(Cpu.ES, to, size, true), size, value);
        advance(cpu, Cpu.RSI, width, step(cpu, size));
        advance(cpu, Cpu.RDI, width, step(cpu, size));
        return 1;
    }

    private static int store(Cpu cpu, Insn insn, int most) {
        int size = insn.width(0);
        int width = insn.addressSize;
        long to = cpu.reg(Cpu.RDI, width);
        int count = inPage(cpu, insn, Cpu.ES, to, most, true);
        if (count > 1) {
            long target = cpu.nativePage(cpu.linear(Cpu.ES, to), true);
            if (target != 0) {
                Runs.fill(target, count, size, cpu.gpr[Cpu.RAX]);
                advance(cpu, Cpu.RDI, width, (long) count * size);
                return count;
            }
        }
        cpu.store(Cpu.ES, cpu.linear(Cpu.ES, to, size, true), size, cpu.gpr[Cpu.RAX]);
        advance(cpu, Cpu.RDI, width, step(cpu, size));
        return 1;
    }

    private static int load(Cpu cpu, Insn insn, int most) {
        int size = insn.width(0);
        cpu.reg(Cpu.RAX, size, source(cpu, insn, size));
        advance(cpu, Cpu.RSI, insn.addressSize, step(cpu, size));
        return 1;
    }

    private static int compare(Cpu cpu, Insn insn, int most) {
        int size = insn.width(0);
        int width = insn.addressSize;
        long left = cpu.reg(Cpu.RSI, width);
        long right = cpu.reg(Cpu.RDI, width);
        int count = Math.min(inPage(cpu, insn, insn.segment, left, most, false), inPage(cpu, insn, Cpu.ES, right, most, false));
        if (count > 1) {
            long a = cpu.nativePage(cpu.linear(insn.segment, left), false);
            long b = cpu.nativePage(cpu.linear(Cpu.ES, right), false);
            if (a != 0 && b != 0) {
                int done = Runs.compare(a, b, count, size, insn.rep == REPE);
                long last = (long) (done - 1) * size;
                subtract(cpu, size, Runs.get(a + last, size), Runs.get(b + last, size));
                advance(cpu, Cpu.RSI, width, (long) done * size);
                advance(cpu, Cpu.RDI, width, (long) done * size);
                return done;
            }
        }
        long other = destination(cpu, insn, size);
        subtract(cpu, size, source(cpu, insn, size), other);
        advance(cpu, Cpu.RSI, width, step(cpu, size));
        advance(cpu, Cpu.RDI, width, step(cpu, size));
        return 1;
    }

    private static int scan(Cpu cpu, Insn insn, int most) {
        int size = insn.width(0);
        int width = insn.addressSize;
        long wanted = cpu.reg(Cpu.RAX, size);
        long at = cpu.reg(Cpu.RDI, width);
        int count = inPage(cpu, insn, Cpu.ES, at, most, false);
        if (count > 1) {
            long page = cpu.nativePage(cpu.linear(Cpu.ES, at), false);
            if (page != 0) {
                int done = Runs.scan(page, wanted, count, size, insn.rep == REPE);
                subtract(cpu, size, wanted, Runs.get(page + (long) (done - 1) * size, size));
                advance(cpu, Cpu.RDI, width, (long) done * size);
                return done;
            }
        }
        subtract(cpu, size, wanted, destination(cpu, insn, size));
        advance(cpu, Cpu.RDI, width, step(cpu, size));
        return 1;
    }

    // --- parts

    private static long source(Cpu cpu, Insn insn, int size) {
        long offset = cpu.reg(Cpu.RSI, insn.addressSize);
        return cpu.load(insn.segment, cpu.linear(insn.segment, offset, size, false), size);
    }

    private static long destination(Cpu cpu, Insn insn, int size) {
        long offset = cpu.reg(Cpu.RDI, insn.addressSize);
        return cpu.load(Cpu.ES, cpu.linear(Cpu.ES, offset, size, false), size);
    }

    private static void subtract(Cpu cpu, int size, long a, long b) {
        FlagEffect.SUB.record(cpu, size, a, b, a - b & Cpu.mask(size));
    }

    private static long step(Cpu cpu, int size) {
        return cpu.df() ? -size : size;
    }

    private static void advance(Cpu cpu, int register, int width, long distance) {
        cpu.reg(register, width, cpu.gpr[register] + distance);
    }

    /**
     * How many elements from an offset upwards lie in one page and need no closer look at their segment, at most {@code most}; fewer than two are not worth
     * it.
     */
    private static int inPage(Cpu cpu, Insn insn, int segment, long offset, int most, boolean write) {
        if (most < 2 || cpu.df()) {
            return 0;
        }
        int size = insn.width(0);
        long bytes = Math.min((long) most * size, 4096 - (cpu.linear(segment, offset) & 4095));
        if (insn.addressSize < 8) {
            bytes = Math.min(bytes, Cpu.mask(insn.addressSize) - offset + 1);
        }
        return cpu.plain(segment, offset + bytes - 1, write) ? (int) bytes / size : 0;
    }
}
