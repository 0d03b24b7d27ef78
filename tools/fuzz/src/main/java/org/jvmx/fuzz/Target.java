package org.jvmx.fuzz;

/** Something that takes any bytes. Made once, run often; a run depends on nothing but its bytes. */
public interface Target {
    /** Does what the bytes say; throws if that shows a mistake. */
    void run(byte[] input) throws Exception;
}
