package org.jvmx.loader.format;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jvmx.loader.LoadException;

/**
 * The headers of an ELF executable for x86, by "System V Application Binary Interface", "Object Files" and "Program Loading".
 *
 * @param wide whether it is an ELF64 file
 * @param entry e_entry as the file has it; see {@link #physicalEntry}
 * @param segments the program headers of type PT_LOAD that take memory
 * @param notes the program headers of type PT_NOTE
 * @param sections the section header table
 */
public record Elf(ImageBytes file, boolean wide, long entry, List<Segment> segments, List<Segment> notes, Sections sections)
        implements
            MultibootBody {

    /**
     * A program header.
     *
     * @param physical where it is loaded: p_paddr, or p_vaddr in a file that has no physical addresses at all
     */
    public record Segment(int index, long offset, long fileSize, long virtual, long physical, long memorySize) {
        boolean holdsVirtual(long address) {
            return Long.compareUnsigned(address - virtual, memorySize) < 0;
        }

        boolean holdsPhysical(long address) {
            return Long.compareUnsigned(address - physical, memorySize) < 0;
        }
    }

    /**
     * Where the section header table is in the file; a count of 0 if there is none or it lies outside.
     *
     * @param names index of the section with the sections' names
     */
    public record Sections(long offset, int entrySize, int count, int names) {
    }

    static final int MAGIC = 0x464c_457f;
    private static final int MACHINE_386 = 3;
    private static final int MACHINE_X86_64 = 62;
    private static final int TYPE_EXECUTABLE = 2;
    private static final int TYPE_SHARED = 3;
    private static final int PT_LOAD = 1;
    private static final int PT_NOTE = 4;
    private static final int NOTE_PHYS32_ENTRY = 18;

    static boolean recognises(ImageBytes file) {
        return file.length() >= 4 && file.i32(0) == MAGIC;
    }

    /**
     * Reads the headers.
     *
     * @throws LoadException if it is no executable for x86 or its headers lead outside the file
     */
    public static Elf parse(ImageBytes file) {
        file.require(0, 52, "the ELF header");
        checkIdentity(file);
        boolean wide = file.u8(4) == 2;
        file.require(0, wide ? 64 : 52, "the ELF header");
        long entry = wide ? file.u64(24) : file.u32(24);
        List<Segment> headers = new ArrayList<>();
        List<Segment> notes = new ArrayList<>();
        readProgramHeaders(file, wide, headers, notes);
        if (headers.isEmpty()) {
            throw new LoadException("%s is an ELF file without a loadable segment: nothing of it goes into memory".formatted(file.name()));
        }
        return new Elf(file, wide, entry, List.copyOf(headers), List.copyOf(notes), readSections(file, wide));
    }

    private static void checkIdentity(ImageBytes file) {
        int machine = file.u16(18);
        if (file.i32(0) != MAGIC || file.u8(4) != 1 && file.u8(4) != 2) {
            throw new LoadException("%s is no ELF32 or ELF64 file: its first bytes are %s".formatted(file.name(), Findings.hex(file, 5)));
        }
        if (file.u8(5) != 1 || machine != MACHINE_386 && machine != MACHINE_X86_64) {
            throw new LoadException("%s is an ELF file for another processor (%s): JVMX runs x86, machine 3 or 62, little-endian"
                    .formatted(file.name(), Findings.elfMachine(file)));
        }
        int type = file.u16(16);
        if (type != TYPE_EXECUTABLE && type != TYPE_SHARED) {
            throw new LoadException("%s is an ELF file of type %d (%s), not an executable: link it first"
                    .formatted(file.name(), type, type == 1 ? "relocatable object" : type == 4 ? "core dump" : "unknown"));
        }
    }

    private static void readProgramHeaders(ImageBytes file, boolean wide, List<Segment> loads, List<Segment> notes) {
        long table = wide ? file.u64(32) : file.u32(28);
        int entrySize = file.u16(wide ? 54 : 42);
        int count = file.u16(wide ? 56 : 44);
        if (count > 0 && entrySize < (wide ? 56 : 32)) {
            throw new LoadException("%s is corrupt: its ELF program headers have %d bytes each".formatted(file.name(), entrySize));
        }
        file.require(table, (long) entrySize * count, "the ELF program header table");
        boolean physical = false;
        for (int i = 0; i < count; i++) {
            long at = table + (long) i * entrySize;
            physical |= file.i32(at) == PT_LOAD && (wide ? file.u64(at + 24) : file.u32(at + 12)) != 0;
        }
        for (int i = 0; i < count; i++) {
            long at = table + (long) i * entrySize;
            Segment segment = wide ? segment64(file, i, at, physical) : segment32(file, i, at, physical);
            int type = file.i32(at);
            if (type == PT_LOAD && segment.memorySize() != 0) {
                check(file, segment);
                loads.add(segment);
            } else if (type == PT_NOTE) {
                notes.add(segment);
            }
        }
    }

    private static Segment segment64(ImageBytes file, int index, long at, boolean physical) {
        long virtual = file.u64(at + 16);
        return new Segment(index, file.u64(at + 8), file.u64(at + 32), virtual, physical ? file.u64(at + 24) : virtual, file.u64(at + 40));
    }

    private static Segment segment32(ImageBytes file, int index, long at, boolean physical) {
        long virtual = file.u32(at + 8);
        return new Segment(index, file.u32(at + 4), file.u32(at + 16), virtual, physical ? file.u32(at + 12) : virtual, file.u32(at + 20));
    }

    private static void check(ImageBytes file, Segment segment) {
        if (Long.compareUnsigned(segment.fileSize(), segment.memorySize()) > 0) {
            throw new LoadException("%s is corrupt: ELF segment %d has 0x%x bytes in the file but 0x%x in memory"
                    .formatted(file.name(), segment.index(), segment.fileSize(), segment.memorySize()));
        }
        file.require(segment.offset(), segment.fileSize(), "ELF segment " + segment.index());
    }

    private static Sections readSections(ImageBytes file, boolean wide) {
        long table = wide ? file.u64(40) : file.u32(32);
        int entrySize = file.u16(wide ? 58 : 46);
        int count = file.u16(wide ? 60 : 48);
        int names = file.u16(wide ? 62 : 50);
        boolean usable = entrySize >= (wide ? 64 : 40) && table != 0 && file.has(table, (long) entrySize * count);
        return usable ? new Sections(table, entrySize, count, names) : new Sections(0, 0, 0, 0);
    }

    /** The entry as a physical address: as it is if it lies in a segment's physical range, translated if in a virtual one. */
    public long physicalEntry() {
        for (Segment segment : segments) {
            if (segment.holdsPhysical(entry)) {
                return entry;
            }
        }
        for (Segment segment : segments) {
            if (segment.holdsVirtual(entry)) {
                return entry - segment.virtual() + segment.physical();
            }
        }
        throw new LoadException("%s: the ELF entry 0x%x is in none of its %d segments".formatted(file.name(), entry, segments.size()));
    }

    /** The lowest physical address that is loaded. */
    public long lowest() {
        return segments.stream().mapToLong(Segment::physical).min().orElseThrow();
    }

    /** The PVH entry, from the Xen note of type 18; empty if there is none. */
    OptionalLong pvhEntry() {
        for (Segment segment : notes) {
            long end = segment.offset() + segment.fileSize();
            long at = file.has(segment.offset(), segment.fileSize()) ? segment.offset() : end;
            while (at < end && file.has(at, 12)) {
                long nameSize = file.u32(at);
                long descriptor = at + 12 + (nameSize + 3 & -4);
                long size = file.u32(at + 4);
                boolean xen = nameSize == 4 && file.has(at + 12, 4) && file.i32(at + 12) == 0x6e_6558;
                if (xen && file.i32(at + 8) == NOTE_PHYS32_ENTRY && size >= 4 && file.has(descriptor, 4)) {
                    return OptionalLong.of(file.u32(descriptor));
                }
                at = descriptor + (size + 3 & -4);
            }
        }
        return OptionalLong.empty();
    }
}
