package org.jvmx.vmx;

import java.util.List;
import java.util.ServiceLoader;
import java.util.function.LongSupplier;
import org.jvmx.memory.HostMemory;

/** A kind of VMX processor that machines can run on. Found by {@link ServiceLoader} or handed in. */
public interface Backend {
    /** The processor model that is used unless another one is asked for. */
    String DEFAULT_MODEL = "jvmx-v1";

    /**
     * What the processors of a machine are made from.
     *
     * @param memory the host-physical space: guest RAM, VMCS regions and EPT paging structures are pages of it
     * @param model the processor model with its changes: {@code jvmx-v1,-sse4.2}
     * @param seed where the processors' random numbers start
     * @param processors how many there are; each has a thread of its own if the space is {@linkplain HostMemory#share shared}
     * @param time what their time-stamp counters show, in nanoseconds; null if they count instructions
     */
    record Setup(HostMemory memory, String model, long seed, int processors, LongSupplier time) {
        /** For one processor. */
        public Setup(HostMemory memory, String model, long seed) {
            this(memory, model, seed, 1, null);
        }
    }

    /** Its name on the command line. */
    String name();

    /** Why it cannot be used on this host, as a sentence; null if it can. */
    String obstacle();

    /** Whether its processors count the guest's instructions, so that virtual time and limits by instructions are possible. */
    default boolean countsInstructions() {
        return true;
    }

    /** Whether it is to be taken on this host by somebody who does not care which: it is there, and faster than the software processor. */
    default boolean recommended() {
        return false;
    }

    /** The host-physical space that {@link #open} wants to be given, of {@code size} bytes or a little more. */
    default HostMemory memory(long size) {
        return new HostMemory(size);
    }

    /**
     * The processors of one machine, with one guest-physical address space for all of them.
     *
     * @throws org.jvmx.error.JvmxException if the model is unknown, the host refuses, or there cannot be so many
     */
    List<VirtualProcessor> open(Setup setup);

    /** The same backend for machines whose interrupt controllers are there; null if it has no such machines. */
    default Backend with(Irqchip place) {
        return place == Irqchip.USER ? this : null;
    }

    /** All backends that are installed. */
    static List<Backend> installed() {
        return ServiceLoader.load(Backend.class).stream().map(ServiceLoader.Provider::get).toList();
    }
}
