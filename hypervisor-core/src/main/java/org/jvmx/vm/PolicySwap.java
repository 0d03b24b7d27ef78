package org.jvmx.vm;

/**
 * A policy took the place of another one.
 *
 * @param old the name of the one
 * @param fresh the name of the other
 * @param exits after how many VM exits
 * @param nanos when, in the machine's time
 */
public record PolicySwap(String old, String fresh, long exits, long nanos) {
}
