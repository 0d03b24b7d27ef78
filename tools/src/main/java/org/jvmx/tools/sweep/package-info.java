/**
 * Many experiments: a plan of guests, policies, parameters and seeds; a runner that spreads it over cores and files and goes on where it was stopped;
 * and the files put together again. Start with {@link org.jvmx.tools.sweep.SweepPlan}.
 */
package org.jvmx.tools.sweep;
