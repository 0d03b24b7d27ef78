package org.jvmx.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Campaigns, one target after the other: only with the Maven profile {@code fuzz}. {@code -Djvmx.fuzz.seconds} for each, {@code -Djvmx.fuzz.target} for one
 * of them alone, {@code -Djvmx.fuzz.seed} to repeat.
 */
class CampaignTest {
    static Iterable<String> targets() {
        return Targets.names();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void aCampaignFindsNothing(String target) throws IOException, InterruptedException {
        assumeTrue(Campaign.possible(), "the engine comes with the profile fuzz");
        assumeTrue(target.equals(System.getProperty("jvmx.fuzz.target", target)), "not asked for");
        Campaign campaign = new Campaign(target, Path.of("target/fuzz"));
        Campaign.Result result = campaign.run(Long.getLong("jvmx.fuzz.seconds", 10), Long.getLong("jvmx.fuzz.seed", 0));
        System.out.println(result);
        assertEquals("", result.finding());
    }
}
