package org.jvmx.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Our processor against the one that the tests run on. {@code -Djvmx.oracle.cases} and {@code -Djvmx.oracle.seed} say how many and which cases. */
class OracleTest {
    private static final long DEFAULT = 30_000;
    /** So many cases reach every row, whatever is excused. */
    private static final long EVERY_ROW = 100_000;

    @Test
    void everyInstructionDoesWhatThisProcessorDoes() throws IOException, InterruptedException {
        long cases = Long.getLong("jvmx.oracle.cases", DEFAULT);
        long seed = Long.getLong("jvmx.oracle.seed", 1);
        try (Silicon silicon = new Silicon(); Oracle oracle = new Oracle(silicon)) {
            long start = System.nanoTime();
            oracle.run(seed, cases);
            String report = oracle.report();
            System.out.printf("silicon oracle on %s; seed %d; %,d ms%n%s", Silicon.name(), seed, (System.nanoTime() - start) / 1_000_000,
                    report);
            assertEquals(0, oracle.failures.size(), report);
            assertTrue(cases < EVERY_ROW || oracle.missed().isEmpty(), report);
        } catch (Silicon.Absent absent) {
            System.out.println("silicon oracle: skipped, " + absent.getMessage());
            Assumptions.abort(absent.getMessage());
        }
    }
}
