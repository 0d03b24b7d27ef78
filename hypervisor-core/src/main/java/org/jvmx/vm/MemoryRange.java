package org.jvmx.vm;

/** A range of guest-physical addresses; base and size are multiples of 4 KiB. */
public record MemoryRange(long base, long size) {
    /** The first address behind it. */
    public long end() {
        return base + size;
    }
}
