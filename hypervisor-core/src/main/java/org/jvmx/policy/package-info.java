/**
 * Policies by name: those that come with JVMX, those on the class path, those in a source file. Start with {@link org.jvmx.policy.Policies}; what a
 * policy is says {@link org.jvmx.vm.ExitPolicy}.
 */
package org.jvmx.policy;
