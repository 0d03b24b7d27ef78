/**
 * What is kept of a run: the exit trace with its hash, in JSON lines and in a compact binary form, and the table of exits by reason and time.
 * Observers of the run loop; they change nothing. Start with {@link org.jvmx.trace.ExitTrace}.
 */
package org.jvmx.trace;
