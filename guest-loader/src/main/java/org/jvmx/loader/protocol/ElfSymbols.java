package org.jvmx.loader.protocol;

import java.util.Arrays;
import org.jvmx.loader.format.Elf;
import org.jvmx.loader.format.ImageBytes;

/**
 * The section header table of an ELF image for a Multiboot guest. Symbol and string tables, which no segment loads, are put into memory and
 * get their address in their header; other sections that are not loaded keep address 0.
 */
final class ElfSymbols {
    private static final int SHT_SYMTAB = 2;
    private static final int SHT_STRTAB = 3;
    private static final long LOWEST = 0x10_0000;

    private final ImageBytes file;
    private final boolean wide;
    private final Elf.Sections sections;
    private final byte[] table;

    private ElfSymbols(Elf elf) {
        file = elf.file();
        wide = elf.wide();
        sections = elf.sections();
        int start = (int) sections.offset();
        table = Arrays.copyOfRange(file.array(), start, start + sections.entrySize() * sections.count());
    }

    /** The section headers as the guest gets them; empty if the file has none. */
    static byte[] load(Boot boot, Elf elf, long imageEnd) {
        ElfSymbols symbols = new ElfSymbols(elf);
        symbols.place(boot, imageEnd);
        return symbols.table;
    }

    private void place(Boot boot, long imageEnd) {
        long total = 0;
        for (int i = 0; i < sections.count(); i++) {
            total += missing(i) ? Placement.alignUp(size(i), 8) : 0;
        }
        long at = total == 0 || total > file.length() ? -1
                : boot.placement().lowest("the symbol tables", total, 8, Math.max(imageEnd, LOWEST), Placement.FOUR_GIB);
        for (int i = 0; at >= 0 && i < sections.count(); i++) {
            if (missing(i)) {
                boot.memory().write(at, file.array(), (int) offset(i), (int) size(i));
                setAddress(i, at);
                at += Placement.alignUp(size(i), 8);
            }
        }
    }

    private boolean missing(int index) {
        int type = file.i32(header(index) + 4);
        boolean loaded = (wide ? file.u64(header(index) + 16) : file.u32(header(index) + 12)) != 0;
        return (type == SHT_SYMTAB || type == SHT_STRTAB) && !loaded && size(index) > 0 && file.has(offset(index), size(index));
    }

    private long header(int index) {
        return sections.offset() + (long) index * sections.entrySize();
    }

    private long offset(int index) {
        return wide ? file.u64(header(index) + 24) : file.u32(header(index) + 16);
    }

    private long size(int index) {
        return wide ? file.u64(header(index) + 32) : file.u32(header(index) + 20);
    }

    private void setAddress(int index, long address) {
        int field = index * sections.entrySize() + (wide ? 16 : 12);
        for (int i = 0; i < 4; i++) {
            table[field + i] = (byte) (address >> 8 * i);
        }
    }
}
