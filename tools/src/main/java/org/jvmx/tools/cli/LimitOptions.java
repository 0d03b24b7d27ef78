package org.jvmx.tools.cli;

import org.jvmx.error.ConfigException;
import org.jvmx.tools.pc.PcSpec;
import picocli.CommandLine.Option;

/** When a run ends that does not end by itself. */
final class LimitOptions {
    @Option(names = "--timeout", paramLabel = "DURATION", description = "Wall time: 30s, 500ms, 5m...")
    TimeSpan timeout;

    @Option(names = "--max-instructions", paramLabel = "N", description = "Guest instructions, exactly.")
    Long maxInstructions;

    @Option(names = "--max-exits", paramLabel = "N", description = "VM exits, exactly.")
    Long maxExits;

    void apply(PcSpec.Builder pc) {
        if (maxInstructions != null) {
            pc.maxInstructions(positive("--max-instructions", maxInstructions));
        }
        if (maxExits != null) {
            pc.maxExits(positive("--max-exits", maxExits));
        }
    }

    private static long positive(String option, long value) {
        if (value <= 0) {
            throw new ConfigException("%s %d is not possible: give a number of at least 1".formatted(option, value));
        }
        return value;
    }
}
