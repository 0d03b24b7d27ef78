/**
 * Runs a guest on the software processor and on another implementation at once, and finds the first instruction that they disagree about. Start with
 * {@link org.jvmx.tools.diff.Lockstep}.
 */
package org.jvmx.tools.diff;
