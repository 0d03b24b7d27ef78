package org.jvmx.cpu.semantics;

import org.jvmx.arch.ProcessorModel;
import org.jvmx.isa.Feature;

/** What a processor model offers: the one versioned table behind feature guards, CPUID, fixed MSRs and random numbers. */
public interface Model {
    /** Whether CPUID offers the feature; an instruction that needs it is #UD otherwise. */
    boolean offers(Feature feature);

    /** The bits of CR4 that software may set. */
    long cr4Bits();

    /** The model's CPUID leaves and read-only MSRs. */
    ProcessorModel table();

    /** The next number for RDRAND and RDSEED, from the machine's seed. */
    long random();
}
