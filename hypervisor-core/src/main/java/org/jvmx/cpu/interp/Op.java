package org.jvmx.cpu.interp;

import org.jvmx.arch.Hot;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.isa.Insn;

/**
 * One decoded instruction at its place in a block, ready to run. An op knows what runs after it: the next op of its block, or the first one of the block
 * that its jump leads to. Its fields are as small as may be, since a guest's working set of ops has to live in the host's caches.
 */
public abstract class Op {
    /** Value of {@code cpu.blockLimit} while whole blocks run, one after the other. */
    static final int WHOLE = Integer.MAX_VALUE;

    /** Bytes from the start of the block to this instruction. */
    final short offset;
    /** Bytes from the start of the block to the next instruction. */
    final short end;
    /** Instructions before this one in the block. */
    final byte index;
    /** Whether the op leaves {@code cpu.rip} at the next instruction to run; otherwise that is the one at {@link #end}. */
    final boolean setsRip;

    /** The op behind this one in its block; null behind the last one. */
    Op next;

    Op(Insn insn, int offset, int index, boolean setsRip) {
        this.offset = (short) offset;
        this.index = (byte) index;
        this.end = (short) (offset + (insn == null ? 0 : insn.length));
        this.setsRip = setsRip;
    }

    /**
     * Runs the instruction: all of it, or nothing of it and a guest event.
     *
     * @return what runs next; null if that has to be looked up
     */
    abstract Op exec(Cpu cpu);

    /** The op behind this one, unless this one turned out to be the last of its block: for those that write memory. */
    @Hot
    final Op proceed(Cpu cpu) {
        return cpu.blockLimit == 0 ? null : next;
    }

    /** Goes on with a block, if that is what is at {@code target} and may run as a whole now; otherwise RIP is left there. */
    @Hot
    final Op follow(Cpu cpu, Block to, long target) {
        cpu.rip = target;
        if (to == null || !to.isAt(target, cpu.fetchGeneration(), cpu.modeKey) || cpu.attention != 0 || cpu.blockLimit != WHOLE) {
            return null;
        }
        long retired = cpu.retired + index + 1;
        if (retired + to.count > cpu.horizon()) {
            return null;
        }
        cpu.retired = retired;
        cpu.blockRip = target;
        return to.first;
    }

    /** Tells the block that was found at RIP after this op: it may be the one to {@link #follow} next time. */
    void link(Cpu cpu, Block to) {
        // most ops have nobody to follow
    }
}
