package org.jvmx.cpu.mmu;

import java.util.Arrays;

/**
 * Translations of instruction fetches: linear page to host-physical page, kept until flushed. It never evicts, so that a guest cannot tell how often
 * code was looked up.
 */
final class FetchTlb {
    private static final long FREE = -1;

    private long[] keys = new long[256];
    private long[] frames = new long[256];
    private int used;

    FetchTlb() {
        Arrays.fill(keys, FREE);
    }

    /** The host-physical page for a linear page, or -1. */
    long find(long page, boolean user) {
        long key = page | (user ? 1 : 0);
        for (int at = slot(key);; at = at + 1 & keys.length - 1) {
            if (keys[at] == key) {
                return frames[at];
            }
            if (keys[at] == FREE) {
                return -1;
            }
        }
    }

    void put(long page, boolean user, long frame) {
        if (2 * used >= keys.length) {
            grow();
        }
        insert(page | (user ? 1 : 0), frame);
    }

    void flush() {
        if (used != 0) {
            Arrays.fill(keys, FREE);
            used = 0;
        }
    }

    private void insert(long key, long frame) {
        int at = slot(key);
        while (keys[at] != FREE && keys[at] != key) {
            at = at + 1 & keys.length - 1;
        }
        used += keys[at] == FREE ? 1 : 0;
        keys[at] = key;
        frames[at] = frame;
    }

    private int slot(long key) {
        long hash = (key >>> 12 ^ key << 7) * 0x9e37_79b9_7f4a_7c15L;
        return (int) (hash >>> 40) & keys.length - 1;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldFrames = frames;
        keys = new long[2 * oldKeys.length];
        frames = new long[2 * oldKeys.length];
        Arrays.fill(keys, FREE);
        used = 0;
        for (int at = 0; at < oldKeys.length; at++) {
            if (oldKeys[at] != FREE) {
                insert(oldKeys[at], oldFrames[at]);
            }
        }
    }
}
