package org.jvmx.tools.hosttrace;

import org.jvmx.vm.ExitPath;
import org.jvmx.vmx.ExitReason;

/**
 * A VM exit on a host.
 *
 * @param thread the virtual processor
 * @param nanos when
 * @param name of the reason as the host spells it
 * @param reason as the SDM has it, null if it has none
 * @param path how deep it went
 * @param handledNanos until the next VM entry
 * @param waitedNanos for a halt: how long until the event came, as far as the host tells; else 0
 */
public record HostExit(int thread, long nanos, String name, ExitReason reason, ExitPath path, long handledNanos, long waitedNanos) {
}
