package org.jvmx.trace;

import java.util.List;

/**
 * What a trace is of.
 *
 * @param version of JVMX
 * @param guest SHA-256 of the guest's image, in hexadecimal
 * @param memory bytes of RAM
 */
public record TraceHeader(String version, String backend, String guest, long seed, long memory, int cpus, List<String> policies) {
    /** The version of the formats. */
    public static final int SCHEMA = 1;

    public TraceHeader {
        policies = List.copyOf(policies);
    }
}
