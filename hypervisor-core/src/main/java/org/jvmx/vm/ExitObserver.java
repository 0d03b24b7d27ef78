package org.jvmx.vm;

import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;

/** Sees every VM exit and changes nothing. Called on the vCPU's thread. */
public interface ExitObserver {
    /** A VM exit, before anything is done about it. */
    void exited(int vcpu, long nanos, long rip, Exit exit);

    /** It was handled, and waited for if the guest was idle, from one time to the other on the machine's clock. */
    void handled(int vcpu, ExitReason reason, long fromNanos, long toNanos);
}
