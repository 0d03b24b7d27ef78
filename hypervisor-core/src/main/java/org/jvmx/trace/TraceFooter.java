package org.jvmx.trace;

import java.util.Map;

/**
 * What a trace amounts to.
 *
 * @param exits how many records there are
 * @param counts how many of each reason, by name
 * @param traceHash SHA-256 over the canonical records, in hexadecimal
 */
public record TraceFooter(long exits, Map<String, Long> counts, String traceHash) {
}
