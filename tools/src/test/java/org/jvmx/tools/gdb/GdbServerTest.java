package org.jvmx.tools.gdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.jvmx.error.BackendException;
import org.jvmx.tools.pc.Outcome;
import org.jvmx.tools.pc.Pc;
import org.jvmx.tools.pc.PcSpec;
import org.jvmx.trace.TraceHash;
import org.jvmx.vm.StopReason;

@Timeout(60)
class GdbServerTest {
    private static final int CS = 18;
    private static final int XMM1 = 41;
    private static final int CR0 = 76;
    private static final int CR3 = 78;
    private static final int EFER = 81;

    private final ModeSwitchGuest guest = new ModeSwitchGuest();
    private GdbServer server;
    private Pc pc;
    private CompletableFuture<Outcome> outcome;

    private Gdb start(boolean await, Consumer<PcSpec.Builder> more) throws IOException {
        PcSpec.Builder spec = guest.pc();
        more.accept(spec);
        pc = new Pc(spec.build());
        server = GdbServer.open("127.0.0.1:0", pc, await);
        outcome = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> outcome.complete(pc.run()));
        Gdb gdb = new Gdb(server.address().port());
        gdb.ask("qSupported:swbreak+;hwbreak+");
        return gdb;
    }

    private Gdb start() throws IOException {
        return start(true, _ -> {});
    }

    @AfterEach
    void close() throws Exception {
        pc.stop(StopReason.of(StopReason.Kind.INTERRUPTED, "the test is over"));
        outcome.get(20, TimeUnit.SECONDS);
        server.close();
        pc.close();
    }

    private static String at(char packet, int type, long address) {
        return "%c%d,%x,%d".formatted(packet, type, address, type <= 1 ? 1 : 8);
    }

    private void assertEnds() throws Exception {
        assertEquals(ModeSwitchGuest.SAID << 1 | 1, outcome.get(20, TimeUnit.SECONDS).exitCode());
    }

    @Test
    void breakpointsSurviveTheSwitchToLongMode() throws Exception {
        try (Gdb gdb = start()) {
            assertEquals("T05thread:1;", gdb.ask("?"));
            assertEquals(0x7c00, gdb.rip());
            assertEquals("OK", gdb.ask(at('Z', 0, guest.at("real"))));
            assertEquals("OK", gdb.ask(at('Z', 1, guest.at("read"))));
            assertEquals("T05swbreak:;thread:1;", gdb.ask("vCont;c"));
            assertEquals(guest.at("real"), gdb.rip());
            assertEquals(0x1234, gdb.register(0) & 0xffff);
            assertEquals(0, gdb.register(CR0) & 1);
            String code = HexFormat.of().formatHex(guest.bytes(guest.at("real"), 4));
            assertEquals(code, gdb.ask("m%x,4".formatted(guest.at("real"))));
            assertEquals("T05hwbreak:;thread:1;", gdb.ask("c"));
            assertEquals(guest.at("read"), gdb.rip());
            assertEquals(0x500, gdb.register(EFER) & 0x500);
            assertEquals(0x1000, gdb.register(CR3));
            assertEquals(8, gdb.register(CS));
            assertEquals(0x1122_3344_5566_7788L, gdb.register(XMM1));
            assertEquals("W2b", gdb.ask("c"));
        }
        assertEnds();
    }

    @Test
    void theGuestSeesNothingOfTheDebugger() throws Exception {
        TraceHash plain = new TraceHash();
        long instructions;
        try (Pc alone = new Pc(guest.pc().observer(plain).build())) {
            instructions = alone.run().instructions();
        }
        TraceHash watched = new TraceHash();
        try (Gdb gdb = start(true, spec -> spec.observer(watched))) {
            gdb.ask(at('Z', 0, guest.at("long")));
            gdb.ask(at('Z', 2, guest.at("counter")));
            for (int n = 0; n < 10; n++) {
                gdb.ask("s");
            }
            gdb.ask("c");
            gdb.ask("c");
            gdb.ask(at('Z', 4, 0x2_0010));
            gdb.ask("c");
            gdb.ask("c");
            gdb.ask("c");
            assertEquals(guest.at("rep"), gdb.rip());
            while (!gdb.ask("s").startsWith("W")) {
                assertTrue(gdb.rip() >= guest.at("rep"));
            }
        }
        assertEquals(instructions, outcome.get(20, TimeUnit.SECONDS).instructions());
        assertEquals(plain.footer().traceHash(), watched.footer().traceHash());
    }

    @Test
    void aStepRunsOneInstruction() throws Exception {
        try (Gdb gdb = start()) {
            gdb.ask(at('Z', 0, guest.at("rep")));
            assertEquals("T05swbreak:;thread:1;", gdb.ask("c"));
            assertEquals("OK", gdb.ask(at('z', 0, guest.at("rep"))));
            while (gdb.rip() == guest.at("rep")) {
                assertEquals("T05thread:1;", gdb.ask("vCont;s:1;c"));
            }
            assertEquals(guest.at("copied"), gdb.rip());
            gdb.ask("s");
            assertEquals(guest.at("say"), gdb.rip());
        }
    }

    @Test
    void watchpointsStopAfterTheAccess() throws Exception {
        try (Gdb gdb = start()) {
            long counter = guest.at("counter");
            gdb.ask(at('Z', 2, counter));
            assertEquals("T05watch:%x;thread:1;".formatted(counter), gdb.ask("c"));
            assertEquals(guest.at("counted"), gdb.rip());
            assertEquals("0100000000000000", gdb.ask("m%x,8".formatted(counter)));
            gdb.ask(at('z', 2, counter));
            gdb.ask(at('Z', 0, guest.at("read")));
            assertEquals("T05swbreak:;thread:1;", gdb.ask("c"));
            gdb.ask(at('Z', 3, counter));
            assertEquals("T05rwatch:%x;thread:1;".formatted(counter), gdb.ask("c"));
            assertEquals(guest.at("copy"), gdb.rip());
            gdb.ask(at('z', 3, counter));
            gdb.ask(at('Z', 4, 0x2_0000));
            assertEquals("T05awatch:20000;thread:1;", gdb.ask("c"));
        }
    }

    @Test
    void registersAndMemoryCanBeChanged() throws Exception {
        try (Gdb gdb = start()) {
            assertEquals("OK", gdb.ask("P0=8877665544332211"));
            assertEquals(0x1122_3344_5566_7788L, gdb.register(0));
            assertEquals("OK", gdb.ask("P12=34120000"));
            assertTrue(gdb.monitor("regs").contains("CS   0x1234 base 0x12340"));
            assertEquals("OK", gdb.ask("P12=00000000"));
            String all = gdb.ask("g");
            assertEquals("OK", gdb.ask("G" + all));
            assertEquals(all, gdb.ask("g"));
            assertEquals("OK", gdb.ask("M%x,2:abcd".formatted(0x500)));
            assertEquals("OK", gdb.ask("X502,4:#$}*"));
            assertEquals("abcd23247d2a", gdb.ask("m500,6"));
            assertEquals("E0e", gdb.ask("mfffff000,4"));
            assertEquals("E0e", gdb.ask("Mfffff000,1:00"));
            assertEquals("E16", gdb.ask("m0,8000000000000000"));
            assertEquals(0x4000, gdb.ask("m0,f2000000").length(), "as much as an answer holds");
            gdb.ask(at('Z', 0, guest.at("loop")));
            gdb.ask("c");
            assertEquals("E16", gdb.ask("P12=10000000"), "a selector alone means nothing in protected mode");
            assertEquals("E0e", gdb.ask("m8000000000000000,4"), "not canonical");
            gdb.ask(at('z', 0, guest.at("loop")));
            assertEquals("W2b", gdb.ask("c%x".formatted(guest.at("say"))));
        }
        assertEnds();
    }

    @Test
    void codeThatTheDebuggerWritesRuns() throws Exception {
        try (Gdb gdb = start()) {
            gdb.ask(at('Z', 0, guest.at("counted")));
            gdb.ask("c");
            gdb.ask(at('z', 0, guest.at("counted")));
            assertEquals("OK", gdb.ask("M%x,1:f4".formatted(guest.at("say"))));
            String text = gdb.ask("c");
            assertTrue(text.startsWith("O"), text);
            assertEquals("T06thread:1;", gdb.receive(), "a guest that halted for good can be looked at");
            assertEquals(guest.at("say"), gdb.rip());
            assertEquals("W0c", gdb.ask("c"));
        }
    }

    @Test
    void aRunningGuestIsInterrupted() throws Exception {
        try (Gdb gdb = start()) {
            gdb.ask("M%x,2:ebfe".formatted(0x7c00));
            gdb.send("c");
            gdb.raw("\3");
            assertEquals("T02thread:1;", gdb.receive());
            assertEquals(0x7c00, gdb.rip());
            long nanos = pc.machine().counters().nanos();
            assertTrue(gdb.monitor("exits").contains("in all"));
            assertEquals(nanos, pc.machine().counters().nanos());
            gdb.send("k");
            assertEquals(130, outcome.get(20, TimeUnit.SECONDS).exitCode());
        }
    }

    @Test
    void aGuestThatIdlesIsInterrupted() throws Exception {
        try (Gdb gdb = start()) {
            gdb.ask("M7c00,4:fbf4ebfd");
            gdb.send("c");
            Thread.sleep(50);
            gdb.raw("\3");
            assertEquals("T02thread:1;", gdb.receive());
            assertEquals(0x7c01, gdb.rip());
            assertEquals("W2b", go(gdb));
        }
    }

    /** From the halt on to where the guest says its number. */
    private String go(Gdb gdb) throws IOException {
        gdb.ask("M7c00,6:b015e6f4ebfe");
        return gdb.ask("c7c00");
    }

    @Test
    void detachLetsTheGuestRunOn() throws Exception {
        try (Gdb gdb = start()) {
            gdb.ask(at('Z', 0, guest.at("real")));
            assertEquals("OK", gdb.ask("D"));
            assertNull(gdb.receive());
        }
        assertEnds();
    }

    @Test
    void aLostConnectionLetsTheGuestRunOn() throws Exception {
        start().close();
        assertEnds();
    }

    @Test
    void thereIsOneDebuggerAtATime() throws Exception {
        try (Gdb gdb = start(); Gdb other = new Gdb(server.address().port())) {
            assertNull(other.receive());
            assertEquals("T05thread:1;", gdb.ask("?"));
        }
    }

    @Test
    void aDebuggerMayComeLater() throws Exception {
        try (Gdb first = start()) {
            first.ask("M7c00,2:ebfe");
            first.ask("D");
        }
        try (Gdb gdb = new Gdb(server.address().port())) {
            assertEquals("T05thread:1;", gdb.ask("?"));
            assertEquals(0x7c00, gdb.rip());
        }
    }

    @Test
    void theDescriptionHasTheBytesOfTheRegisters() throws Exception {
        try (Gdb gdb = start()) {
            StringBuilder xml = new StringBuilder();
            String part = "m";
            while (part.startsWith("m")) {
                part = gdb.ask("qXfer:features:read:target.xml:%x,400".formatted(xml.length()));
                xml.append(part, 1, part.length());
            }
            String[] registers = xml.toString().split("<reg ");
            assertEquals(TargetRegisters.count(), registers.length - 1);
            for (int n = 0; n < TargetRegisters.count(); n++) {
                assertTrue(registers[n + 1].contains("bitsize=\"" + 8 * TargetRegisters.bytes(n) + "\""), registers[n + 1]);
            }
        }
    }

    @Test
    void monitorCommandsTellOfTheMachine() throws Exception {
        try (Gdb gdb = start()) {
            gdb.ask(at('Z', 0, guest.at("spin")));
            gdb.ask(at('Z', 0, guest.at("say")));
            gdb.ask("c");
            assertTrue(gdb.monitor("walk 0x7c00").contains("PDE 0xe3 -> 0x7c00") || gdb.monitor("walk 0x7c00").contains("-> 0x7c00"));
            assertTrue(gdb.monitor("walk 0x40000000").contains("not mapped"));
            assertTrue(gdb.monitor("vmcs").contains("GUEST_CR3"));
            assertTrue(gdb.monitor("code").contains("out"), gdb.monitor("code"));
            assertTrue(gdb.monitor("help").contains("trace tail"));
            assertTrue(gdb.monitor("walk x").contains("no number"));
            assertTrue(gdb.monitor("what").contains("not known"));
            assertEquals("", gdb.monitor("trace tail"), "nothing has left the guest so far");
        }
    }

    @Test
    void nonsenseIsRefused() throws Exception {
        try (Gdb gdb = start()) {
            for (String packet : new String[] {"m", "mxyz", "p999", "P=1", "Z0", "Gzz", "M500,2:a", "vCont;t", "X500,3:a", "c;", "T9"}) {
                String reply = gdb.ask(packet);
                assertTrue(reply.startsWith("E"), packet + " gives " + reply);
            }
            for (String packet : new String[] {"", "!", "Z9,0,0", "vMustReplyEmpty", "qSymbol::", "b"}) {
                assertEquals("", gdb.ask(packet), packet);
            }
            gdb.raw("$?#00");
            assertEquals('-', gdb.read());
        }
    }

    @Test
    void anOccupiedPortIsTheHostsFailure() throws Exception {
        start().close();
        try (Pc other = new Pc(guest.pc().build())) {
            String taken = server.address().toString();
            BackendException e = assertThrows(BackendException.class, () -> GdbServer.open(taken, other, false));
            assertTrue(e.getMessage().contains("cannot listen on " + taken), e.getMessage());
        }
    }
}
