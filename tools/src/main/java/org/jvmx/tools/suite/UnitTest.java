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
 * @param cpus how many processors the configuration asks for; the test runs on one
 * @param timeout wall time after which it counts as hanging
 */
public record UnitTest(String name, String file, String arguments, String model, long memory, int cpus, Duration timeout) {
}
