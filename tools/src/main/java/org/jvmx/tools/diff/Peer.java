package org.jvmx.tools.diff;

import org.jvmx.vm.Machine;
import org.jvmx.vmx.DebugFacility;

/** Another implementation of the processor, running the same guest. Everything may throw {@link org.jvmx.error.BackendException}. */
interface Peer extends AutoCloseable {
    /** What it is called in reports. */
    String name();

    /** Brings it to where our machine stands. */
    void start(Machine machine, DebugFacility facility);

    /**
     * Goes on to the next instruction: before the first one at the first call; after a fault or an interrupt, before the first of the handler. A
     * repeated string instruction may count once for each repetition.
     *
     * @return false if the guest has ended there
     */
    boolean advance(ProcessorState state);

    /** The vector of the external interrupt that was delivered on the way to the state that {@link #advance} gave last; -1 if none was. */
    int interrupt();

    /** Whether the flags that a fault pushes have RF set, as the SDM has it; what does not matter until somebody reads them. */
    default boolean pushesResumeFlag() {
        return true;
    }

    @Override
    void close();
}
