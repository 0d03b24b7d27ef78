/**
 * Fuzzing: targets, the corpora that they are replayed with, and a campaign that runs them under a coverage-guided engine. Targets run in a {@link
 * org.jvmx.fuzz.Sandbox}, where each access to native memory is checked.
 */
package org.jvmx.fuzz;
