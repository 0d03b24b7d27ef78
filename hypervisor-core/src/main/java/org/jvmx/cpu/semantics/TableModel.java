package org.jvmx.cpu.semantics;

import org.jvmx.arch.CpuidBit;
import org.jvmx.arch.ProcessorModel;
import org.jvmx.isa.Feature;

/** A processor model for the interpreter: feature guards out of its CPUID table, random numbers out of a seed. */
public final class TableModel implements Model {
    private final ProcessorModel table;
    private final long cr4Bits;
    private final boolean[] offered = new boolean[Feature.values().length];
    private long state;

    /**
     * A processor of a model.
     *
     * @param seed where RDRAND and RDSEED start
     */
    public TableModel(ProcessorModel table, long seed) {
        this.table = table;
        this.state = seed;
        this.cr4Bits = table.cr4Bits();
        for (Feature feature : Feature.values()) {
            offered[feature.ordinal()] = table.offers(CpuidBit.valueOf(feature.name()));
        }
    }

    @Override
    public boolean offers(Feature feature) {
        return offered[feature.ordinal()];
    }

    @Override
    public long cr4Bits() {
        return cr4Bits;
    }

    @Override
    public ProcessorModel table() {
        return table;
    }

    /** SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators"). */
    @Override
    public long random() {
        state += 0x9e37_79b9_7f4a_7c15L;
        long mixed = (state ^ state >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d0_49bb_1331_11ebL;
        return mixed ^ mixed >>> 31;
    }
}
