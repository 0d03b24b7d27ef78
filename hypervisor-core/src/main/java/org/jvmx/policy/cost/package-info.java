/**
 * What VM exits cost: constants with sources and bounds from a data file, models made of them, and prices of runs. Start with
 * {@link org.jvmx.policy.cost.CostData#bundled}.
 */
package org.jvmx.policy.cost;
