package org.jvmx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Label;
import org.jvmx.isa.Mem;
import org.jvmx.memory.GuestMemory;

/** Read-modify-write operations of several processors in several threads on the same memory: none is lost. SDM Vol. 3, "Locked Atomic Operations". */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
class LockedOperationTest {
    private static final int COUNT = Integer.getInteger("jvmx.litmus.rounds", 10) * 1000;
    private static final int CPUS = 3;
    private static final long DATA = ParallelGuest.DATA;
    private static final Mem WORD = mem(RDI);

    /** Each processor does {@code step} as often as {@code count} says; RDI is {@code address}. */
    private static long run(int cpus, int count, long address, Consumer<Assembler> step, ToLongFunction<GuestMemory> result) {
        try (ParallelGuest guest = new ParallelGuest(cpus, n -> loop(n, count, address, step))) {
            guest.run();
            return result.applyAsLong(guest.memory);
        }
    }

    private static Assembler loop(int cpu, int count, long address, Consumer<Assembler> step) {
        Assembler asm = ParallelGuest.assembler(cpu);
        Label again = asm.newLabel();
        asm.op(MOV, EDI, address).op(MOV, EDX, 1).op(MOV, R15D, count).bind(again);
        step.accept(asm);
        return asm.op(DEC, R15D).op(JNZ, again).op(HLT);
    }

    private static long low(GuestMemory memory, long address, int size) {
        return memory.readLong(address) & (size == 8 ? -1 : (1L << 8 * size) - 1);
    }

    private static long expected(int count, int size) {
        return (long) CPUS * count & (size == 8 ? -1 : (1L << 8 * size) - 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void noIncrementIsLost(int size) {
        assertEquals(expected(COUNT, size),
                run(CPUS, COUNT, DATA, asm -> asm.lock().op(INC, WORD.width(size)), memory -> low(memory, DATA, size)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 5})
    void noIncrementOfAnUnalignedWordIsLost(long offset) {
        assertEquals(expected(COUNT, 2),
                run(CPUS, COUNT, DATA + offset, asm -> asm.lock().op(ADD, WORD.w(), 1), memory -> low(memory, DATA + offset, 2)));
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 62, 4094})
    void noSplitIncrementIsLost(long offset) {
        int count = COUNT / 20;
        assertEquals(expected(count, 4),
                run(CPUS, count, DATA + offset, asm -> asm.lock().op(ADD, WORD.d(), 1), memory -> low(memory, DATA + offset, 4)));
    }

    @Test
    void splitAndAlignedIncrementsOfTheSameBytesAreNotLost() {
        int count = COUNT / 20;
        long sum = run(CPUS, count, DATA + 8, asm -> asm.lock().op(ADD, mem(RDI, -4).q(), 1).lock().op(ADD, WORD.d(), 1),
                memory -> memory.readLong(DATA + 4));
        assertEquals(CPUS * (long) count * ((1L << 32) + 1), sum);
    }

    @Test
    void noExchangeAndAddIsLost() {
        assertEquals(expected(COUNT, 4),
                run(CPUS, COUNT, DATA, asm -> asm.op(MOV, EAX, 1).lock().op(XADD, WORD.d(), EAX), m -> low(m, DATA, 4)));
    }

    @Test
    void noCompareAndExchangeIsLost() {
        assertEquals(expected(COUNT, 8), run(CPUS, COUNT, DATA, asm -> {
            Label retry = asm.newLabel();
            asm.op(MOV, RAX, WORD.q()).bind(retry).op(LEA, RBX, mem(RAX, 1)).lock().op(CMPXCHG, WORD.q(), RBX).op(JNZ, retry);
        }, memory -> low(memory, DATA, 8)));
    }

    @Test
    void noCompareAndExchangeOfEightBytesIsLost() {
        assertEquals(expected(COUNT, 8), run(CPUS, COUNT, DATA, asm -> {
            Label retry = asm.newLabel();
            asm.op(MOV, EAX, WORD.d()).op(MOV, EDX, mem(RDI, 4).d()).bind(retry);
            asm.op(MOV, EBX, EAX).op(MOV, ECX, EDX).op(ADD, EBX, 1).op(ADC, ECX, 0).lock().op(CMPXCHG8B, WORD.q()).op(JNZ, retry);
        }, memory -> low(memory, DATA, 8)));
    }

    /** Both halves grow together, and nobody ever finds them different. */
    @Test
    void noCompareAndExchangeOfSixteenBytesIsLost() {
        int count = COUNT / 20;
        long wrong = DATA + 256;
        long sum = run(CPUS, count, DATA, asm -> {
            Label retry = asm.newLabel();
            Label same = asm.newLabel();
            asm.op(XOR, EAX, EAX).op(XOR, EDX, EDX).op(XOR, EBX, EBX).op(XOR, ECX, ECX).lock().op(CMPXCHG16B, mem(RDI)).bind(retry);
            asm.op(CMP, RAX, RDX).op(JZ, same).lock().op(INC, mem(wrong).d()).bind(same);
            asm.op(LEA, RBX, mem(RAX, 1)).op(LEA, RCX, mem(RDX, 1)).lock().op(CMPXCHG16B, mem(RDI)).op(JNZ, retry);
        }, memory -> memory.readLong(DATA) == memory.readLong(DATA + 8) && memory.readInt(wrong) == 0 ? memory.readLong(DATA) : -1);
        assertEquals(CPUS * (long) count, sum);
    }

    /** A ticket that XCHG takes is had by one processor at a time: a plain counter is enough then. */
    @Test
    void anExchangeIsALock() {
        long counter = DATA + 64;
        assertEquals(expected(COUNT / 10, 4), run(CPUS, COUNT / 10, DATA, asm -> {
            Label spin = asm.newLabel();
            asm.bind(spin).op(PAUSE).op(MOV, EAX, EDX).op(XCHG, WORD.d(), EAX).op(TEST, EAX, EAX).op(JNZ, spin);
            asm.op(MOV, EAX, mem(counter).d()).op(INC, EAX).op(MOV, mem(counter).d(), EAX).op(MOV, WORD.d(), 0);
        }, memory -> low(memory, counter, 4)));
    }

    @Test
    void eachBitIsSetByOneProcessor() {
        int bits = 8 * 1024;
        long winners = DATA + 0x1000;
        long sum = run(CPUS, bits, DATA, asm -> {
            Label lost = asm.newLabel();
            asm.lock().op(BTS, WORD.d(), R15D).op(JC, lost).lock().op(INC, mem(winners).d()).bind(lost);
        }, memory -> memory.readInt(winners));
        assertEquals(bits, sum);
    }

    @Test
    void addWithCarryAndNegationAreWhole() {
        assertEquals(expected(COUNT, 4),
                run(CPUS, COUNT, DATA, asm -> asm.op(STC).lock().op(ADC, WORD.d(), 0).lock().op(NOT, mem(RDI, 8).q()).lock()
                        .op(NEG, mem(RDI, 16).d()), memory -> low(memory, DATA, 4)));
    }
}
