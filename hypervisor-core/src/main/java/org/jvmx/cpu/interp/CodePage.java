package org.jvmx.cpu.interp;

import java.util.Arrays;

/** The blocks that start in one physical page, and those that end in it. */
final class CodePage {
    private static final int BUCKETS = 64;

    private final Block[] starting = new Block[BUCKETS];
    private Block[] ending = new Block[0];

    Block find(int offset, int modeKey) {
        Block block = starting[bucket(offset)];
        while (block != null && ((int) block.hpa & 4095) != offset | block.modeKey != modeKey) {
            block = block.chain;
        }
        return block;
    }

    void add(Block block) {
        int bucket = bucket((int) block.hpa & 4095);
        block.chain = starting[bucket];
        starting[bucket] = block;
    }

    void addEnding(Block block) {
        ending = Arrays.copyOf(ending, ending.length + 1);
        ending[ending.length - 1] = block;
    }

    /** The page changed: no block of it may run again, nor be found from another one's successors. */
    void invalidate(CodeCache cache) {
        for (Block head : starting) {
            for (Block block = head; block != null; block = block.chain) {
                block.generation = 0;
            }
        }
        for (Block block : ending) {
            block.generation = 0;
            cache.drop(block);
        }
    }

    /** Takes one block out. */
    void remove(Block gone) {
        int bucket = bucket((int) gone.hpa & 4095);
        Block before = null;
        for (Block block = starting[bucket]; block != null; block = block.chain) {
            if (block == gone) {
                if (before == null) {
                    starting[bucket] = block.chain;
                } else {
                    before.chain = block.chain;
                }
                return;
            }
            before = block;
        }
    }

    private static int bucket(int offset) {
        return (offset ^ offset >>> 6) & BUCKETS - 1;
    }
}
