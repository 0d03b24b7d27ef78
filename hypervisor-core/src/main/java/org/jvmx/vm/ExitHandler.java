package org.jvmx.vm;

import org.jvmx.bus.Clock;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.Vmx;

/** What a policy may do besides deciding. */
public interface ExitHandler {
    /** The default handler of the exit's reason. */
    Verdict handle(Exit exit);

    /** The number of the virtual processor that left the guest; the first is 0. */
    int vcpu();

    /** The processor, stopped at the exit. */
    Vmx vmx();

    /** The machine's time. */
    Clock clock();
}
