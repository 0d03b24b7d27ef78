package org.jvmx.tools.diff;

import static org.jvmx.isa.Mem.mem;
import static org.jvmx.isa.Mnemonic.*;
import static org.jvmx.isa.Reg.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.jvmx.error.BackendException;
import org.jvmx.error.ConfigException;
import org.jvmx.isa.Assembler;
import org.jvmx.isa.Mnemonic;
import org.jvmx.loader.Format;
import org.jvmx.loader.format.GuestImage;
import org.jvmx.tools.diff.Lockstep.Ending;
import org.jvmx.tools.diff.Lockstep.Options;
import org.jvmx.tools.diff.Lockstep.Result;
import org.jvmx.tools.gdb.GdbServer;
import org.jvmx.tools.pc.Pc;
import org.jvmx.tools.pc.PcSpec;
import org.jvmx.vm.StopReason;

/** The peer is our own processor behind our own gdb stub, with one instruction that does something else than it should. */
@Timeout(120)
class LockstepTest {
    private static final int LOOPS = 5;
    /** Instructions before the loop, in it, and in it before the planted one. */
    private static final int BEFORE = 7;
    private static final int IN_LOOP = 6;
    private static final int BEFORE_PLANTED = 3;

    /** A guest in real mode that computes a little; {@code planted} is the instruction that a peer may get wrong. */
    private static Assembler code(Mnemonic planted) {
        Assembler code = new Assembler(16, Format.DEFAULT_FLAT_ADDRESS);
        code.op(XOR, AX, AX).op(MOV, BX, 0x1234).op(MOV, CX, LOOPS).op(MOV, SI, 0x2000).op(MOV, DI, 0x3000);
        code.op(CPUID).op(MOV, CX, LOOPS);
        code.bind("loop").op(MOV, mem(SI), BX).op(ROL, BX, 3).op(SHL, BX, 1).bind("planted").op(planted, BX, 0x55).op(ADD, AX, BX)
                .op(LOOP, code.label("loop"));
        code.op(MOV, CX, 40).rep().op(MOVSB).op(RDTSC).op(MOV, AL, 3).op(OUT, 0xf4, AL).bind("end").op(JMP, code.label("end"));
        return code;
    }

    private static PcSpec.Builder guest(Assembler code) {
        return PcSpec.of(GuestImage.detect("small", code.assemble(), Format.parse("flat"))).memory(1L << 20);
    }

    private static Options options(long limit, Set<Integer> ignored) {
        return new Options(limit, null, ignored, 8, Duration.ofMinutes(1));
    }

    private static Result against(Mnemonic theirs, Options options) throws Exception {
        try (Pc pc = new Pc(guest(code(theirs)).build()); GdbServer server = GdbServer.open("127.0.0.1:0", pc, true)) {
            CompletableFuture<Void> done = CompletableFuture.runAsync(pc::run);
            try {
                return Peers.compare(options, "gdb:" + server.address(), guest(code(ADD)));
            } finally {
                pc.stop(StopReason.of(StopReason.Kind.INTERRUPTED, "the test is over"));
                done.join();
            }
        }
    }

    @Test
    void twoRightProcessorsAgreeToTheEnd() throws Exception {
        Result result = against(ADD, options(Long.MAX_VALUE, Set.of()));
        assertEquals(Ending.ENDED, result.ending(), result.text());
        assertEquals(BEFORE + LOOPS * IN_LOOP + 4, result.compared());
    }

    @Test
    void thePlantedInstructionIsFound() throws Exception {
        Result result = against(SUB, options(Long.MAX_VALUE, Set.of()));
        assertEquals(Ending.DIVERGED, result.ending());
        assertEquals(BEFORE + BEFORE_PLANTED, result.compared());
        long planted = code(ADD).label("planted").address();
        assertTrue(result.text().contains("0000:%x".formatted(planted)), result.text());
        assertTrue(result.text().contains("* RBX"), result.text());
        assertTrue(result.text().contains("add    bx,0x55"), result.text());
    }

    @Test
    void anIgnoredRegisterHidesTheInstructionUntilItsResultIsUsed() throws Exception {
        Result result = against(SUB, options(Long.MAX_VALUE, Lockstep.registers(List.of("rbx", "rflags"))));
        assertEquals(Ending.DIVERGED, result.ending());
        assertEquals(BEFORE + BEFORE_PLANTED + 1, result.compared());
        assertTrue(result.text().contains("* RAX"), result.text());
    }

    @Test
    void theLimitIsExact() throws Exception {
        Result result = against(ADD, options(11, Set.of()));
        assertEquals(Ending.LIMIT, result.ending());
        assertEquals(11, result.compared());
    }

    @Test
    void wrongWishesAreRefused() {
        assertThrows(ConfigException.class, () -> Lockstep.registers(List.of("rqx")));
        assertThrows(ConfigException.class, () -> Peers.compare(options(1, Set.of()), "abacus", guest(code(ADD))));
        assertThrows(BackendException.class, () -> Peers.compare(options(1, Set.of()), "gdb:127.0.0.1:1", guest(code(ADD))));
    }

    @Test
    void qemuAgreesOnTheSmallGuest() {
        Assumptions.assumeTrue(Peers.installed("qemu"), "skipped: " + Qemu.PROGRAM + " is not installed");
        for (String peer : List.of("qemu", "qemu-stub")) {
            Result result = Peers.compare(options(Long.MAX_VALUE, Set.of()), peer, guest(code(ADD)));
            assertEquals(Ending.ENDED, result.ending(), peer + ": " + result.text());
            assertTrue(result.excused().containsKey("CPUID"), result.excused().toString());
        }
    }

    @Test
    void qemuTakesOverInTheMiddle() {
        Assumptions.assumeTrue(Peers.installed("qemu"), "skipped: " + Qemu.PROGRAM + " is not installed");
        Options options = new Options(Long.MAX_VALUE, code(ADD).label("planted").address(), Set.of(), 8, Duration.ofMinutes(1));
        Result result = Peers.compare(options, "qemu", guest(code(ADD)));
        assertEquals(Ending.ENDED, result.ending(), result.text());
        assertEquals(LOOPS * IN_LOOP - BEFORE_PLANTED + 4, result.compared());
    }
}
