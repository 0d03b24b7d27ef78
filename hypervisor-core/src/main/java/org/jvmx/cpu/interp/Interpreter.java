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
 * Runs the guest. The loop: if something wants attention or the deadline has come, look at the instruction boundary; find the block; run as much of it as the
 * deadline allows; deliver what it raised. The count of retired instructions is exact at every exit.
 */
public final class Interpreter {
    private final Cpu cpu;
    private final CodeCache cache;

    public Interpreter(Cpu cpu, Meanings meanings) {
        this.cpu = cpu;
        this.cache = new CodeCache(cpu, new BlockBuilder(cpu, meanings));
    }

    /** VMX non-root operation until the next VM exit, which is in {@code cpu.exit}. */
    public void run() {
        Cpu c = cpu;
        c.attention &= ~Attention.EXIT;
        Block last = null;
        while (true) {
            int most = Integer.MAX_VALUE;
            if (c.attention != 0 || c.retired >= c.deadline) {
                if (!Boundary.pass(c)) {
                    return;
                }
                most = c.attention == 0 ? most : 1;
            }
            last = step(last, most);
            if ((c.attention & Attention.EXIT) != 0) {
                return;
            }
        }
    }

    /**
     * Runs the instruction at RIP once, with the monitor's answers in {@code cpu.completion}, whatever is pending at the boundary.
     *
     * @return whether it is done; false if it made another VM exit
     */
    public boolean complete() {
        cpu.attention &= ~Attention.EXIT;
        step(null, 1);
        return (cpu.attention & Attention.EXIT) == 0;
    }

    /** Runs at most {@code most} instructions of the block at RIP; its block, or null if it could not be fetched. */
    private Block step(Block last, int most) {
        Cpu c = cpu;
        Block block;
        try {
            block = next(last);
        } catch (GuestFault _) {
            deliver();
            return null;
        } catch (ExitSignal _) {
            c.attention |= Attention.EXIT;
            return null;
        }
        execute(block, (int) Math.min(Math.min(most, block.ops.length), Math.max(1, c.deadline - c.retired)));
        return block;
    }

    @Hot
    private Block next(Block last) {
        Cpu c = cpu;
        if ((c.modeKey & Cpu.KEY_CODE) != 2) {
            return segmented();
        }
        long linear = c.rip;
        if (last != null) {
            int generation = c.fetchGeneration();
            int key = c.modeKey;
            Block guess = last.successor;
            if (guess != null && guess.isAt(linear, generation, key)) {
                return guess;
            }
            guess = last.otherSuccessor;
            if (guess != null && guess.isAt(linear, generation, key)) {
                return guess;
            }
            Block found = cache.at(linear);
            last.otherSuccessor = last.successor;
            last.successor = found;
            return found;
        }
        return cache.at(linear);
    }

    /** Outside 64-bit mode the code segment has a base and a limit. */
    private Block segmented() {
        Cpu c = cpu;
        long offset = c.rip;
        if (offset > c.limit[Cpu.CS]) {
            throw c.gp(0);
        }
        long linear = c.base[Cpu.CS] + offset & 0xffff_ffffL;
        Block block = cache.at(linear);
        if (offset + block.length - 1 > c.limit[Cpu.CS]) {
            return cache.within(block, c.limit[Cpu.CS] - offset + 1);
        }
        return block;
    }

    @Hot
    private void execute(Block block, int most) {
        Cpu c = cpu;
        Op[] ops = block.ops;
        c.blockRip = c.rip;
        c.blockLimit = most;
        int done = 0;
        try {
            do {
                ops[done].exec(c);
                done++;
            } while (done < c.blockLimit);
        } catch (GuestFault _) {
            leave(ops[done], done);
            deliver();
            return;
        } catch (ExitSignal _) {
            leave(ops[done], done);
            c.attention |= Attention.EXIT;
            return;
        }
        finish(ops[done - 1], done);
    }

    /** An instruction was left before it was complete: RIP is there. */
    private void leave(Op op, int done) {
        Cpu c = cpu;
        c.rip = c.blockRip + op.offset & ripMask();
        c.retired += done;
        c.blockRetired = 0;
        c.nextRip = c.rip + (op.end - op.offset);
    }

    @Hot
    private void finish(Op last, int done) {
        Cpu c = cpu;
        int retired = done;
        if (!last.setsRip()) {
            c.rip = c.blockRip + last.end & ripMask();
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
