/**
 * Runs test suites that others wrote, from a tree that is already built, and compares with what is expected. Start with
 * {@link org.jvmx.tools.suite.KvmUnitTests}.
 */
package org.jvmx.tools.suite;
