package org.jvmx.loader.format;

import org.jvmx.loader.Format;
import org.jvmx.loader.LoadException;

/**
 * A kernel with the header of the "Multiboot Specification version 0.6.96".
 *
 * @param flags the header's flags
 * @param entry physical address of the entry
 */
public record MultibootImage(ImageBytes file, int flags, MultibootBody body, long entry) implements GuestImage {
    /** Flag: the kernel wants to know the video mode. */
    public static final int VIDEO_MODE = 1 << 2;

    private static final int MAGIC = 0x1bad_b002;
    private static final int SEARCHED = 8192;
    private static final int ADDRESS_FIELDS = 1 << 16;
    private static final int UNDERSTOOD = 0x7;
    private static final int REQUIRED = 0xffff;

    /** Offset of the header: 4-byte aligned in the first 8 KiB; -1 if there is none. */
    static int find(ImageBytes file) {
        for (int at = 0; at <= SEARCHED - 12 && file.has(at, 12); at += 4) {
            if (file.i32(at) == MAGIC && file.i32(at) + file.i32(at + 4) + file.i32(at + 8) == 0) {
                return at;
            }
        }
        return -1;
    }

    static MultibootImage parse(ImageBytes file, int header) {
        int flags = file.i32(header + 4);
        if ((flags & REQUIRED & ~UNDERSTOOD) != 0) {
            throw new LoadException("%s: its Multiboot header requires features 0x%x, of which JVMX knows 0x%x (alignment, memory, video)"
                    .formatted(file.name(), flags & REQUIRED, UNDERSTOOD));
        }
        if ((flags & ADDRESS_FIELDS) != 0) {
            file.require(header, 32, "the Multiboot header's address fields");
            Addresses fields = new Addresses(file.u32(header + 12), file.u32(header + 16), file.u32(header + 20), file.u32(header + 24));
            return new MultibootImage(file, flags, fields.body(file, header), file.u32(header + 28));
        }
        Elf elf = Elf.parse(file);
        return new MultibootImage(file, flags, elf, elf.physicalEntry());
    }

    @Override
    public Format format() {
        return Format.of(Format.Kind.MULTIBOOT);
    }

    /** The address fields, which Multiboot 1 and 2 share. */
    record Addresses(long header, long load, long loadEnd, long bssEnd) {
        /** The piece of the file that they describe, where the header itself is at {@code offset}. */
        MultibootBody.Raw body(ImageBytes file, int offset) {
            long start = load == 0xffff_ffffL ? 0 : offset - (header - load);
            long address = header - (offset - start);
            long size = loadEnd == 0 ? file.length() - start : loadEnd - address;
            boolean possible = start >= 0 && start <= offset && address >= 0 && size > 0 && (bssEnd == 0 || bssEnd >= address + size);
            if (!possible) {
                throw new LoadException(("%s has a Multiboot header with impossible addresses: header_addr 0x%x (found at offset 0x%x), "
                        + "load_addr 0x%x, load_end_addr 0x%x, bss_end_addr 0x%x")
                        .formatted(file.name(), header, offset, load, loadEnd, bssEnd));
            }
            file.require(start, size, "the part of the file that its Multiboot header wants loaded");
            return new MultibootBody.Raw(start, size, address, bssEnd == 0 ? size : bssEnd - address);
        }
    }
}
