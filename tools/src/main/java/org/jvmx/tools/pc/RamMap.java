package org.jvmx.tools.pc;

import java.util.ArrayList;
import java.util.List;
import org.jvmx.error.ConfigException;
import org.jvmx.loader.MemoryMapEntry;
import org.jvmx.vm.MemoryRange;

/**
 * Where a PC has its RAM: up to 640 KiB, from 1 MiB to the PCI hole, the rest above 4 GiB. The text window of the VGA and the firmware's area
 * below 1 MiB are RAM too, in addition to {@code size} where that is less than 1 MiB.
 */
record RamMap(long size) {
    /** Where memory-mapped devices begin below 4 GiB. */
    static final long PCI_HOLE = 0xc000_0000L;

    private static final long SMALLEST = 64L << 10;
    private static final long LARGEST = 64L << 30;
    private static final long EXTENDED_BIOS_DATA = 0x9_fc00L;
    private static final long CONVENTIONAL_END = 0xa_0000L;
    private static final long TEXT = 0xb_8000L;
    private static final long FIRMWARE = 0xe_0000L;
    private static final long MEBIBYTE = 0x10_0000L;
    private static final long FOUR_GIB = 1L << 32;

    RamMap {
        if (size < SMALLEST || size > LARGEST || (size & 0xfff) != 0) {
            throw new ConfigException("memory of %d bytes is not possible: give 64k to 64G, in whole 4 KiB pages".formatted(size));
        }
    }

    /** The ranges that are backed by memory. */
    List<MemoryRange> ranges() {
        List<MemoryRange> ranges = new ArrayList<>();
        ranges.add(new MemoryRange(0, Math.min(size, CONVENTIONAL_END)));
        ranges.add(new MemoryRange(TEXT, Math.max(MEBIBYTE, below4G()) - TEXT));
        if (above4G() > 0) {
            ranges.add(new MemoryRange(FOUR_GIB, above4G()));
        }
        return ranges;
    }

    /** What the guest is told, as the BIOS call E820 would. */
    List<MemoryMapEntry> e820() {
        List<MemoryMapEntry> map = new ArrayList<>();
        map.add(MemoryMapEntry.ram(0, Math.min(size, EXTENDED_BIOS_DATA)));
        if (hasExtendedBiosData()) {
            map.add(MemoryMapEntry.reserved(EXTENDED_BIOS_DATA, CONVENTIONAL_END - EXTENDED_BIOS_DATA));
        }
        map.add(MemoryMapEntry.reserved(FIRMWARE, MEBIBYTE - FIRMWARE));
        if (size > MEBIBYTE) {
            map.add(MemoryMapEntry.ram(MEBIBYTE, below4G() - MEBIBYTE));
        }
        if (above4G() > 0) {
            map.add(MemoryMapEntry.ram(FOUR_GIB, above4G()));
        }
        return map;
    }

    /** Whether conventional memory is large enough that a BIOS keeps its top for itself. */
    boolean hasExtendedBiosData() {
        return size >= CONVENTIONAL_END;
    }

    /** The segment of the extended BIOS data area. */
    static int extendedBiosDataSegment() {
        return (int) (EXTENDED_BIOS_DATA >> 4);
    }

    /** Bytes of RAM below 4 GiB. */
    long below4G() {
        return Math.min(size, PCI_HOLE);
    }

    /** Bytes of RAM above 4 GiB. */
    long above4G() {
        return size - below4G();
    }
}
