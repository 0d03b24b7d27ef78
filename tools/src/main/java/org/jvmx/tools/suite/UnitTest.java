package org.jvmx.tools.suite;

import java.time.Duration;

/**
 * One configured test of a kvm-unit-tests tree.
 *
 * @param name the section of the configuration
 * @param file the kernel's file name
 * @param arguments the kernel's arguments
 * @param model the processor model
 * @param memory bytes of RAM
 * @param cpus how many processors the configuration asks for, or is to run on
 * @param timeout wall time after which it counts as hanging
 */
public record UnitTest(String name, String file, String arguments, String model, long memory, int cpus, Duration timeout) {
    /** Processors that take turns make a test, whose time is the sum of theirs, so much slower. */
    private static final int PATIENCE = 10;

    /** The same on a machine with so many processors, under another name. */
    UnitTest on(String newName, int processors) {
        return new UnitTest(newName, file, arguments, model, memory, processors, processors == 1 ? timeout : timeout.multipliedBy(PATIENCE));
    }
}
