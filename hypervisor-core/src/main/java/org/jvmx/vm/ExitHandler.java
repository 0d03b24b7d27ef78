package org.jvmx.vm;

import org.jvmx.vmx.Exit;

/** Who decides if a policy does not: the next policy that asked for the reason, or the machine. */
public interface ExitHandler {
    /** Handles the exit; to be called once at most for an exit. */
    Verdict handle(Exit exit);

    /** The processor, stopped at the exit. */
    VcpuView vcpu();
}
