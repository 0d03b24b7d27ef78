package org.jvmx.cpu.semantics;

import static org.jvmx.cpu.semantics.X87Stack.empty;
import static org.jvmx.cpu.semantics.X87Stack.significand;
import static org.jvmx.cpu.semantics.X87Stack.signExponent;
import static org.jvmx.isa.Mnemonic.*;

import java.util.function.Predicate;
import org.jvmx.cpu.fp.Fp80;
import org.jvmx.cpu.fp.Fp80Transfer;
import org.jvmx.cpu.fp.FpException;
import org.jvmx.isa.Insn;
import org.jvmx.isa.Mnemonic;

/** Loads, stores and moves of the x87 stack. SDM Vol. 2: FBLD FBSTP FCMOVcc FFREE FILD FIST FISTTP FLD FLDx FST FXCH. */
final class X87Transfers {
    private static final int STORE_STOPS = FpException.BEFORE_OPERATION | FpException.OE | FpException.UE;

    /** The alias of FSTP that does not look whether ST(0) is empty. */
    private static final int UNCHECKED_STORE = 0xd9;

    private X87Transfers() {
    }

    /** What brings a value to the unit's result. */
    @FunctionalInterface
    private interface Source {
        void load(Cpu cpu, Insn insn);
    }

    static void define(Meanings to) {
        Meaning loadRegister = new Meaning.Effect((cpu, insn) -> load(cpu, insn, X87Transfers::loadRegister));
        Meaning loadMemory = new Meaning.Effect((cpu, insn) -> load(cpu, insn, X87Transfers::loadFloat));
        to.bind(FLD, new Meaning.ByForm(insn -> insn.isMemory(0) ? loadMemory : loadRegister));
        to.effect(FILD, (cpu, insn) -> load(cpu, insn, X87Transfers::loadInteger));
        to.effect(FBLD, (cpu, insn) -> load(cpu, insn, X87Transfers::loadBcd));
        Mnemonic[] constants = {FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2, FLDZ};
        for (int n = 0; n < constants.length; n++) {
            int index = n;
            to.effect(constants[n], (cpu, insn) -> load(cpu, insn, (c, _) -> Fp80Transfer.loadConstant(index, c.fpu)));
        }
        to.effect(FST, (cpu, insn) -> store(cpu, insn, false));
        to.effect(FSTP, (cpu, insn) -> store(cpu, insn, true));
        to.effect(FIST, (cpu, insn) -> storeInteger(cpu, insn, false, false));
        to.effect(FISTP, (cpu, insn) -> storeInteger(cpu, insn, false, true));
        to.effect(FISTTP, (cpu, insn) -> storeInteger(cpu, insn, true, true));
        to.effect(FBSTP, X87Transfers::fbstp);
        to.effect(FXCH, X87Transfers::fxch);
        to.effect(FFREE, (cpu, insn) -> free(cpu, insn, false));
        to.effect(FFREEP, (cpu, insn) -> free(cpu, insn, true));
        move(to, FCMOVB, Cpu::cf);
        move(to, FCMOVE, Cpu::zf);
        move(to, FCMOVBE, cpu -> cpu.cf() || cpu.zf());
        move(to, FCMOVU, Cpu::pf);
        move(to, FCMOVNB, cpu -> !cpu.cf());
        move(to, FCMOVNE, cpu -> !cpu.zf());
        move(to, FCMOVNBE, cpu -> !cpu.cf() && !cpu.zf());
        move(to, FCMOVNU, cpu -> !cpu.pf());
    }

    /** A denormal number is loaded even if that exception is unmasked. */
    private static void load(Cpu cpu, Insn insn, Source source) {
        X87Stack.begin(cpu);
        source.load(cpu, insn);
        if (!empty(cpu, -1) && (cpu.fpu.status & X87Stack.SF) == 0) {
            X87Stack.overflow(cpu);
        }
        X87Stack.end(cpu, insn, 0);
        if ((cpu.fpu.unmasked() & FpException.IE) == 0) {
            X87Stack.push(cpu);
            X87Stack.setResult(cpu, 0);
        }
    }

    private static void loadRegister(Cpu cpu, Insn insn) {
        int source = insn.register(0);
        if (empty(cpu, source)) {
            X87Stack.underflow(cpu);
        } else {
            copy(cpu, source);
        }
    }

    /** Makes ST(i) the unit's result. */
    private static void copy(Cpu cpu, int i) {
        cpu.fpu.signExponent = signExponent(cpu, i);
        cpu.fpu.significand = significand(cpu, i);
    }

    private static void loadFloat(Cpu cpu, Insn insn) {
        switch (insn.width(0)) {
            case 4 -> Fp80Transfer.loadFp32((int) cpu.operand(insn, 0), cpu.fpu);
            case 8 -> Fp80Transfer.loadFp64(cpu.operand(insn, 0), cpu.fpu);
            default -> {
                long address = cpu.address(insn, 10, false);
                long low = cpu.load64(insn.segment, address);
                cpu.fpu.signExponent = (int) cpu.load16(insn.segment, SseOperands.behind(cpu, address, 8));
                cpu.fpu.significand = low;
            }
        }
    }

    private static void loadInteger(Cpu cpu, Insn insn) {
        Fp80Transfer.loadInteger(Cpu.signed(cpu.operand(insn, 0), insn.width(0)), cpu.fpu);
    }

    private static void loadBcd(Cpu cpu, Insn insn) {
        long address = cpu.address(insn, 10, false);
        long low = cpu.load64(insn.segment, address);
        Fp80Transfer.loadBcd((int) cpu.load16(insn.segment, SseOperands.behind(cpu, address, 8)), low, cpu.fpu);
    }

    private static void store(Cpu cpu, Insn insn, boolean pop) {
        X87Stack.begin(cpu);
        if (insn.isMemory(0)) {
            storeFloat(cpu, insn, pop);
            return;
        }
        boolean nothing = empty(cpu, 0) && insn.opcode == UNCHECKED_STORE;
        if (empty(cpu, 0) && !nothing) {
            X87Stack.underflow(cpu);
        } else {
            copy(cpu, 0);
        }
        X87Stack.end(cpu, insn, 0);
        if (cpu.fpu.hasResult()) {
            if (!nothing) {
                X87Stack.setResult(cpu, insn.register(0));
            }
            if (pop) {
                X87Stack.pop(cpu);
            }
        }
    }

    private static void storeFloat(Cpu cpu, Insn insn, boolean pop) {
        Fp80 unit = cpu.fpu;
        int width = insn.width(0);
        boolean faulty = empty(cpu, 0);
        int exponent = faulty ? Fp80.INDEFINITE_EXPONENT : signExponent(cpu, 0);
        long bits = faulty ? Fp80.INDEFINITE_SIGNIFICAND : significand(cpu, 0);
        if (width == 10) {
            unit.signExponent = exponent;
            unit.significand = bits;
        } else {
            bits = width == 4 ? Fp80Transfer.storeFp32(exponent, bits, unit) : Fp80Transfer.storeFp64(exponent, bits, unit);
        }
        if (faulty) {
            X87Stack.underflow(cpu);
        }
        if (width == 10) {
            storeTenBytes(cpu, insn, pop);
        } else {
            storeResult(cpu, insn, bits, pop);
        }
    }

    private static void storeInteger(Cpu cpu, Insn insn, boolean truncate, boolean pop) {
        Fp80 unit = cpu.fpu;
        X87Stack.begin(cpu);
        boolean faulty = empty(cpu, 0);
        int rounding = truncate ? FpException.TRUNCATE : unit.rounding();
        int exponent = faulty ? Fp80.INDEFINITE_EXPONENT : signExponent(cpu, 0);
        long value = Fp80Transfer.storeInteger(exponent, significand(cpu, 0), 8 * insn.width(0), rounding, unit);
        if (faulty) {
            X87Stack.underflow(cpu);
        }
        storeResult(cpu, insn, value, pop);
    }

    /** Stores first, since only that can fault; an unmasked exception leaves memory and its segment unasked. */
    private static void storeResult(Cpu cpu, Insn insn, long value, boolean pop) {
        boolean stores = (cpu.fpu.unmasked() & STORE_STOPS) == 0;
        if (stores) {
            cpu.operand(insn, 0, value);
        }
        X87Stack.end(cpu, insn, 0);
        if (stores && pop) {
            X87Stack.pop(cpu);
        }
    }

    private static void fbstp(Cpu cpu, Insn insn) {
        X87Stack.begin(cpu);
        boolean faulty = empty(cpu, 0);
        Fp80Transfer.storeBcd(faulty ? Fp80.INDEFINITE_EXPONENT : signExponent(cpu, 0), significand(cpu, 0), cpu.fpu);
        if (faulty) {
            X87Stack.underflow(cpu);
        }
        storeTenBytes(cpu, insn, true);
    }

    /** The significand is in memory already where only the exponent's bytes cannot be written. */
    private static void storeTenBytes(Cpu cpu, Insn insn, boolean pop) {
        boolean stores = (cpu.fpu.unmasked() & STORE_STOPS) == 0;
        if (stores) {
            long address = cpu.address(insn, 10, true);
            cpu.store64(insn.segment, address, cpu.fpu.significand);
            cpu.store16(insn.segment, SseOperands.behind(cpu, address, 8), cpu.fpu.signExponent);
        }
        X87Stack.end(cpu, insn, 0);
        if (stores && pop) {
            X87Stack.pop(cpu);
        }
    }

    /** An empty register counts as the indefinite. */
    private static void fxch(Cpu cpu, Insn insn) {
        X87Stack.begin(cpu);
        int other = insn.register(1);
        boolean empty0 = empty(cpu, 0);
        boolean emptyOther = empty(cpu, other);
        if (empty0 || emptyOther) {
            X87Stack.underflow(cpu);
        }
        X87Stack.end(cpu, insn, 0);
        if (!cpu.fpu.hasResult()) {
            return;
        }
        int exponent = empty0 ? Fp80.INDEFINITE_EXPONENT : signExponent(cpu, 0);
        long bits = empty0 ? Fp80.INDEFINITE_SIGNIFICAND : significand(cpu, 0);
        X87Stack.set(cpu, 0, emptyOther ? Fp80.INDEFINITE_EXPONENT : signExponent(cpu, other),
                emptyOther ? Fp80.INDEFINITE_SIGNIFICAND : significand(cpu, other));
        X87Stack.set(cpu, other, exponent, bits);
    }

    private static void free(Cpu cpu, Insn insn, boolean pop) {
        X87Stack.begin(cpu);
        cpu.fpNotEmpty &= ~(1 << X87Stack.physical(cpu, insn.register(0)));
        if (pop) {
            X87Stack.pop(cpu);
        }
        X87Stack.end(cpu, insn, 0);
    }

    private static void move(Meanings to, Mnemonic mnemonic, Predicate<Cpu> condition) {
        to.effect(mnemonic, (cpu, insn) -> {
            X87Stack.begin(cpu);
            int source = insn.register(1);
            boolean faulty = empty(cpu, 0) || empty(cpu, source);
            if (faulty) {
                X87Stack.underflow(cpu);
            } else {
                copy(cpu, condition.test(cpu) ? source : 0);
            }
            X87Stack.endPreserving(cpu, insn, faulty ? Fp80.C1 : 0);
            if (cpu.fpu.hasResult()) {
                X87Stack.setResult(cpu, 0);
            }
        });
    }
}
