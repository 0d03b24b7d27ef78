package org.jvmx.cpu.semantics;

import static org.jvmx.isa.Mnemonic.*;

import org.jvmx.cpu.fp.Fp80;
import org.jvmx.cpu.fp.FpException;
import org.jvmx.cpu.mmu.Paging;
import org.jvmx.isa.Insn;

/**
 * x87 control: control and status word, environment, whole state. SDM Vol. 1, "x87 FPU Control Instructions", "x87 FPU State Image in
 * Memory".
 */
final class X87Control {
    private static final int CONTROL_BITS = 0x1f3f;
    private static final int CONTROL_ONE = 0x40;
    private static final int STATUS_KEPT_BY_CLEAR = 0x7f00;
    private static final int RESERVED = 0xffff_0000;
    private static final long MONITOR_COPROCESSOR = 1 << 1;
    private static final long TASK_SWITCHED = 1 << 3;
    private static final int WORD_IMAGE = 14;
    private static final int DOUBLEWORD_IMAGE = 28;

    private X87Control() {
    }

    static void define(Meanings to) {
        to.effect(FLDCW, X87Control::fldcw);
        to.effect(FNSTCW, (cpu, insn) -> cpu.operand(insn, 0, cpu.fpControl));
        to.effect(FNSTSW, (cpu, insn) -> cpu.operand(insn, 0, statusWord(cpu)));
        to.effect(FNCLEX, (cpu, _) -> cpu.fpStatus &= STATUS_KEPT_BY_CLEAR);
        to.effect(FNINIT, (cpu, _) -> initialize(cpu));
        to.effect(FINCSTP, (cpu, insn) -> rotate(cpu, insn, 1));
        to.effect(FDECSTP, (cpu, insn) -> rotate(cpu, insn, -1));
        to.effect(FNOP, X87Control::fnop);
        to.bind(FNENI, new Meaning.Nothing());
        to.bind(FNDISI, new Meaning.Nothing());
        to.bind(FNSETPM, new Meaning.Nothing());
        to.effect(FWAIT, X87Control::fwait);
        to.effect(FNSTENV, X87Control::fnstenv);
        to.effect(FLDENV, X87Control::fldenv);
        to.effect(FNSAVE, X87Control::fnsave);
        to.effect(FRSTOR, X87Control::frstor);
    }

    /** The status word with TOP. */
    static int statusWord(Cpu cpu) {
        return cpu.fpStatus | cpu.fpTop << 11;
    }

    /** Loads the status word; the summary bits follow from the exceptions and the masks. */
    static void statusWord(Cpu cpu, int value) {
        cpu.fpTop = value >>> 11 & 7;
        cpu.fpStatus = value & 0xc7ff;
        X87Stack.summarize(cpu);
    }

    /** Loads the control word. */
    static void controlWord(Cpu cpu, int value) {
        cpu.fpControl = value & CONTROL_BITS | CONTROL_ONE;
        X87Stack.summarize(cpu);
    }

    /** The state of the x87 FPU after FNINIT. */
    static void initialize(Cpu cpu) {
        cpu.fpControl = Fp80.RESET_CONTROL;
        cpu.fpStatus = 0;
        cpu.fpTop = 0;
        cpu.fpNotEmpty = 0;
        cpu.fpOpcode = 0;
        cpu.fpInstruction = 0;
        cpu.fpData = 0;
        cpu.fpInstructionSelector = 0;
        cpu.fpDataSelector = 0;
    }

    private static void fldcw(Cpu cpu, Insn insn) {
        X87Stack.deliverPending(cpu);
        controlWord(cpu, (int) cpu.operand(insn, 0));
    }

    private static void rotate(Cpu cpu, Insn insn, int step) {
        X87Stack.begin(cpu);
        cpu.fpTop = cpu.fpTop + step & 7;
        X87Stack.end(cpu, insn, 0);
    }

    private static void fnop(Cpu cpu, Insn insn) {
        X87Stack.begin(cpu);
        X87Stack.endPreserving(cpu, insn, 0);
    }

    private static void fwait(Cpu cpu, Insn insn) {
        if ((cpu.cr0 & (MONITOR_COPROCESSOR | TASK_SWITCHED)) == (MONITOR_COPROCESSOR | TASK_SWITCHED)) {
            throw cpu.nm();
        }
        X87Stack.deliverPending(cpu);
    }

    private static int imageSize(Insn insn) {
        return insn.operandSize == 2 ? WORD_IMAGE : DOUBLEWORD_IMAGE;
    }

    /** The checked address of an image: its words have to be aligned, the registers behind them need not. */
    private static long image(Cpu cpu, Insn insn, int size, int access) {
        long address = cpu.address(insn, size, access == Paging.WRITE);
        cpu.align(address, insn.operandSize == 2 ? 2 : 4);
        cpu.probe(insn.segment, address, size, access);
        return address;
    }

    private static void fnstenv(Cpu cpu, Insn insn) {
        long address = image(cpu, insn, imageSize(insn), Paging.WRITE);
        storeEnvironment(cpu, insn, address);
        cpu.fpControl |= FpException.ALL;
        X87Stack.summarize(cpu);
    }

    private static void fnsave(Cpu cpu, Insn insn) {
        int environment = imageSize(insn);
        long address = image(cpu, insn, environment + 80, Paging.WRITE);
        storeEnvironment(cpu, insn, address);
        for (int i = 0; i < 8; i++) {
            long at = SseOperands.behind(cpu, address, environment + 10 * i);
            cpu.storeUnaligned64(insn.segment, at, X87Stack.significand(cpu, i));
            cpu.store16(insn.segment, SseOperands.behind(cpu, at, 8), X87Stack.signExponent(cpu, i));
        }
        initialize(cpu);
    }

    private static void storeEnvironment(Cpu cpu, Insn insn, long address) {
        boolean wide = insn.operandSize != 2;
        boolean selectors = cpu.protectedNotV86();
        int reserved = wide ? RESERVED : 0;
        int ip = (int) cpu.fpInstruction;
        int data = (int) cpu.fpData;
        storeWord(cpu, insn, address, 0, cpu.fpControl | reserved);
        storeWord(cpu, insn, address, 1, statusWord(cpu) | reserved);
        storeWord(cpu, insn, address, 2, tagWord(cpu) | reserved);
        if (selectors) {
            storeWord(cpu, insn, address, 3, ip);
            storeWord(cpu, insn, address, 4, cpu.fpInstructionSelector | (wide ? cpu.fpOpcode << 16 : 0));
            storeWord(cpu, insn, address, 5, data);
            storeWord(cpu, insn, address, 6, cpu.fpDataSelector | reserved);
        } else {
            storeWord(cpu, insn, address, 3, ip & 0xffff | reserved);
            storeWord(cpu, insn, address, 4, ip >>> 16 << 12 | cpu.fpOpcode);
            storeWord(cpu, insn, address, 5, data & 0xffff | reserved);
            storeWord(cpu, insn, address, 6, data >>> 16 << 12);
        }
    }

    private static void storeWord(Cpu cpu, Insn insn, long address, int index, int value) {
        int width = insn.operandSize == 2 ? 2 : 4;
        cpu.store(insn.segment, SseOperands.behind(cpu, address, width * index), width, value & Cpu.mask(width));
    }

    private static void fldenv(Cpu cpu, Insn insn) {
        X87Stack.deliverPending(cpu);
        long address = image(cpu, insn, imageSize(insn), Paging.READ);
        loadEnvironment(cpu, insn, address);
    }

    private static void frstor(Cpu cpu, Insn insn) {
        X87Stack.deliverPending(cpu);
        int environment = imageSize(insn);
        long address = image(cpu, insn, environment + 80, Paging.READ);
        loadEnvironment(cpu, insn, address);
        for (int i = 0; i < 8; i++) {
            int register = X87Stack.physical(cpu, i);
            long at = SseOperands.behind(cpu, address, environment + 10 * i);
            cpu.fpSignificand[register] = cpu.loadUnaligned64(insn.segment, at);
            cpu.fpSignExponent[register] = (int) cpu.load16(insn.segment, SseOperands.behind(cpu, at, 8));
        }
    }

    private static void loadEnvironment(Cpu cpu, Insn insn, long address) {
        boolean wide = insn.operandSize != 2;
        boolean selectors = cpu.protectedNotV86();
        int control = loadWord(cpu, insn, address, 0);
        int status = loadWord(cpu, insn, address, 1);
        int tags = loadWord(cpu, insn, address, 2);
        int ip = loadWord(cpu, insn, address, 3);
        int opcode = loadWord(cpu, insn, address, 4);
        int data = loadWord(cpu, insn, address, 5);
        int last = loadWord(cpu, insn, address, 6);
        controlWord(cpu, control);
        statusWord(cpu, status);
        cpu.fpNotEmpty = 0;
        for (int register = 0; register < 8; register++) {
            cpu.fpNotEmpty |= (tags >>> 2 * register & 3) != 3 ? 1 << register : 0;
        }
        if (selectors) {
            cpu.fpInstruction = ip & 0xffff_ffffL;
            cpu.fpOpcode = wide ? opcode >>> 16 & 0x7ff : 0;
            cpu.fpData = data & 0xffff_ffffL;
        } else {
            int highBits = wide ? 0xffff : 0xf;
            cpu.fpInstruction = (ip & 0xffff | (opcode >>> 12 & highBits) << 16) & 0xffff_ffffL;
            cpu.fpOpcode = opcode & 0x7ff;
            cpu.fpData = (data & 0xffff | (last >>> 12 & highBits) << 16) & 0xffff_ffffL;
        }
    }

    private static int loadWord(Cpu cpu, Insn insn, long address, int index) {
        int width = insn.operandSize == 2 ? 2 : 4;
        return (int) cpu.load(insn.segment, SseOperands.behind(cpu, address, width * index), width);
    }

    /** The full tag word: two bits a register, by its content. */
    static int tagWord(Cpu cpu) {
        int tags = 0;
        for (int register = 0; register < 8; register++) {
            tags |= tag(cpu, register) << 2 * register;
        }
        return tags;
    }

    private static int tag(Cpu cpu, int register) {
        if ((cpu.fpNotEmpty >>> register & 1) == 0) {
            return 3;
        }
        int exponent = cpu.fpSignExponent[register] & 0x7fff;
        long significand = cpu.fpSignificand[register];
        if (exponent == 0 && significand == 0) {
            return 1;
        }
        return exponent == 0 || exponent == 0x7fff || significand >= 0 ? 2 : 0;
    }
}
