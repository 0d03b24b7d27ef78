/**
 * Runs that are compared: a guest, policies, a seed, a cost model, and the figures that come of them. The same experiment gives the same figures on
 * every machine. Start with {@link org.jvmx.tools.experiment.Experiment} and {@link org.jvmx.tools.experiment.Comparison}.
 */
package org.jvmx.tools.experiment;
