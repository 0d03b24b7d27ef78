package org.jvmx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Label;
import org.jvmx.isa.Mem;

/** Code that one processor writes and another one runs, as it is to be done. SDM Vol. 3, "Handling Self- and Cross-Modifying Code". */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class CrossModifyingCodeTest {
    private static final int COUNT = Integer.getInteger("jvmx.litmus.rounds", 10) * 10;
    private static final long FLAG = ParallelGuest.DATA;
    private static final long DONE = ParallelGuest.DATA + 64;
    private static final long WRONG = ParallelGuest.DATA + 128;
    private static final int RET = 0xc3;
    private static final int MOV_EAX = 0xb8;

    /** Waits until {@code [where]} is {@code value}. */
    private static void await(Assembler asm, long where, Object value) {
        Label wait = asm.newLabel();
        Label ready = asm.newLabel();
        asm.bind(wait).op(CMP, mem(where).d(), value).op(JZ, ready).op(PAUSE).op(JMP, wait).bind(ready);
    }

    /** Writes MOV EAX, R15D; RET to where RDI is, tells, waits for the answer. */
    private static Assembler writer(long function, boolean touch) {
        Assembler asm = ParallelGuest.assembler(0);
        Label again = asm.newLabel();
        asm.op(MOV, EDI, function).op(MOV, R15D, COUNT).bind(again);
        if (touch) {
            asm.op(INC, mem(RDI, 2048).d()); // the page is in this processor's store TLB while the other one decodes from it
        }
        asm.op(MOV, mem(RDI).b(), MOV_EAX).op(MOV, mem(RDI, 5).b(), RET).op(MOV, mem(RDI, 1).d(), R15D);
        asm.op(MOV, mem(FLAG).d(), R15D);
        if (touch) {
            asm.op(INC, mem(RDI, 2048).d());
        }
        await(asm, DONE, R15D);
        return asm.op(DEC, R15D).op(JNZ, again).op(HLT);
    }

    /** Waits for the news, serialises, runs the code, counts what is wrong. */
    private static Assembler reader(int cpu, long function, boolean serialise) {
        Assembler asm = ParallelGuest.assembler(cpu);
        Label again = asm.newLabel();
        Label right = asm.newLabel();
        asm.op(MOV, EDI, function).op(MOV, R15D, COUNT).bind(again);
        await(asm, FLAG, R15D);
        if (serialise) {
            asm.op(XOR, EAX, EAX).op(CPUID);
        }
        asm.op(CALL, RDI).op(CMP, EAX, R15D).op(JZ, right).op(INC, mem(WRONG).d()).bind(right);
        asm.op(MOV, mem(DONE).d(), R15D);
        return asm.op(DEC, R15D).op(JNZ, again).op(HLT);
    }

    private static int wrong(long function, boolean touch, boolean serialise) {
        try (ParallelGuest guest = new ParallelGuest(2, n -> n == 0 ? writer(function, touch) : reader(1, function, serialise))) {
            guest.run();
            return guest.memory.readInt(WRONG);
        }
    }

    @Test
    void codeThatAnotherProcessorWroteIsRunAfterASerialisingInstruction() {
        assertEquals(0, wrong(ParallelGuest.DATA + 0x1000, false, true));
    }

    @Test
    void codeInAPageThatAnotherProcessorStoresToIsRunAnew() {
        assertEquals(0, wrong(ParallelGuest.DATA + 0x1000, true, true));
    }

    @Test
    void codeAcrossTwoPagesIsRunAnew() {
        assertEquals(0, wrong(ParallelGuest.DATA + 0x1ffe, true, true));
    }

    /** Stronger than the architecture asks for: an instruction that is stored at once is old or new, and the other processor has to see it in time. */
    @Test
    void codeThatWasWrittenBeforeANoticeIsSeenAfterIt() {
        assertEquals(0, wrong(ParallelGuest.DATA + 0x1000, false, false));
    }

    /** Both write code to one page all the time, each runs its own at once. */
    @Test
    void selfModifyingCodeOfTwoProcessorsInOnePageIsSeenAtOnce() {
        try (ParallelGuest guest = new ParallelGuest(2, n -> selfModifying(n, ParallelGuest.DATA + 0x1000 + 1024 * n))) {
            guest.run();
            assertEquals(0, guest.memory.readInt(WRONG));
        }
    }

    private static Assembler selfModifying(int cpu, long function) {
        Assembler asm = ParallelGuest.assembler(cpu);
        Label again = asm.newLabel();
        Label right = asm.newLabel();
        Mem wrong = mem(WRONG).d();
        asm.op(MOV, EDI, function).op(MOV, R15D, COUNT).op(MOV, mem(RDI).b(), MOV_EAX).op(MOV, mem(RDI, 5).b(), RET).bind(again);
        asm.op(MOV, mem(RDI, 1).d(), R15D).op(CALL, RDI).op(CMP, EAX, R15D).op(JZ, right).lock().op(INC, wrong).bind(right);
        return asm.op(DEC, R15D).op(JNZ, again).op(HLT);
    }
}
