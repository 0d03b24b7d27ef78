package org.jvmx.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Mem;

/**
 * The memory order of processors in several threads: SDM Vol. 3, "Examples Illustrating the Memory-Ordering Principles". {@code jvmx.litmus.rounds} says
 * for how many rounds of 1,024 cells each test runs.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class LitmusTest {
    private static final int ROUNDS = Integer.getInteger("jvmx.litmus.rounds", 10);
    private static final boolean LONG = ROUNDS >= 1_000;

    private static final Mem X = Litmus.X;
    private static final Mem Y = Litmus.Y;

    private static Consumer<Assembler> storeThenLoad(Mem store, Consumer<Assembler> between, Mem load, int result) {
        return asm -> {
            asm.op(MOV, store, RDX);
            between.accept(asm);
            asm.op(MOV, RAX, load).op(MOV, Litmus.result(result), RAX);
        };
    }

    private static Map<String, Long> run(String name, Litmus test) {
        Map<String, Long> counts = test.run(ROUNDS);
        long sum = counts.values().stream().mapToLong(Long::longValue).sum();
        assertEquals((long) ROUNDS * Litmus.CELLS, sum);
        System.out.printf("litmus %-28s %s%n", name, counts);
        return counts;
    }

    private static Map<String, Long> storeBuffering(String name, Consumer<Assembler> between) {
        return run(name, new Litmus().processor(storeThenLoad(X, between, Y, 0)).processor(storeThenLoad(Y, between, X, 1))
                .observe(Litmus.result(0)).observe(Litmus.result(1)));
    }

    @Test
    void aLoadMayOvertakeAStore() {
        Map<String, Long> counts = storeBuffering("store buffering", asm -> {});
        assertTrue(!LONG || counts.containsKey("00"), "the relaxed outcome never came, so the other tests say nothing: " + counts);
    }

    @Test
    void noLoadOvertakesMfence() {
        assertFalse(storeBuffering("SB with MFENCE", asm -> asm.op(MFENCE)).containsKey("00"));
    }

    @Test
    void noLoadOvertakesALockedOperation() {
        assertFalse(storeBuffering("SB with LOCK", asm -> asm.lock().op(ADD, mem(RSP, -8).q(), 0)).containsKey("00"));
    }

    @Test
    void noLoadOvertakesASplitLockedOperation() {
        assertFalse(new Litmus().processor(storeThenLoad(X, LitmusTest::splitLock, Y, 0))
                .processor(storeThenLoad(Y, LitmusTest::splitLock, X, 1))
                .observe(Litmus.result(0)).observe(Litmus.result(1)).run(Math.max(1, ROUNDS / 10)).containsKey("00"));
    }

    private static void splitLock(Assembler asm) {
        asm.lock().op(ADD, mem(RSP, -67).q(), 0);
    }

    @Test
    void noLoadOvertakesAnExchange() {
        Litmus test = new Litmus().processor(asm -> asm.op(MOV, RBX, RDX).op(XCHG, X, RBX).op(MOV, RAX, Y).op(MOV, Litmus.result(0), RAX))
                .processor(asm -> asm.op(MOV, RBX, RDX).op(XCHG, Y, RBX).op(MOV, RAX, X).op(MOV, Litmus.result(1), RAX));
        assertFalse(run("SB with XCHG", test.observe(Litmus.result(0)).observe(Litmus.result(1))).containsKey("00"));
    }

    @Test
    void storesAndLoadsKeepTheirOrder() {
        Litmus test = new Litmus().processor(asm -> asm.op(MOV, X, RDX).op(MOV, Y, RDX))
                .processor(asm -> asm.op(MOV, RAX, Y).op(MOV, RBX, X).op(MOV, Litmus.result(0), RAX).op(MOV, Litmus.result(1), RBX));
        assertFalse(run("message passing", test.observe(Litmus.result(0)).observe(Litmus.result(1))).containsKey("10"));
    }

    @Test
    void repeatedStoresAreSeenBeforeLaterOnes() {
        Litmus test = new Litmus()
                .processor(asm -> asm.op(MOV, RBX, RDI).op(MOV, EAX, 1).op(MOV, ECX, 3).rep().op(STOSQ).op(MOV, RDI, RBX).op(MOV, Y, RDX))
                .processor(asm -> asm.op(MOV, RAX, Y).op(MOV, RBX, X).op(MOV, Litmus.result(0), RAX).op(MOV, Litmus.result(1), RBX));
        assertFalse(run("message passing, REP STOS", test.observe(Litmus.result(0)).observe(Litmus.result(1))).containsKey("10"));
    }

    @Test
    void noStoreOvertakesALoad() {
        Litmus test = new Litmus().processor(asm -> asm.op(MOV, RAX, X).op(MOV, Y, RDX).op(MOV, Litmus.result(0), RAX))
                .processor(asm -> asm.op(MOV, RAX, Y).op(MOV, X, RDX).op(MOV, Litmus.result(1), RAX));
        assertFalse(run("load buffering", test.observe(Litmus.result(0)).observe(Litmus.result(1))).containsKey("11"));
    }

    @Test
    void noStoreOvertakesAStore() {
        Litmus test =
                new Litmus().processor(asm -> asm.op(MOV, X, RDX).op(MOV, Y, RSI)).processor(asm -> asm.op(MOV, Y, RDX).op(MOV, X, RSI));
        assertFalse(run("2+2W", test.observe(X).observe(Y)).containsKey("11"));
    }

    @Test
    void allProcessorsSeeStoresInOneOrder() {
        Litmus test = new Litmus().processor(asm -> asm.op(MOV, X, RDX)).processor(asm -> asm.op(MOV, Y, RDX))
                .processor(asm -> asm.op(MOV, RAX, X).op(MOV, RBX, Y).op(MOV, Litmus.result(0), RAX).op(MOV, Litmus.result(1), RBX))
                .processor(asm -> asm.op(MOV, RAX, Y).op(MOV, RBX, X).op(MOV, Litmus.result(2), RAX).op(MOV, Litmus.result(3), RBX));
        for (int n = 0; n < 4; n++) {
            test.observe(Litmus.result(n));
        }
        assertFalse(run("IRIW", test).containsKey("1010"));
    }

    @Test
    void aProcessorSeesItsOwnStoreFirst() {
        Litmus test = new Litmus().processor(asm -> asm.op(MOV, X, RDX).op(MOV, RAX, X).op(MOV, RBX, Y).op(MOV, Litmus.result(0), RAX)
                .op(MOV, Litmus.result(1), RBX)).processor(asm -> asm.op(MOV, Y, RDX).op(MOV, RAX, Y).op(MOV, RBX, X)
                        .op(MOV, Litmus.result(2), RAX).op(MOV, Litmus.result(3), RBX));
        for (int n = 0; n < 4; n++) {
            test.observe(Litmus.result(n));
        }
        Map<String, Long> counts = run("store forwarding", test);
        assertTrue(counts.keySet().stream().allMatch(outcome -> outcome.matches("1.1.")), () -> counts.toString());
    }
}
