package org.jvmx.tools.guests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.jvmx.loader.format.GuestImage;
import org.jvmx.tools.pc.Outcome;
import org.jvmx.tools.pc.Pc;
import org.jvmx.tools.pc.PcSpec;
import org.jvmx.tools.pc.Requests;
import org.jvmx.vm.StopReason;
import org.jvmx.vmx.ExitReason;

class CannedGuestsTest {
    private static final long ENOUGH = 20_000_000;

    static Iterable<BundledGuest> guests() {
        return BundledGuests.canned();
    }

    private static Outcome run(BundledGuest guest, String append, long seed) {
        PcSpec spec = PcSpec.of(GuestImage.detect(guest.name(), guest.image(), guest.format())).maxInstructions(ENOUGH).append(append)
                .seed(seed).cpus(guest.cpus()).serial(new Requests(seed)).build();
        try (Pc pc = new Pc(spec)) {
            return pc.run();
        }
    }

    private static Outcome run(String name, String append, long seed) {
        return run(BundledGuests.named(name).orElseThrow(), append, seed);
    }

    @ParameterizedTest
    @MethodSource("guests")
    void eachSwitchesItselfOff(BundledGuest guest) {
        Outcome outcome = run(guest, "n=5", 1);
        assertEquals(StopReason.Kind.POWER_OFF, outcome.reason().kind(), outcome.reason().message() + outcome.reason().report());
    }

    @ParameterizedTest
    @CsvSource({"idle-100hz, HLT, 1", "idle-250hz, MSR_WRITE, 2", "idle-1000hz, HLT, 1", "echo, HLT, 1", "echo, IO_INSTRUCTION, 5",
        "serial-flood, IO_INSTRUCTION, 2", "msr-storm, MSR_READ, 1", "msr-storm, MSR_WRITE, 1", "cpuid-loop, CPUID, 2",
        "timer-rearm, MSR_WRITE, 9", "timer-rearm, PREEMPTION_TIMER, 1", "self-ipi, MSR_WRITE, 2", "pio-batch, IO_INSTRUCTION, 8",
        "ept-sweep-4k, HLT, 0", "ept-sweep-2m, HLT, 0"})
    void aRoundMakesItsExits(String name, ExitReason reason, long each) {
        long few = run(name, "n=3", 1).exits().getOrDefault(reason, 0L);
        long more = run(name, "n=13", 1).exits().getOrDefault(reason, 0L);
        assertEquals(10 * each, more - few);
    }

    @Test
    void theNumberIsFoundAmongOtherWords() {
        assertEquals(7, run("idle-250hz", "nn=3 m=9 n=7 n=5", 1).exits().get(ExitReason.HLT));
    }

    @ParameterizedTest
    @CsvSource({"echo", "web-day"})
    void theSeedDecidesWhatIsRandom(String name) {
        Outcome first = run(name, "n=20", 1);
        assertEquals(first.virtualNanos(), run(name, "n=20", 1).virtualNanos());
        assertNotEquals(first.virtualNanos(), run(name, "n=20", 2).virtualNanos());
    }

    @Test
    void aTickComesAtItsTime() {
        long nanos = run("idle-250hz", "n=150", 1).virtualNanos() - run("idle-250hz", "n=50", 1).virtualNanos();
        assertEquals(400_000_000, nanos, 100); // parsing a longer number takes a few instructions
    }

    @Test
    void repliesAreTimedFromTheRequest() {
        BundledGuest echo = BundledGuests.named("echo").orElseThrow();
        Requests requests = new Requests(1);
        PcSpec spec = PcSpec.of(GuestImage.detect(echo.name(), echo.image(), echo.format())).append("n=50").serial(requests).build();
        try (Pc pc = new Pc(spec)) {
            pc.run();
        }
        assertEquals(50, requests.replyNanos().length);
        for (long nanos : requests.replyNanos()) {
            assertTrue(nanos > 3000 && nanos < 3200, nanos + " ns");
        }
    }
}
