package org.jvmx.tools.pc;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jvmx.vm.StopReason;
import org.jvmx.vmx.ExitReason;

/**
 * How a run ended, and what it took.
 *
 * @param reason why it stopped
 * @param instructions guest instructions retired
 * @param virtualNanos the machine's time
 * @param wallNanos the host's time
 * @param exits VM exits by reason, of those that occurred
 * @param screen the text screen at the end, without blank lines at its end
 * @param reboots how often the machine was started again
 */
public record Outcome(StopReason reason, long instructions, long virtualNanos, long wallNanos, Map<ExitReason, Long> exits,
        List<String> screen,
        int reboots) {
    /** Copies the collections; {@code exits} keeps its order. */
    public Outcome {
        exits = Collections.unmodifiableMap(new LinkedHashMap<>(exits));
        screen = List.copyOf(screen);
    }

    /** The same run, seen to have ended for another reason. */
    public Outcome because(StopReason other) {
        return new Outcome(other, instructions, virtualNanos, wallNanos, exits, screen, reboots);
    }

    /** What a command that ran the machine exits with. */
    public int exitCode() {
        return reason.exitCode();
    }

    /** VM exits in all. */
    public long exitCount() {
        return exits.values().stream().mapToLong(Long::longValue).sum();
    }
}
