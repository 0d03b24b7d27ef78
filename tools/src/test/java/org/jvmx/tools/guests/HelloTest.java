package org.jvmx.tools.guests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.jvmx.loader.format.GuestImage;
import org.jvmx.tools.pc.Outcome;
import org.jvmx.tools.pc.Pc;
import org.jvmx.tools.pc.PcSpec;
import org.jvmx.tools.pc.SerialPeer;
import org.jvmx.vm.StopReason;
import org.jvmx.vmx.ExitReason;

class HelloTest {
    private static final long ENOUGH = 3_000_000;

    private record Run(Outcome outcome, String output) {
    }

    private static Run run(String... lines) {
        BundledGuest hello = BundledGuests.named("hello").orElseThrow();
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        ByteArrayInputStream input = new ByteArrayInputStream(String.join("\n", lines).concat("\n").getBytes(StandardCharsets.ISO_8859_1));
        PcSpec spec = PcSpec.of(GuestImage.detect(hello.name(), hello.image(), hello.format())).memory(16 << 20).maxInstructions(ENOUGH)
                .serial(SerialPeer.of(input, output)).build();
        try (Pc pc = new Pc(spec)) {
            return new Run(pc.run(), output.toString(StandardCharsets.ISO_8859_1).replace("\r", ""));
        }
    }

    @ParameterizedTest
    @CsvSource({"poweroff, POWER_OFF, 0", "exit 3, DEBUG_EXIT, 7", "crash, TRIPLE_FAULT, 4", "reset, RESET, 14"})
    void aCommandEndsTheRunInItsWay(String command, StopReason.Kind kind, int code) {
        Outcome outcome = run(command).outcome();
        assertEquals(kind, outcome.reason().kind(), outcome.reason().message());
        assertEquals(code, outcome.exitCode());
    }

    @Test
    void infoShowsModeMemoryAndExits() {
        String output = run("info", "poweroff").output();
        Stream.of("GenuineIntel", "64-bit, 4-level paging", "loader     JVMX", "0000000000100000 to 0000000000ffffff  15360 KiB",
                "so far, says the monitor").forEach(part -> assertTrue(output.contains(part), output));
    }

    @Test
    void backspaceTakesACharacterBack() {
        String output = run("ecxx\b\177ho hello  there", "poweroff").output();
        assertTrue(output.contains("\nhello  there\n"), output);
    }

    @Test
    void aPageFaultIsCaughtAndTheShellGoesOn() {
        String output = run("fault", "echo alive", "poweroff").output();
        assertTrue(output.contains("caught exception 14, error code 0, RIP "), output);
        assertTrue(output.contains("CR2 000000c0ffee0000"), output);
        assertTrue(output.contains("\nalive\n"), output);
    }

    @Test
    void anIdleGuestTakesATickEveryTenMilliseconds() {
        Outcome outcome = run("help").outcome();
        assertEquals(StopReason.Kind.LIMIT, outcome.reason().kind());
        long halts = outcome.exits().getOrDefault(ExitReason.HLT, 0L);
        long ticks = Duration.ofNanos(outcome.virtualNanos()).toMillis() / 10;
        assertTrue(Math.abs(halts - ticks) < ticks / 100, halts + " halts in " + ticks + " ticks");
    }
}
