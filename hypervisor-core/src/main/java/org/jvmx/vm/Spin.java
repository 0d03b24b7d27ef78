package org.jvmx.vm;

/** What to do about a processor that spins. */
public enum Spin {
    /** The next policy is asked. */
    PASS,
    /** It goes on spinning. */
    CONTINUE,
    /** Another virtual processor that could run has its turn. */
    YIELD
}
