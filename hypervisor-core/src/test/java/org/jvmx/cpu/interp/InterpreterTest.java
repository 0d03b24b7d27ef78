package org.jvmx.cpu.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import org.junit.jupiter.api.Test;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.cpu.semantics.Meanings;
import org.jvmx.cpu.semantics.Rig;
import org.jvmx.cpu.state.Flags;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Label;
import org.jvmx.isa.Mnemonic;
import org.jvmx.vmx.ExitReason;

class InterpreterTest {
    private static final long DATA = 0x4000;
    private static final Meanings MEANINGS = Meanings.ALL;

    private static Assembler assembler() {
        return new Assembler(64, Rig.CODE);
    }

    private static Rig rig(byte[] code) {
        Rig rig = Rig.paged();
        rig.code(code);
        rig.cpu.rip = Rig.CODE;
        rig.cpu.gpr[Cpu.RSI] = DATA;
        rig.cpu.gpr[Cpu.RDI] = DATA + 0x800;
        rig.cpu.controls.exceptionBitmap = -1;
        return rig;
    }

    /** Runs that many instructions, in portions. */
    private static void run(Rig rig, Interpreter interpreter, long instructions, long portion) {
        long end = rig.cpu.retired + instructions;
        while (rig.cpu.retired < end) {
            rig.cpu.deadline = Math.min(end, rig.cpu.retired + portion);
            rig.cpu.lookToDeadline();
            interpreter.run();
            assertEquals(ExitReason.PREEMPTION_TIMER, rig.cpu.exit.reason());
            assertEquals(rig.cpu.deadline, rig.cpu.retired);
        }
    }

    /** A loop of loads, stores, calls, conditions, shifts and a repeated copy. */
    private static byte[] program() {
        Assembler asm = assembler();
        Label loop = asm.newLabel();
        Label skip = asm.newLabel();
        Label sub = asm.newLabel();
        asm.bind(loop).op(ADD, RAX, mem(RSI).index(RCX, 8)).op(XOR, mem(RDI).index(RCX, 4).d(), EAX).op(CALL, sub).op(TEST, AL, 3)
                .op(JNZ, skip)
                .op(ROL, EBX, 5).op(INC, RBX).bind(skip).op(CMOVB, EDX, EBX).op(SETNZ, DH).op(INC, ECX).op(AND, ECX, 0x1f).op(PUSH, RCX)
                .op(PUSH, RSI)
                .op(PUSH, RDI).op(MOV, ECX, 20).rep().op(MOVSB).op(POP, RDI).op(POP, RSI).op(POP, RCX).op(JMP, loop)
                .bind(sub).op(LEA, RDX, mem(RAX).index(RDX, 2).disp(7)).op(IMUL, RDX, RDX, 0x1234_567).op(SHR, RDX, CL).op(ADC, RAX, RDX)
                .op(RET);
        return asm.assemble();
    }

    @Test
    void portionsOfAnySizeEndInTheSameState() {
        long[] expected = null;
        for (long portion : new long[] {2_000, 1, 2, 3, 7, 64}) {
            try (Rig rig = rig(program())) {
                run(rig, new Interpreter(rig.cpu, MEANINGS), 2_000, portion);
                long[] state = java.util.Arrays.copyOf(rig.cpu.gpr, 20);
                state[17] = rig.cpu.rip;
                state[18] = rig.cpu.flags();
                state[19] = rig.load(DATA + 0x810, 8);
                if (expected == null) {
                    expected = state;
                }
                assertArrayEquals(expected, state, "portions of " + portion);
            }
        }
    }

    @Test
    void loopsCountAsTheyShould() {
        Assembler asm = assembler();
        Label loop = asm.newLabel();
        asm.op(MOV, ECX, 10).bind(loop).op(ADD, EAX, 3).op(DEC, ECX).op(JNZ, loop).op(UD2);
        try (Rig rig = rig(asm.assemble())) {
            new Interpreter(rig.cpu, MEANINGS).run();
            assertEquals(30, rig.cpu.gpr[Cpu.RAX]);
            assertEquals(31, rig.cpu.retired);
            assertEquals(ExitReason.EXCEPTION_NMI, rig.cpu.exit.reason());
        }
    }

    @Test
    void aFaultLeavesEverythingBeforeItDone() {
        byte[] code = assembler().op(MOV, EAX, 1).op(ADD, EAX, 5).op(ADD, mem(RSI).d(), EAX).op(MOV, EAX, 9).assemble();
        try (Rig rig = rig(code)) {
            rig.map(DATA, 0);
            new Interpreter(rig.cpu, MEANINGS).run();
            assertEquals(6, rig.cpu.gpr[Cpu.RAX]);
            assertEquals(2, rig.cpu.retired);
            assertEquals(Rig.CODE + 8, rig.cpu.rip);
            assertEquals(DATA, rig.cpu.exit.qualification());
        }
    }

    @Test
    void aStoreIntoTheBlockThatRunsTakesEffectAtOnce() {
        Assembler asm = assembler();
        Label patched = asm.newLabel();
        asm.op(MOV, EBX, 2).op(MOV, mem(patched).b(), 0x41).op(NOP).bind(patched).db(0x40, 0xb0, 7).op(MOV, CL, 1).op(UD2);
        try (Rig rig = rig(asm.assemble())) {
            new Interpreter(rig.cpu, MEANINGS).run();
            assertEquals(1, rig.cpu.gpr[Cpu.RCX]);
            assertEquals(7, rig.cpu.gpr[8]);
            assertEquals(0, rig.cpu.gpr[Cpu.RAX]);
            assertEquals(5, rig.cpu.retired);
        }
    }

    @Test
    void codeThatALoopRewritesIsDecodedAgain() {
        Assembler asm = assembler();
        Label loop = asm.newLabel();
        Label patched = asm.newLabel();
        asm.op(MOV, ECX, 5).bind(loop).op(INC, mem(patched).disp(1).b()).bind(patched).op(MOV, AL, 10).op(ADD, BL, AL).op(DEC, ECX)
                .op(JNZ, loop).op(UD2);
        try (Rig rig = rig(asm.assemble())) {
            new Interpreter(rig.cpu, MEANINGS).run();
            assertEquals(11 + 12 + 13 + 14 + 15, rig.cpu.gpr[Cpu.RBX]);
        }
    }

    @Test
    void aNewMappingOfACodePageIsSeenAfterAFlush() {
        byte[] code = assembler().op(MOV, EAX, 1).op(UD2).assemble();
        byte[] other = assembler().op(MOV, EAX, 2).op(UD2).assemble();
        try (Rig rig = rig(code)) {
            Interpreter interpreter = new Interpreter(rig.cpu, MEANINGS);
            interpreter.run();
            assertEquals(1, rig.cpu.gpr[Cpu.RAX]);
            for (int at = 0; at < other.length; at++) {
                rig.store(0x9000 + at, 1, other[at]);
            }
            rig.alias(Rig.CODE, 0x9000);
            rig.cpu.rip = Rig.CODE;
            interpreter.run();
            assertEquals(2, rig.cpu.gpr[Cpu.RAX]);
        }
    }

    @Test
    void singleStepTrapsAfterEachInstruction() {
        byte[] code = assembler().op(MOV, EAX, 1).op(MOV, EAX, 2).assemble();
        try (Rig rig = rig(code)) {
            rig.cpu.systemFlags |= Flags.TF;
            rig.cpu.modeChanged();
            new Interpreter(rig.cpu, MEANINGS).run();
            assertEquals(1, rig.cpu.gpr[Cpu.RAX]);
            assertEquals(1, rig.cpu.retired);
            assertEquals(ExitReason.EXCEPTION_NMI, rig.cpu.exit.reason());
            assertEquals(1 << 14, rig.cpu.exit.qualification());
        }
    }

    @Test
    void aDataBreakpointTrapsAfterTheAccess() {
        byte[] code = assembler().op(MOV, EAX, 1).op(MOV, mem(RSI).d(), EAX).op(MOV, EAX, 2).assemble();
        try (Rig rig = rig(code)) {
            rig.cpu.dr[0] = DATA;
            rig.cpu.dr7 = 0x400 | 1 | 1 << 16 | 3 << 18;
            rig.cpu.modeChanged();
            new Interpreter(rig.cpu, MEANINGS).run();
            assertEquals(1, rig.cpu.gpr[Cpu.RAX]);
            assertEquals(2, rig.cpu.retired);
            assertEquals(1, rig.cpu.exit.qualification());
        }
    }

    @Test
    void instructionsAcrossPagesRunAndFollowTheirSecondPage() {
        Assembler asm = new Assembler(64, 0x5ffe);
        byte[] code = asm.op(MOV, EAX, 0x1234_5678).op(UD2).assemble();
        try (Rig rig = rig(new byte[0])) {
            for (int at = 0; at < code.length; at++) {
                rig.store(0x5ffe + at, 1, code[at]);
            }
            Interpreter interpreter = new Interpreter(rig.cpu, MEANINGS);
            rig.cpu.rip = 0x5ffe;
            interpreter.run();
            assertEquals(0x1234_5678, rig.cpu.gpr[Cpu.RAX]);
            rig.store(0x6000, 1, 0x99);
            rig.cpu.rip = 0x5ffe;
            interpreter.run();
            assertEquals(0x1234_9978, rig.cpu.gpr[Cpu.RAX]);
        }
    }

    @Test
    void anInstructionAcrossTheLimitOfTheCodeSegmentFaultsByItself() {
        byte[] code = new Assembler(16, Rig.CODE).op(INC, AX).op(INC, AX).op(ADD, AX, 0x1234).op(INC, AX).assemble();
        for (int room = 0; room <= 4; room++) {
            try (Rig rig = Rig.mode16()) {
                rig.code(code);
                rig.cpu.rip = Rig.CODE;
                rig.cpu.limit[Cpu.CS] = Rig.CODE + room;
                rig.cpu.modeChanged();
                rig.cpu.controls.exceptionBitmap = -1;
                new Interpreter(rig.cpu, MEANINGS).run();
                int expected = room < 4 ? Math.min(room + 1, 2) : 0x1236;
                assertEquals(expected, rig.cpu.gpr[Cpu.RAX]);
                assertEquals(13, rig.cpu.exit.interruptionInformation() & 0xff);
            }
        }
    }

    @Test
    void conditionsAgreeWithComparisons() {
        Mnemonic[] setters = {SETB, SETBE, SETL, SETLE, SETZ, SETS};
        long[] values = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 7};
        for (Mnemonic setter : setters) {
            byte[] code = assembler().op(XOR, ECX, ECX).op(CMP, EAX, EBX).op(setter, CL).op(UD2).assemble();
            try (Rig rig = rig(code)) {
                Interpreter interpreter = new Interpreter(rig.cpu, MEANINGS);
                for (long a : values) {
                    for (long b : values) {
                        rig.cpu.gpr[Cpu.RAX] = a & 0xffff_ffffL;
                        rig.cpu.gpr[Cpu.RBX] = b & 0xffff_ffffL;
                        rig.cpu.rip = Rig.CODE;
                        interpreter.run();
                        assertEquals(holds(setter, (int) a, (int) b) ? 1 : 0, rig.cpu.gpr[Cpu.RCX]);
                    }
                }
            }
        }
    }

    private static boolean holds(Mnemonic setter, int a, int b) {
        return switch (setter) {
            case SETB -> Integer.compareUnsigned(a, b) < 0;
            case SETBE -> Integer.compareUnsigned(a, b) <= 0;
            case SETL -> a < b;
            case SETLE -> a <= b;
            case SETZ -> a == b;
            default -> a - b < 0;
        };
    }
}
