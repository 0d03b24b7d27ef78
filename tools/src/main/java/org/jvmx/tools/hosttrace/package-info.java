/**
 * Traces of real hosts: KVM's trace points as perf script and ftrace print them, summed up, priced, and used to ask policies what they would have
 * done. Start with {@link org.jvmx.tools.hosttrace.HostTrace#read}.
 */
package org.jvmx.tools.hosttrace;
