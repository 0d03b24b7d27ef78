package org.jvmx.loader.protocol;

import org.jvmx.loader.format.Elf;
import org.jvmx.loader.format.MultibootBody;

/** Copies the pieces of an image to their physical addresses and zeroes what lies behind them. */
final class Segments {
    private Segments() {
    }

    /** Loads an image {@code shift} bytes above the place where it is linked. */
    static void load(Boot boot, MultibootBody body, long shift) {
        switch (body) {
            case Elf elf -> {
                for (Elf.Segment segment : elf.segments()) {
                    load(boot, "ELF segment " + segment.index(), segment.offset(), segment.fileSize(), segment.physical() + shift,
                            segment.memorySize());
                }
            }
            case MultibootBody.Raw raw -> load(boot, "the image", raw.offset(), raw.fileSize(), raw.address() + shift, raw.memorySize());
        }
    }

    private static void load(Boot boot, String what, long offset, long fileSize, long address, long memorySize) {
        boot.placement().claim(what, address, memorySize);
        boot.memory().write(address, boot.file().array(), (int) offset, (int) fileSize);
        boot.memory().clear(address + fileSize, memorySize - fileSize);
    }

    /** Refuses an entry that lies outside of what is loaded. */
    static void checkEntry(Boot boot, MultibootBody body, long entry) {
        if (entry < start(body) || entry >= end(body)) {
            throw boot.refuse("its entry 0x%x is outside of what it loads, 0x%x-0x%x: the file is corrupt or its header wrong",
                    entry, start(body), end(body));
        }
    }

    /** The first physical address of an image as it is linked. */
    static long start(MultibootBody body) {
        return switch (body) {
            case Elf elf -> elf.lowest();
            case MultibootBody.Raw raw -> raw.address();
        };
    }

    /** The physical address behind an image as it is linked. */
    static long end(MultibootBody body) {
        return switch (body) {
            case Elf elf -> elf.segments().stream().mapToLong(s -> s.physical() + s.memorySize()).max().orElseThrow();
            case MultibootBody.Raw raw -> raw.address() + raw.memorySize();
        };
    }
}
