package org.jvmx.tools.suite;

import java.util.Locale;
import org.jvmx.vm.StopReason;

/**
 * What a test printed and how it ended.
 *
 * @param ending {@code exit N} for a value written to the debug-exit port, {@code skipped}, {@code aborted}, else how the machine stopped
 * @param summary whether it printed its summary
 * @param millis wall time
 */
public record Result(int passed, int failed, int skipped, String ending, boolean summary, long millis) {
    /** Reads a test's output. */
    static Result of(String output, StopReason reason, long millis) {
        int[] counts = new int[3];
        boolean summary = false;
        for (String line : output.lines().toList()) {
            counts[0] += line.startsWith("PASS") ? 1 : 0;
            counts[1] += line.startsWith("FAIL") ? 1 : 0;
            counts[2] += line.startsWith("SKIP") ? 1 : 0;
            summary |= line.startsWith("SUMMARY: ");
        }
        String ending = switch (reason.kind()) {
            case DEBUG_EXIT -> ending(reason.value());
            case LIMIT -> "timeout";
            default -> reason.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
        };
        return new Result(counts[0], counts[1], counts[2], ending, summary, millis);
    }

    /** The suite's own meanings: its programs exit with status 77 if everything was skipped, with 127 if they gave up. */
    private static String ending(int value) {
        return switch (value << 1 | 1) {
            case 77 -> "skipped";
            case 127 -> "aborted";
            default -> "exit " + value;
        };
    }

    /** Passed and failed, and the ending where it is not the usual one. */
    String text() {
        return passed + "/" + failed + (skipped > 0 ? "/" + skipped : "") + (ending.equals("exit 0") ? "" : ", " + ending);
    }
}
