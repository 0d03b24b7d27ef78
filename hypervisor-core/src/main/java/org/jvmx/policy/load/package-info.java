/**
 * Classes that are not ours, made safe to ask: {@link org.jvmx.policy.load.PolicyLoader} defines them with a step counted at each method entry and each
 * branch backwards, {@link org.jvmx.policy.load.PolicyCompiler} makes them of a source file.
 */
package org.jvmx.policy.load;
