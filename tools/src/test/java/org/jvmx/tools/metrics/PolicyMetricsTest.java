package org.jvmx.tools.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.jvmx.loader.format.GuestImage;
import org.jvmx.policy.Policies;
import org.jvmx.tools.guests.BundledGuest;
import org.jvmx.tools.guests.BundledGuests;
import org.jvmx.tools.pc.Pc;
import org.jvmx.tools.pc.PcSpec;

class PolicyMetricsTest {
    @Test
    void aDecisionHasAMeterFromItsFirstTimeOn() {
        MeterRegistry registry = new SimpleMeterRegistry();
        BundledGuest guest = BundledGuests.named("idle-250hz").orElseThrow();
        PcSpec spec = PcSpec.of(GuestImage.detect(guest.name(), guest.image(), guest.format()))
                .policy(Policies.standard().open("halt-poll-always,poll=1000")).build();
        try (Pc pc = new Pc(spec)) {
            PolicyMetrics metrics = new PolicyMetrics(pc, guest.name(), registry);
            metrics.run();
            assertTrue(registry.getMeters().isEmpty());
            pc.run();
            metrics.run();
            metrics.run();
            assertEquals(1, registry.getMeters().size());
            assertEquals(250, registry.get("jvmx.policy.decisions").tags("policy", "halt-poll-always", "decision", "poll").functionCounter()
                    .count());
        }
    }
}
