package org.jvmx.trace;

import java.util.List;
import java.util.Map;
import org.jvmx.vm.PolicySwap;

/**
 * What a trace amounts to.
 *
 * @param exits how many records there are
 * @param counts how many of each reason, by name
 * @param traceHash SHA-256 over the canonical records, in hexadecimal
 * @param swaps the policies that took the place of others while it was recorded: such a run can be repeated only with the same swaps
 */
public record TraceFooter(long exits, Map<String, Long> counts, String traceHash, List<PolicySwap> swaps) {
    public TraceFooter {
        swaps = List.copyOf(swaps);
    }

    /** Of a trace in which no policy took the place of another one. */
    public TraceFooter(long exits, Map<String, Long> counts, String traceHash) {
        this(exits, counts, traceHash, List.of());
    }
}
