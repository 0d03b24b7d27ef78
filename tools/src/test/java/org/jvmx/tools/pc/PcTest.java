package org.jvmx.tools.pc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.jvmx.bus.ByteSink;
import org.jvmx.error.BackendException;
import org.jvmx.vm.StopReason;
import org.jvmx.vmx.ExitReason;

class PcTest {
    private final StringBuilder serial = new StringBuilder();

    private PcSpec.Builder spec(SmallGuest guest) {
        return PcSpec.of(guest.image()).memory(1 << 20).serial(SerialPeer.to((ByteSink) c -> serial.append((char) c)));
    }

    private static Outcome run(PcSpec.Builder spec) {
        try (Pc pc = new Pc(spec.build())) {
            return pc.run();
        }
    }

    @Test
    void serialOutputArrivesUnchanged() {
        Outcome outcome = run(spec(new SmallGuest().print("hi\r\n\u0000\u00ff").powerOff()));
        assertEquals("hi\r\n\u0000\u00ff", serial.toString());
        assertEquals(0, outcome.exitCode());
        assertEquals(7, outcome.exits().get(ExitReason.IO_INSTRUCTION));
    }

    @Test
    void theDebugExitPortGivesAnOddCode() {
        assertEquals(7, run(spec(new SmallGuest().debugExit(3))).exitCode());
    }

    @Test
    void aTripleFaultIsExplained() {
        Outcome outcome = run(spec(new SmallGuest().tripleFault()));
        assertEquals(StopReason.Kind.TRIPLE_FAULT, outcome.reason().kind());
        assertTrue(outcome.reason().report().contains("#DF at RIP 0x7c05"), outcome.reason().report());
    }

    @Test
    void aHaltWithoutInterruptsIsTheEnd() {
        assertEquals(12, run(spec(new SmallGuest().haltForever())).exitCode());
    }

    @Test
    void aPanicNoticeEndsTheRun() {
        assertEquals(8, run(spec(new SmallGuest().out(0x505, 1).forever())).exitCode());
    }

    @Test
    void everyWayToResetResets() {
        assertEquals(14, run(spec(new SmallGuest().reset())).exitCode());
        assertEquals(14, run(spec(new SmallGuest().out(0x92, 3).forever())).exitCode());
        assertEquals(14, run(spec(new SmallGuest().out(0xcf9, 6).forever())).exitCode());
    }

    @Test
    void instructionsAreLimitedExactly() {
        Outcome outcome = run(spec(new SmallGuest().forever()).maxInstructions(12_345));
        assertEquals(124, outcome.exitCode());
        assertEquals(12_345, outcome.instructions());
    }

    @Test
    void exitsAreLimitedExactly() {
        Outcome outcome = run(spec(new SmallGuest().print("abcdef").powerOff()).maxExits(4));
        assertEquals(124, outcome.exitCode());
        assertEquals(4, outcome.exitCount());
        assertEquals("abcd", serial.toString());
    }

    @Test
    void aRebootStartsAgainAndTheLimitsCountOn() {
        Outcome outcome = run(spec(new SmallGuest().print("x").reset()).reboot(true).maxExits(7));
        assertEquals("xxxx", serial.toString());
        assertEquals(3, outcome.reboots());
        assertEquals(7, outcome.exitCount());
    }

    @Test
    void serialInputReachesAGuestThatPolls() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SmallGuest guest = new SmallGuest();
        for (int n = 0; n < 40; n++) {
            guest.echoTo(0x3f8);
        }
        String text = "more than the sixteen bytes of the FIFO.";
        SerialPeer peer = SerialPeer.of(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)), out);
        assertEquals(0, run(spec(guest.powerOff()).serial(peer)).exitCode());
        assertEquals(text, out.toString(StandardCharsets.US_ASCII));
    }

    @Test
    void keysWaitUntilTheGuestReadsThem() {
        SmallGuest guest = new SmallGuest();
        for (int n = 0; n < 60; n++) {
            guest.scancodeTo(0x3f8);
        }
        try (Pc pc = new Pc(spec(guest.powerOff()).maxInstructions(100_000_000).build())) {
            "aaaaaaaaaabbbbbbbbbbcccccccccc".chars().forEach(c -> pc.type((char) c));
            assertEquals(0, pc.run().exitCode());
        }
        String once = "\u001e\u009e".repeat(10) + "\u0030\u00b0".repeat(10) + "\u002e\u00ae".repeat(10);
        assertEquals(once, serial.toString());
    }

    @Test
    void theTextScreenIsInMemory() {
        assertEquals(List.of("J"), run(spec(new SmallGuest().show('J').powerOff())).screen());
    }

    @Test
    void outputThatCannotBeWrittenEndsTheRun() {
        SerialPeer full = SerialPeer.to((ByteSink) c -> {
            throw new BackendException("no space");
        });
        Outcome outcome = run(spec(new SmallGuest().print("x").forever()).serial(full));
        assertEquals(10, outcome.exitCode());
        assertEquals("no space", outcome.reason().message());
    }

    @Test
    void stopEndsARunFromOutside() {
        try (Pc pc = new Pc(spec(new SmallGuest().forever()).build())) {
            pc.stop(StopReason.of(StopReason.Kind.LIMIT, "enough"));
            assertEquals("enough", pc.run().reason().message());
        }
    }

    @Test
    void theSameSpecificationRunsTheSame() {
        SmallGuest guest = new SmallGuest().print("abc").reset();
        Outcome first = run(spec(guest));
        Outcome second = run(spec(guest));
        assertEquals(first.instructions(), second.instructions());
        assertEquals(first.virtualNanos(), second.virtualNanos());
        assertEquals(first.exits(), second.exits());
    }

    @Test
    void devicesAreWhereAPcHasThem() {
        try (Pc pc = new Pc(spec(new SmallGuest().forever()).device(OptionalDevice.PC_TESTDEV).build())) {
            int[] ports = {0x20, 0x21, 0xa0, 0xa1, 0x4d0, 0x4d1, 0x40, 0x43, 0x60, 0x61, 0x64, 0x70, 0x71, 0x92, 0x3f8, 0x3ff, 0xe9, 0xf4,
                0x505,
                0x510, 0x511, 0x514, 0x51b, 0x600, 0x604, 0x608, 0xcf8, 0xcf9, 0xcfc, 0xcff, 0x3c0, 0x3d4, 0x3da, 0xe0, 0x2000, 0x2017};
            for (int port : ports) {
                assertTrue(pc.machine().ports().claimed(port), "0x%x".formatted(port));
            }
            assertFalse(pc.machine().ports().claimed(0x80));
            assertTrue(pc.machine().current().mmio().claimed(0xfee0_0000L));
            assertTrue(pc.machine().mmio().claimed(0xfec0_0000L));
            assertTrue(pc.machine().mmio().claimed(0xff00_0000L));
            assertEquals(0x1237_8086, configRead(pc, 0));
        }
    }

    private static int configRead(Pc pc, int offset) {
        pc.machine().ports().out(0xcf8, 4, 0x8000_0000 | offset);
        return pc.machine().ports().in(0xcfc, 4);
    }

    @Test
    void accessesAndInterruptsAreCountedByDevice() {
        try (Pc pc = new Pc(spec(new SmallGuest().print("ab").out(0x21, 0xff).powerOff()).counting(true).build())) {
            long before = pc.deviceCounts().devices().get("pic").writes();
            pc.run();
            assertEquals(2, pc.deviceCounts().devices().get("com1").writes());
            assertEquals(before + 1, pc.deviceCounts().devices().get("pic").writes());
        }
    }

    @Test
    void firmwareTellsTheMemorySize() {
        try (Pc pc = new Pc(spec(new SmallGuest().forever()).memory(64 << 20).build())) {
            assertEquals(639, pc.machine().memory().readShort(0x413));
            assertEquals(0x2052_5450_2044_5352L, pc.machine().memory().readLong(0xe_0000));
            assertEquals(0, pc.machine().memory().readLong(0x20), "the interrupt vector table is zero");
        }
    }
}
