package org.jvmx.fuzz.targets;

/** What a target asks of the code under test. */
final class Check {
    private Check() {
    }

    /** Fails unless it holds. */
    static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
