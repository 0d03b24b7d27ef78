package org.jvmx.cpu.interp;

import org.jvmx.cpu.semantics.Cpu;
import org.jvmx.memory.HostMemory;

/**
 * Blocks by physical address and mode, found by linear address. A write to a page that holds code drops the page's blocks; a change of translations
 * only makes each block be looked up once more.
 */
final class CodeCache implements HostMemory.CodeWatch {
    private static final int JUMP_SIZE = 1 << 14;

    private final Cpu cpu;
    private final BlockBuilder builder;
    private final CodePage[] pages;
    /** Blocks by linear address: right only if {@link Block#isAt} says so. */
    private final Block[] jump = new Block[JUMP_SIZE];

    CodeCache(Cpu cpu, BlockBuilder builder) {
        this.cpu = cpu;
        this.builder = builder;
        this.pages = new CodePage[(int) (cpu.host.size() / HostMemory.PAGE)];
        cpu.watchCode(this);
    }

    /**
     * The block at {@code cpu.rip} for the present mode.
     *
     * @throws org.jvmx.cpu.state.GuestEvent as the instruction fetch would
     */
    Block at(long linear) {
        int slot = (int) (linear ^ linear >>> 12) & JUMP_SIZE - 1;
        Block block = jump[slot];
        if (block == null || !block.isAt(linear, cpu.fetchGeneration(), cpu.modeKey)) {
            block = find(linear);
            jump[slot] = block;
        }
        return block;
    }

    private Block find(long linear) {
        long hpa = cpu.fetchPhysical(linear);
        if (!cpu.host.contains(hpa, 1)) {
            return builder.build(linear, hpa, 1);
        }
        CodePage page = page(hpa);
        Block block = page.find((int) hpa & 4095, cpu.modeKey);
        if (block == null || block.secondFrame >= 0 && block.secondFrame != secondFrame(linear)) {
            if (block != null) {
                page.remove(block);
            }
            block = build(linear, hpa);
        }
        block.linear = linear;
        block.generation = cpu.fetchGeneration();
        return block;
    }

    private long secondFrame(long linear) {
        return cpu.fetchPhysical((linear & -4096L) + 4096) & -4096L;
    }

    /** What was decoded before it was marked may have changed meanwhile, if processors run in other threads: then it is decoded again. */
    private Block build(long linear, long hpa) {
        Block block;
        do {
            block = builder.build(linear, hpa, BlockBuilder.MAX_OPS);
            mark(block);
        } while (cpu.host.bus() != null && !holds(block));
        page(block.hpa).add(block);
        if (endsInRam(block)) {
            page(block.secondFrame).addEnding(block);
        }
        return block;
    }

    private void mark(Block block) {
        cpu.markCode(block.hpa, inPage(block));
        if (endsInRam(block)) {
            cpu.markCode(block.secondFrame, BlockBuilder.MAX_BYTES);
        }
    }

    /** Whether each later change of the block's code will be heard of, and there was none before. */
    private boolean holds(Block block) {
        boolean marked = cpu.host.isMarked(block.hpa, inPage(block))
                && (!endsInRam(block) || cpu.host.isMarked(block.secondFrame, BlockBuilder.MAX_BYTES));
        return marked && builder.unchanged(block);
    }

    private static int inPage(Block block) {
        return (int) Math.min(block.length, 4096 - (block.hpa & 4095));
    }

    private boolean endsInRam(Block block) {
        return block.secondFrame >= 0 && cpu.host.contains(block.secondFrame, 1);
    }

    private CodePage page(long hpa) {
        int frame = (int) (hpa >>> 12);
        if (pages[frame] == null) {
            pages[frame] = new CodePage();
        }
        return pages[frame];
    }

    @Override
    public void codeFound(long frame) {
        cpu.protectCode(frame);
    }

    @Override
    public void codeWritten(long frame) {
        CodePage page = pages[(int) (frame >>> 12)];
        if (page != null) {
            pages[(int) (frame >>> 12)] = null;
            page.invalidate(this);
            cpu.blockLimit = 0;
        }
    }

    /** Forgets a block whose second page changed. */
    void drop(Block block) {
        CodePage page = pages[(int) (block.hpa >>> 12)];
        if (page != null) {
            page.remove(block);
        }
    }
}
