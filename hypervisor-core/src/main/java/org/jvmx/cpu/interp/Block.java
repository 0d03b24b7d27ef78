package org.jvmx.cpu.interp;

import org.jvmx.arch.Hot;

/** A run of decoded instructions from one physical address, in one mode. The last one may cross into the next page, then it is the only one. */
final class Block {
    final Op[] ops;
    final Op first;
    final int count;
    /** Bytes of all instructions. */
    final int length;
    /** Host-physical address of the first byte. */
    final long hpa;
    /** Host-physical page of the bytes behind the page's end, or -1. */
    final long secondFrame;
    /** {@code Cpu.modeKey} that it was decoded for. */
    final int modeKey;
    /** Next block of the same code page whose offset has the same hash. */
    Block chain;

    /** Linear address that it was last found at, in the fetch generation {@link #generation}. */
    long linear;
    int generation;

    Block(Op[] ops, int length, long hpa, long secondFrame, int modeKey) {
        this.ops = ops;
        this.first = ops[0];
        this.count = ops.length;
        this.length = length;
        this.hpa = hpa;
        this.secondFrame = secondFrame;
        this.modeKey = modeKey;
        for (int at = 0; at + 1 < ops.length; at++) {
            ops[at].next = ops[at + 1];
        }
    }

    @Hot
    boolean isAt(long where, int fetchGeneration, int key) {
        return linear == where && generation == fetchGeneration && modeKey == key;
    }
}
