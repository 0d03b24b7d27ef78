package org.jvmx.cpu.interp;

import org.jvmx.arch.Hot;
import org.jvmx.cpu.semantics.Boundary;
import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.cpu.semantics.Interrupts;
import org.jvmx.cpu.semantics.Meanings;
import org.jvmx.cpu.state.Attention;
import org.jvmx.cpu.state.ExitSignal;
import org.jvmx.cpu.state.GuestFault;

/**
 * Runs the guest. The loop: if something wants attention or the deadline has come, look at the instruction boundary; find the block; run it and those that
 * follow it, or as many instructions of it as the deadline allows; deliver what was raised. The count of retired instructions is exact at every exit.
 */
public final class Interpreter {
    /** How far to run: to where something has to be looked at, to where a debugger may want to look, one instruction. */
    private static final int FREE = 0;
    private static final int WATCHED = 1;
    private static final int ONE = 2;

    private final Cpu cpu;
    private final CodeCache cache;
    /** The op after which a block had to be looked up: it is told what was found. */
    private Op last;

    public Interpreter(Cpu cpu, Meanings meanings) {
        this.cpu = cpu;
        this.cache = new CodeCache(cpu, new BlockBuilder(cpu, meanings));
    }

    /** VMX non-root operation until the next VM exit, which is in {@code cpu.exit}. */
    public void run() {
        Cpu c = cpu;
        c.attention &= ~Attention.EXIT;
        c.lookToDeadline();
        last = null;
        do {
            if (c.attention != 0 || c.retired >= c.horizon()) {
                c.answerCall();
                if (!Boundary.pass(c)) {
                    return;
                }
                step(c.attention == 0 ? FREE : c.attention == Attention.WATCH ? WATCHED : ONE);
            } else {
                step(FREE);
            }
        } while ((c.attention & Attention.EXIT) == 0);
    }

    /**
     * Runs the instruction at RIP once, with the monitor's answers in {@code cpu.completion}, whatever is pending at the boundary.
     *
     * @return whether it is done; false if it made another VM exit
     */
    public boolean complete() {
        cpu.attention &= ~Attention.EXIT;
        last = null;
        step(ONE);
        return (cpu.attention & Attention.EXIT) == 0;
    }

    /** Runs one instruction, or up to where something has to be looked at. */
    private void step(int pace) {
        Cpu c = cpu;
        Block block;
        long most;
        try {
            block = find();
            most = inside(block);
        } catch (GuestFault _) {
            deliver();
            return;
        } catch (ExitSignal _) {
            c.attention |= Attention.EXIT;
            return;
        }
        most = pace == ONE ? 1 : Math.min(most, c.deadline - c.retired);
        if (pace != FREE || most < block.count) {
            most = pace == WATCHED ? Math.min(most, unwatched(block)) : most;
            runSome(block, (int) Math.max(most, 1));
        } else {
            runWhole(block);
        }
    }

    /** The block at RIP. */
    @Hot
    private Block find() {
        Cpu c = cpu;
        Op from = last;
        last = null;
        if ((c.modeKey & Cpu.KEY_FLAT) == 0) {
            return segmented();
        }
        Block block = cache.at(c.rip);
        if (from != null) {
            from.link(c, block);
        }
        return block;
    }

    private Block segmented() {
        Cpu c = cpu;
        if (c.rip > c.limit[Cpu.CS]) {
            throw c.gp(0);
        }
        return cache.at(c.base[Cpu.CS] + c.rip & 0xffff_ffffL);
    }

    /** How many instructions of a block may run before a debugger wants to look. */
    private int unwatched(Block block) {
        long bytes = cpu.watches.before(cpu.codeAddress(), block.length);
        int count = 1;
        while (count < block.count && block.ops[count].offset < bytes) {
            count++;
        }
        return count;
    }

    /** How many instructions of a block are inside the code segment. */
    private int inside(Block block) {
        Cpu c = cpu;
        if ((c.modeKey & Cpu.KEY_FLAT) != 0) {
            return block.count;
        }
        long room = c.limit[Cpu.CS] - c.rip + 1;
        if (block.length <= room) {
            return block.count;
        }
        int count = 0;
        while (block.ops[count].end <= room) {
            count++;
        }
        if (count == 0) {
            throw c.gp(0);
        }
        return count;
    }

    /** Runs a block, and those that its ops follow. */
    @Hot
    private void runWhole(Block block) {
        Cpu c = cpu;
        c.blockRip = c.rip;
        c.blockLimit = Op.WHOLE;
        Op op = block.first;
        try {
            for (Op next = op.exec(c); next != null; next = op.exec(c)) {
                op = next;
            }
        } catch (GuestFault _) {
            leave(op);
            deliver();
            return;
        } catch (ExitSignal _) {
            leave(op);
            c.attention |= Attention.EXIT;
            return;
        }
        finish(op);
        last = op;
    }

    /** Runs at most {@code most} instructions of a block. */
    private void runSome(Block block, int most) {
        Cpu c = cpu;
        c.blockRip = c.rip;
        c.blockLimit = most;
        Op op = block.first;
        try {
            for (Op next = op.exec(c); next != null && next.index < most; next = op.exec(c)) {
                op = next;
            }
        } catch (GuestFault _) {
            leave(op);
            deliver();
            return;
        } catch (ExitSignal _) {
            leave(op);
            c.attention |= Attention.EXIT;
            return;
        }
        finish(op);
    }

    /** An instruction was left before it was complete: RIP is there. */
    private void leave(Op op) {
        Cpu c = cpu;
        c.rip = c.blockRip + op.offset & ripMask();
        c.retired += op.index;
        c.blockRetired = 0;
        c.nextRip = c.rip + (op.end - op.offset);
    }

    private void finish(Op op) {
        Cpu c = cpu;
        int retired = op.index + 1;
        if (!op.setsRip) {
            c.rip = c.blockRip + op.end & ripMask();
        } else if ((c.attention & Attention.EXIT) != 0) {
            retired--;
        }
        c.retired += retired;
        c.blockRetired = 0;
    }

    private long ripMask() {
        return (cpu.modeKey & Cpu.KEY_CODE) == 2 ? -1 : 0xffff_ffffL;
    }

    private void deliver() {
        cpu.completion.clear();
        Interrupts.deliverFault(cpu);
    }
}
