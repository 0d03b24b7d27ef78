package org.jvmx.fuzz;

/** Where the engine enters: the target is named by the system property {@code jvmx.fuzz.target}. */
public final class Entry {
    private static final Target TARGET = Sandbox.target(System.getProperty("jvmx.fuzz.target"));

    private Entry() {
    }

    /** One execution; the engine finds it by its name. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        TARGET.run(input);
    }
}
