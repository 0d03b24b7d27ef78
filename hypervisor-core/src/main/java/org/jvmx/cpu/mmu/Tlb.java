package org.jvmx.cpu.mmu;

import java.util.Arrays;

/**
 * Cached translations of one access context (user, supervisor, supervisor with EFLAGS.AC): direct mapped, loads and stores apart. A tag is the
 * linear page address; an entry that matches permits the access without any further check. The addend turns a linear address into a native one.
 */
final class Tlb {
    static final int SIZE = 1024;
    static final int MASK = SIZE - 1;
    private static final long NEVER = 1;

    final long[] readTags = new long[SIZE];
    final long[] readAddends = new long[SIZE];
    final long[] writeTags = new long[SIZE];
    final long[] writeAddends = new long[SIZE];
    private boolean empty;

    Tlb() {
        Arrays.fill(readTags, NEVER);
        Arrays.fill(writeTags, NEVER);
        empty = true;
    }

    void fillRead(long page, long nativePage) {
        int at = (int) (page >>> 12) & MASK;
        readTags[at] = page;
        readAddends[at] = nativePage - page;
        empty = false;
    }

    void fillWrite(long page, long nativePage) {
        int at = (int) (page >>> 12) & MASK;
        writeTags[at] = page;
        writeAddends[at] = nativePage - page;
        empty = false;
    }

    void flush() {
        if (!empty) {
            Arrays.fill(readTags, NEVER);
            Arrays.fill(writeTags, NEVER);
            empty = true;
        }
    }

    void flushPage(long page) {
        int at = (int) (page >>> 12) & MASK;
        if (readTags[at] == page) {
            readTags[at] = NEVER;
        }
        if (writeTags[at] == page) {
            writeTags[at] = NEVER;
        }
    }

    /** Takes away the stores to one native page, because it holds code now. */
    void protect(long nativePage) {
        for (int at = 0; at < SIZE; at++) {
            if (writeTags[at] + writeAddends[at] == nativePage) {
                writeTags[at] = NEVER;
            }
        }
    }
}
