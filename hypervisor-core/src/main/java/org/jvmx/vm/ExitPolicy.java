package org.jvmx.vm;

import java.util.Set;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

/** Decides about VM exits of some reasons in place of the default handlers. Called on the vCPU's thread; allocates nothing per exit. */
public interface ExitPolicy {
    /** Its name in reports. */
    String name();

    /** The reasons that it decides about. */
    Set<ExitReason> reasons();

    /** What happens next; {@link ExitHandler#handle} does what would be done without the policy. */
    Verdict decide(Exit exit, ExitHandler handler);
}
